// Builds the public packages afresh and packs them into a folder, as they would be published, so that an app of your own
// can install them: npm run pack -- FOLDER
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { listPublicPackages } from "./tree.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

/** @typedef {import("./tree.mjs").Package} Package */
/** @typedef {Package & { tarball: string }} Packed */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {string | undefined} what it said, when it failed
 */
export function complaint(program, args, cwd) {
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
 * @param {string} folder
 * @returns {{ packed: Packed[], findings: string[] }} findings: the packages that do not build or pack
 */
export function packAll(tree, folder) {
  /** @type {Packed[]} */
  const packed = [];
  /** @type {string[]} */
  const findings = [];
  for (const each of listPublicPackages(tree)) {
    const outcome = pack(tree, each, folder);
    if ("tarball" in outcome) packed.push({ ...each, tarball: outcome.tarball });
    else findings.push(outcome.finding);
  }
  return { packed, findings };
}

/**
 * @param {string} tree
 * @param {Package} each
 * @param {string} folder
 * @returns {{ tarball: string } | { finding: string }}
 */
function pack(tree, each, folder) {
  const source = join(tree, each.folder);
  if (existsSync(join(source, "src", "tsconfig.json"))) {
    // A file whose source is gone would be packed too.
    rmSync(join(source, "dist"), { recursive: true, force: true });
    const failed = complaint(process.execPath, [tsc, "-b", "src"], source);
    if (failed) return { finding: `${each.name} does not build: ${failed}` };
  }
  const target = mkdtempSync(join(folder, `${each.name}-`));
  try {
    const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const failed = complaint("npx", ["--yes", packageManager, "pack", "--pack-destination", target], source);
    const [name] = readdirSync(target);
    if (failed || name === undefined) return { finding: `${each.name} does not pack: ${failed}` };
    renameSync(join(target, name), join(folder, name));
    return { tarball: join(folder, name) };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function main() {
  const [given, ...rest] = process.argv.slice(2);
  if (given === undefined || given.startsWith("-") || rest.length > 0) {
    console.error("It is: npm run pack -- FOLDER");
    return 1;
  }
  const folder = resolve(given);
  mkdirSync(folder, { recursive: true });
  const { packed, findings } = packAll(root, folder);
  for (const finding of findings) console.error(finding);
  for (const { json, tarball } of packed) console.log(`${json.name}: ${tarball}`);
  if (findings.length > 0) return 1;
  console.log(`\nIn your app: npm install ${join(folder, "*.tgz")}`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = main();
