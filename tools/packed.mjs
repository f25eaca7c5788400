// What is published is what works: every public package is built afresh, packed, and looked at by publint and
// are-the-types-wrong; then the tarballs are installed in an empty folder, imported, required, and a consumer is
// type-checked against them: once bare, without any host types, and once with the `ts` blocks of the packages' READMEs.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { blocksOf } from "./readme.mjs";
import { importsOf } from "./syntax.mjs";
import { listPackages } from "./tree.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");

/** @typedef {import("./tree.mjs").Package} Package */
/** @typedef {Package & { tarball: string }} Packed */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {string | undefined} what it said, when it failed
 */
function complaint(program, args, cwd) {
  const result = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32" && program !== process.execPath,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  if (result.status === 0) return undefined;
  return (
    `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`.trim() ||
    `exit code ${result.status}`
  );
}

/**
 * @param {string} tree
 * @returns {Promise<string[]>} findings
 */
export async function checkPacked(tree) {
  const packages = listPackages(tree).filter(({ json }) => json.private !== true);
  if (packages.length === 0) return ["there is no public package"];
  const work = mkdtempSync(join(tmpdir(), "modelvault-packed-"));
  try {
    /** @type {string[]} */
    const findings = [];
    /** @type {Packed[]} */
    const packed = [];
    for (const each of packages) {
      const outcome = pack(tree, each, work);
      if ("tarball" in outcome) packed.push({ ...each, tarball: outcome.tarball });
      else findings.push(outcome.finding);
    }
    for (const each of packed) findings.push(...(await lint(each)));
    if (packed.length === packages.length) findings.push(...consume(tree, packed, join(work, "consumer")));
    return findings;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} tree
 * @param {Package} each
 * @param {string} work
 * @returns {{ tarball: string } | { finding: string }}
 */
function pack(tree, each, work) {
  const folder = join(tree, each.folder);
  if (existsSync(join(folder, "src", "tsconfig.json"))) {
    // A file whose source is gone would be packed too.
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    const failed = complaint(process.execPath, [tsc, "-b", "src"], folder);
    if (failed) return { finding: `${each.name} does not build: ${failed}` };
  }
  const target = join(work, each.name);
  mkdirSync(target);
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const failed = complaint("npx", ["--yes", packageManager, "pack", "--pack-destination", target], folder);
  const [tarball] = readdirSync(target);
  return !failed && tarball
    ? { tarball: join(target, tarball) }
    : { finding: `${each.name} does not pack: ${failed}` };
}

/**
 * @param {Packed} each
 * @returns {Promise<string[]>}
 */
async function lint({ name, tarball }) {
  const bytes = Uint8Array.from(readFileSync(tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  const findings = messages.map(
    (message) => `${name}: publint: ${formatMessage(message, pkg, { color: false })}`,
  );
  const failed = complaint(
    process.execPath,
    [attw, tarball, "--profile", "esm-only", "--no-color", "--no-emoji"],
    root,
  );
  if (failed) findings.push(`${name}: are the types wrong? ${failed}`);
  return findings;
}

/**
 * @param {string} tree
 * @param {readonly Packed[]} packed
 * @param {string} folder
 * @returns {string[]}
 */
function consume(tree, packed, folder) {
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  const programs = readmePrograms(tree, packed);
  const others = programs.flatMap(({ code }) =>
    importsOf("block.ts", code).map(({ specifier }) => specifier),
  );
  const hostTypes = pinned(tree, ["@types/node"]);
  const wanted = [...packed.map(({ tarball }) => tarball), ...hostTypes, ...pinned(tree, others)];
  const install = complaint(
    "npm",
    ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted],
    folder,
  );
  if (install) return [`the tarballs do not install: ${install}`];

  /** @type {string[]} */
  const findings = [];
  for (const { json } of packed) {
    const name = JSON.stringify(json.name);
    const check = "if (Object.keys(entry).length === 0) throw new Error('it exports nothing');";
    writeFileSync(join(folder, "import.mjs"), `import * as entry from ${name};\n${check}\n`);
    writeFileSync(join(folder, "require.cjs"), `const entry = require(${name});\n${check}\n`);
    for (const file of ["import.mjs", "require.cjs"]) {
      const failed = complaint(process.execPath, [file], folder);
      if (failed) findings.push(`${json.name} fails in ${file}: ${failed}`);
    }
  }
  const bare = packed
    .map(({ json }, index) => `export * as p${index} from ${JSON.stringify(json.name)};`)
    .join("\n");
  findings.push(...typeCheck(folder, "bare", [bare], { module: "NodeNext", types: [] }));
  findings.push(
    ...typeCheck(folder, "bundled", [bare], { module: "ESNext", moduleResolution: "Bundler", types: [] }),
  );
  const types = hostTypes.length > 0 ? ["node"] : [];
  const codes = programs.map(({ code }) => code);
  if (codes.length > 0) findings.push(...typeCheck(folder, "readme", codes, { module: "NodeNext", types }));
  return findings;
}

/**
 * @param {string} tree
 * @param {readonly Packed[]} packed
 */
function readmePrograms(tree, packed) {
  return packed.flatMap(({ folder }) => {
    const path = join(tree, folder, "README.md");
    return existsSync(path) ? blocksOf(`${folder}/README.md`, readFileSync(path, "utf8")).blocks : [];
  });
}

/**
 * @param {string} tree
 * @param {readonly string[]} names
 * @returns {string[]} those that the root's package.json pins, as `name@version`
 */
function pinned(tree, names) {
  const { devDependencies = {} } = JSON.parse(readFileSync(join(tree, "package.json"), "utf8"));
  return [...new Set(names)].flatMap((name) => {
    const version = devDependencies[name];
    return typeof version === "string" && !version.startsWith("workspace:") ? [`${name}@${version}`] : [];
  });
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} programs
 * @param {Record<string, unknown>} options
 * @returns {string[]}
 */
function typeCheck(folder, name, programs, options) {
  const source = join(folder, name);
  mkdirSync(source);
  programs.forEach((code, index) => {
    writeFileSync(join(source, `program${index}.ts`), `${code}\n`);
  });
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable"],
    strict: true,
    exactOptionalPropertyTypes: true,
    moduleDetection: "force",
    // The published declarations themselves are checked too.
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(source, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
  const failed = complaint(process.execPath, [tsc, "-p", name, "--pretty", "false"], folder);
  return failed ? [`the ${name} consumer does not type-check: ${failed}`] : [];
}
