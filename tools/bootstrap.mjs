// Every root command goes through here, so that each works in a bare clone on a machine that has only Node and
// npm: it installs with the pnpm that package.json pins (nothing, when this lockfile is installed already),
// builds through turbo where the command needs it, then runs the command. No dependencies of its own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === "win32";

/** @type {Record<string, { build: boolean, run?: [string, ...string[]] }>} */
const commands = {
  install: { build: false },
  build: { build: true },
  start: { build: true, run: ["node", "apps/examples/cities/dist/main.js"] },
  test: { build: true, run: ["node", "tools/tests.mjs"] },
  types: { build: false, run: ["tsc", "-b"] },
  lint: {
    build: false,
    run: ["biome", "ci", "--error-on-warnings", ...(process.stdout.isTTY ? [] : ["--colors=off"])],
  },
  format: { build: false, run: ["biome", "check", "--write"] },
  check: { build: true, run: ["node", "tools/check.mjs"] },
  parity: { build: true, run: ["node", "tools/parity/main.mjs"] },
  bench: { build: true, run: ["node", "apps/bench/dist/main.js"] },
  changeset: { build: false, run: ["changeset"] },
  pack: { build: false, run: ["node", "tools/pack.mjs"] },
  crash: { build: true, run: ["node", "tools/crash.mjs"] },
  interop: { build: true, run: ["node", "tools/interop/interop.mjs"] },
  "error-docs": { build: false, run: ["node", "tools/error-docs.mjs"] },
};

/**
 * Runs a program in the root, its output going straight through.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {number} its exit code; 1 when a signal ended it
 */
function run(program, args) {
  // What npm installs as a command is a batch file on Windows, which only a shell can start.
  const shell = windows && program !== process.execPath;
  const result = spawnSync(shell ? JSON.stringify(program) : program, args, {
    cwd: root,
    stdio: "inherit",
    shell,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  });
  if (result.error) console.error(`${program}: ${result.error.message}`);
  return result.status ?? 1;
}

/** @param {readonly string[]} args */
function pnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return run("npx", ["--yes", packageManager, ...args]);
}

/** A hash of all that decides what an install would bring. */
function installFingerprint() {
  const hash = createHash("sha256").update(process.version).update(process.platform);
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** @returns {number} */
function install() {
  const stamp = join(root, "node_modules", ".modelvault-install");
  const fingerprint = installFingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return 0;
  const code = pnpm(["install", "--frozen-lockfile", "--reporter=append-only"]);
  if (code === 0) writeFileSync(stamp, fingerprint);
  return code;
}

function main() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`ModelVault needs Node 20.19 or later; this is ${process.version}.`);
    return 1;
  }
  const [name = "", ...rest] = process.argv.slice(2);
  const command = commands[name];
  if (!command) {
    console.error(`Unknown command "${name}"; one of: ${Object.keys(commands).join(", ")}.`);
    return 1;
  }
  const installed = install();
  if (installed !== 0) return installed;
  // A build that fails has said so; tests and checks still run, because they may say why.
  const built = command.build ? pnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only"]) : 0;
  if (!command.run || (built !== 0 && name === "start")) return built;
  const [program, ...args] = command.run;
  const path = program === "node" ? process.execPath : join(root, "node_modules", ".bin", program);
  return run(path, [...args, ...rest]) || built;
}

process.exitCode = main();
