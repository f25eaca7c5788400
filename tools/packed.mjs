// What is published is what works: every public package is built afresh, packed, and looked at by publint and
// are-the-types-wrong; then the tarballs are installed in an empty folder, imported, required, their programs are run, and a
// consumer is type-checked against them: once bare, without any host types, and once with the `ts` blocks of the packages' READMEs.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { complaint, packAll } from "./pack.mjs";
import { blocksOf } from "./readme.mjs";
import { importsOf } from "./syntax.mjs";
import { listPublicPackages } from "./tree.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");

/** @typedef {import("./pack.mjs").Packed} Packed */

/**
 * @param {string} tree
 * @returns {Promise<string[]>} findings
 */
export async function checkPacked(tree) {
  if (listPublicPackages(tree).length === 0) return ["there is no public package"];
  const work = mkdtempSync(join(tmpdir(), "modelvault-packed-"));
  try {
    const { packed, findings } = packAll(tree, work);
    const whole = findings.length === 0;
    for (const each of packed) findings.push(...(await lint(each)));
    if (whole) findings.push(...consume(tree, packed, join(work, "consumer")));
    return findings;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {Packed} each
 * @returns {Promise<string[]>}
 */
async function lint({ name, json, tarball }) {
  const bytes = Uint8Array.from(readFileSync(tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  const findings = messages.map(
    (message) => `${name}: publint: ${formatMessage(message, pkg, { color: false })}`,
  );
  if (json.exports === undefined) return findings;
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
  const libraries = packed.filter(({ json }) => json.exports !== undefined);
  for (const { json } of packed) {
    for (const name of Object.keys(json.bin ?? {})) {
      const failed = complaint("npx", ["--no-install", name, "--version"], folder);
      if (failed) findings.push(`the program ${name} of ${json.name} does not run: ${failed}`);
    }
  }
  for (const { json } of libraries) {
    const name = JSON.stringify(json.name);
    const check = "if (Object.keys(entry).length === 0) throw new Error('it exports nothing');";
    writeFileSync(join(folder, "import.mjs"), `import * as entry from ${name};\n${check}\n`);
    writeFileSync(join(folder, "require.cjs"), `const entry = require(${name});\n${check}\n`);
    for (const file of ["import.mjs", "require.cjs"]) {
      const failed = complaint(process.execPath, [file], folder);
      if (failed) findings.push(`${json.name} fails in ${file}: ${failed}`);
    }
  }
  const bare = libraries
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
