// Who may import whom. Looks at every TypeScript file of packages/ and apps/, types and dynamic imports included:
//
//   apps      → every package
//   models    → core          async → core, models          drivers (store-*) → core          core → nothing of ours
//
// It refuses an import against these arrows or past a package's entry, a relative import that leaves its own
// package's rooms, a Node module in a package that must run anywhere, a module that package.json does not name,
// and any cycle between files.
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./syntax.mjs";
import { isTypeScript, listFiles, listPackages, readText } from "./tree.mjs";

const scope = "@modelvault/";

/**
 * Which of our packages the sources of a package may import; tests may also import what their package.json names.
 * @type {ReadonlyMap<string, readonly string[]>}
 */
const layers = new Map([
  ["core", /** @type {string[]} */ ([])],
  ["models", ["core"]],
  ["async", ["core", "models"]],
  ["store-file", ["core"]],
  ["store-lmdb", ["core"]],
  ["store-testkit", ["core"]],
]);

/** Packages that must run in any host, so that no Node module may be named in their sources. */
const hostFree = new Set(["core", "models"]);

/** Files whose work is to load a module that only the user can name. */
const loaders = new Set([
  // The models of a program.
  "apps/cli/src/models-module.ts",
  // The environment of the interoperation tests, which is no part of a package.
  "apps/bench/src/upstream/compare.ts",
  // A driver, in the worker that opens it.
  "packages/async/src/worker/load-function.ts",
]);

const nodeModules = new Set(builtinModules);

/** @typedef {import("./tree.mjs").Manifest} Manifest */
/** @typedef {{ refused: readonly string[], target?: string }} Verdict `target`: the file of ours that is imported */
/**
 * @typedef {{ path: string, package: string, isSource: boolean, home: string, manifests: readonly Manifest[],
 *   files: ReadonlySet<string> }} Importer `home`: the folder that its relative imports must stay in
 */

/**
 * @param {string} root
 * @returns {string[]} findings
 */
export function checkLayers(root) {
  const packages = new Map(listPackages(root).map((each) => [each.name, each.json]));
  const findings = [...packages.keys()]
    .filter((name) => !layers.has(name))
    .map((name) => `packages/${name} has no layer; give it one in tools/layers.mjs`);

  const rootManifest = /** @type {Manifest} */ (JSON.parse(readText(root, "package.json")));
  const paths = listFiles(root, (path) => isTypeScript(path) && /^(packages|apps)\//.test(path));
  const files = new Set(paths);
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const path of paths) {
    const place = placeOf(path);
    const own = packages.get(place.package) ?? JSON.parse(readText(root, `${place.home}/package.json`));
    // A test may use what the root brings for all of them; what is published may not.
    const manifests = place.isSource ? [own] : [own, rootManifest];
    const importer = { path, ...place, manifests, files };
    /** @type {string[]} */
    const targets = [];
    for (const { specifier, line } of importsOf(path, readText(root, path))) {
      const { refused, target } = judge(importer, specifier);
      findings.push(...refused.map((reason) => `${path}:${line} ${reason}`));
      if (target) targets.push(target);
    }
    graph.set(path, targets);
  }
  return [...findings, ...findCycles(graph).map((cycle) => `import cycle: ${cycle.join(" → ")}`)];
}

/** @param {string} path */
function placeOf(path) {
  const parts = path.split("/");
  const packaged = parts[0] === "packages";
  return {
    package: packaged ? (parts[1] ?? "") : "",
    isSource: packaged && parts[2] === "src",
    home: parts.slice(0, parts[1] === "examples" ? 3 : 2).join("/"),
  };
}

/**
 * @param {Importer} importer
 * @param {string} specifier
 * @returns {Verdict}
 */
function judge(importer, specifier) {
  if (specifier === "")
    return { refused: loaders.has(importer.path) ? [] : ["imports a module whose name is computed"] };
  if (specifier.startsWith(".")) return judgeRelative(importer, specifier);
  if (specifier.startsWith("node:") || nodeModules.has(specifier)) {
    const free = importer.isSource && hostFree.has(importer.package);
    return { refused: free ? [`imports ${specifier}, but ${importer.package} knows no Node module`] : [] };
  }
  return judgePackage(importer, specifier);
}

/**
 * @param {Importer} importer
 * @param {string} specifier
 * @returns {Verdict}
 */
function judgeRelative({ path, home, isSource, files }, specifier) {
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith(`${home}/`)) return { refused: [`reaches out of ${home} with ${specifier}`] };
  if (isSource && !target.startsWith(`${home}/src/`))
    return { refused: [`imports ${specifier} from outside src`] };
  // Programs that tests start as processes of their own are no part of the graph, and tests may share code with them.
  if (target.endsWith(".json") || (!isSource && target.endsWith(".mjs"))) return { refused: [] };
  return files.has(target)
    ? { refused: [], target }
    : { refused: [`imports ${specifier}, which is no file`] };
}

/**
 * @param {Importer} importer
 * @param {string} specifier
 * @returns {Verdict}
 */
function judgePackage(importer, specifier) {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const ours = name.startsWith(scope) ? name.slice(scope.length) : undefined;
  const refused = [];
  if (ours !== undefined && specifier !== name)
    refused.push(`imports ${specifier}, past the entry of ${name}`);
  if (ours !== undefined && ours === importer.package) {
    if (importer.isSource) refused.push("imports its own package by name");
    const target = `packages/${ours}/src/index.ts`;
    return importer.files.has(target) ? { refused, target } : { refused };
  }
  if (ours !== undefined && importer.isSource && !layers.get(importer.package)?.includes(ours)) {
    refused.push(`imports ${name}, which ${importer.package} must not know`);
  }
  if (!importer.manifests.some((manifest) => declares(manifest, name, importer.isSource))) {
    refused.push(`imports ${name}, which its package.json does not name`);
  }
  return { refused };
}

/**
 * @param {Manifest} manifest
 * @param {string} name
 * @param {boolean} published whether a user runs the file, who has no dev dependencies
 */
function declares(manifest, name, published) {
  const names = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...(published ? {} : manifest.devDependencies),
  };
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
      if (component.length > 1 || graph.get(node)?.includes(node))
        cycles.push(cycleThrough(node, new Set(component), graph));
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
