// Who may import whom. Looks at every TypeScript file of packages/ and apps/, types and dynamic imports included:
//
//   apps      → every package
//   models    → core          async → core          drivers (store-*) → core          core → nothing of ours
//
// It refuses an import against these arrows or past a package's entry, a relative import that leaves its own
// package's rooms, a Node module in a package that must run anywhere, a module that package.json does not name,
// and any cycle between files.
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./syntax.mjs";
import { isTypeScript, listFiles, listPackages, readText } from "./tree.mjs";

const scope = "@modelvault/";

/** Which of our packages the sources of a package may import; tests may also import what their package.json names. */
const layers = new Map([
  ["core", []],
  ["models", ["core"]],
  ["async", ["core"]],
  ["store-file", ["core"]],
  ["store-lmdb", ["core"]],
  ["store-testkit", ["core"]],
]);

/** Packages that must run in any host, so that no Node module may be named in their sources. */
const hostFree = new Set(["core", "models"]);

const nodeModules = new Set(builtinModules);

/** @param {string} specifier the package's name without the path inside it */
function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** @param {string} path */
function placeOf(path) {
  const parts = path.split("/");
  const packaged = parts[0] === "packages";
  return {
    package: packaged ? (parts[1] ?? "") : "",
    // The folder a relative import must stay in: a package (its sources: src), or all of one app.
    isSource: packaged && parts[2] === "src",
    home: packaged ? parts.slice(0, 2).join("/") : parts.slice(0, parts[1] === "examples" ? 3 : 2).join("/"),
  };
}

/**
 * @param {string} root
 * @returns {string[]} findings
 */
export function checkLayers(root) {
  /** @type {string[]} */
  const findings = [];
  const packages = new Map(listPackages(root).map((each) => [each.name, each]));
  const rootManifest = /** @type {import("./tree.mjs").Manifest} */ (JSON.parse(readText(root, "package.json")));
  for (const name of packages.keys()) {
    if (!layers.has(name)) findings.push(`packages/${name} has no layer; give it one in tools/layers.mjs`);
  }

  const files = listFiles(root, (path) => isTypeScript(path) && /^(packages|apps)\//.test(path));
  const known = new Set(files);
  /** @type {Map<string, string[]>} */
  const graph = new Map(files.map((path) => [path, []]));

  for (const path of files) {
    const place = placeOf(path);
    const manifests = [manifestFor(root, path, packages)];
    if (!place.isSource) manifests.push(rootManifest);
    for (const { specifier, line } of importsOf(path, readText(root, path))) {
      const where = `${path}:${line}`;
      if (specifier === "") findings.push(`${where} imports a module whose name is computed`);
      else if (specifier.startsWith(".")) {
        const target = posix.join(posix.dirname(path), specifier);
        if (!known.has(target)) {
          if (!target.endsWith(".json")) findings.push(`${where} imports ${specifier}, which is no file`);
        } else if (!target.startsWith(`${place.home}/`)) findings.push(`${where} reaches into ${placeOf(target).home} by path`);
        else if (place.isSource && !placeOf(target).isSource) findings.push(`${where} imports ${specifier} from outside src`);
        else graph.get(path)?.push(target);
      } else if (specifier.startsWith("node:") || nodeModules.has(specifier)) {
        if (place.isSource && hostFree.has(place.package)) findings.push(`${where} imports ${specifier}, but ${place.package} knows no Node module`);
      } else {
        const name = packageName(specifier);
        if (name.startsWith(scope)) {
          const target = name.slice(scope.length);
          if (specifier !== name) findings.push(`${where} imports ${specifier}, past the entry of ${name}`);
          if (place.isSource && target === place.package) findings.push(`${where} imports its own package by name`);
          else if (place.isSource && !layers.get(place.package)?.some((allowed) => allowed === target)) {
            findings.push(`${where} imports ${name}, which ${place.package} must not know`);
          }
          // Within a package's tests the entry is its own; elsewhere it must be declared as any other.
          if (target === place.package) {
            if (known.has(`packages/${target}/src/index.ts`)) graph.get(path)?.push(`packages/${target}/src/index.ts`);
            continue;
          }
        }
        if (!manifests.some((manifest) => declares(manifest, name, place.isSource))) {
          findings.push(`${where} imports ${name}, which its package.json does not name`);
        }
      }
    }
  }
  for (const cycle of findCycles(graph)) findings.push(`import cycle: ${cycle.join(" → ")}`);
  return findings;
}

/**
 * @param {string} root
 * @param {string} path
 * @param {Map<string, import("./tree.mjs").Package>} packages
 * @returns {import("./tree.mjs").Manifest}
 */
function manifestFor(root, path, packages) {
  const place = placeOf(path);
  const own = packages.get(place.package);
  if (own) return own.json;
  return JSON.parse(readText(root, `${place.home}/package.json`));
}

/**
 * @param {import("./tree.mjs").Manifest} manifest
 * @param {string} name
 * @param {boolean} published whether a user runs the file, who has no dev dependencies
 */
function declares(manifest, name, published) {
  const names = { ...manifest.dependencies, ...manifest.peerDependencies, ...(published ? {} : manifest.devDependencies) };
  return Object.hasOwn(names, name);
}

/**
 * One cycle per group of files that reach each other (Tarjan's components, then a walk inside each).
 * @param {Map<string, string[]>} graph
 * @returns {string[][]} each starts and ends with the same file
 */
export function findCycles(graph) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const cycles = [];
  /** @param {string} node */
  const connect = (node) => {
    const mine = { index: seen.size, low: seen.size, open: true };
    seen.set(node, mine);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const theirs = seen.get(next);
      if (!theirs) mine.low = Math.min(mine.low, connect(next).low);
      else if (theirs.open) mine.low = Math.min(mine.low, theirs.index);
    }
    if (mine.low === mine.index) {
      const component = stack.splice(stack.indexOf(node));
      for (const member of component) {
        const entry = seen.get(member);
        if (entry) entry.open = false;
      }
      if (component.length > 1 || graph.get(node)?.includes(node)) cycles.push(cycleThrough(node, new Set(component), graph));
    }
    return mine;
  };
  for (const node of graph.keys()) if (!seen.has(node)) connect(node);
  return cycles;
}

/**
 * The shortest way from a file back to itself inside its component.
 * @param {string} start
 * @param {ReadonlySet<string>} component
 * @param {Map<string, string[]>} graph
 */
function cycleThrough(start, component, graph) {
  /** @type {string[][]} */
  const ways = [[start]];
  const visited = new Set();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (component.has(next) && !visited.has(next)) {
        visited.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return [start];
}
