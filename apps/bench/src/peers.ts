/**
 * The peers: packages that are installed by the bench alone, in `peers/`, a workspace of its own with its own lockfile.
 * SQLite comes in two versions, because none supports both Node 20 and the binaries of later ones. Where a peer cannot
 * be installed its subjects are missing, with the reason, and everything else is measured.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));
const folder = join(bench, "peers");

/** The folder whose packages suit a version of Node. */
function homeFor(nodeVersion: string): string {
  return Number.parseInt(nodeVersion.replace(/^v/, ""), 10) >= 22 ? "node-22" : "node-20";
}

const peerRequire = createRequire(join(folder, homeFor(process.version), "package.json"));

/** The exports of a peer, of the type that the caller knows it to have. @throws when it is not installed */
export function peer<T>(name: string): T {
  return peerRequire(name) as T;
}

/** The installed version of a peer. */
export function peerVersion(name: string): string {
  // A package need not export its manifest, so it is looked for from its main file upwards.
  for (let place = dirname(peerRequire.resolve(name)); ; place = dirname(place)) {
    const path = join(place, "package.json");
    if (existsSync(path)) {
      const { name: found, version } = JSON.parse(readFileSync(path, "utf8"));
      if (found === name) return version;
    }
    if (place === dirname(place)) return "unknown";
  }
}

/**
 * Installs the peers for a Node, if they are not there yet.
 * @returns what went wrong, if anything
 */
export function installPeers(node: string, nodeVersion: string): string | undefined {
  const home = homeFor(nodeVersion);
  const stamp = join(folder, "node_modules", `.bench-${home}`);
  const fingerprint = fingerprintOf(nodeVersion);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return undefined;
  console.log("Installing the peers (the first time this may compile SQLite, a minute or two) …");
  const { packageManager } = JSON.parse(readFileSync(join(bench, "..", "..", "package.json"), "utf8"));
  const args = [
    "--yes",
    packageManager,
    "install",
    "--frozen-lockfile",
    "--filter",
    ".",
    "--filter",
    `./${home}`,
  ];
  const { status, stdout, stderr } = spawnSync("npx", args, {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    env: {
      ...process.env,
      ...headersOf(node, nodeVersion),
      PATH: [dirname(node), process.env.PATH ?? ""].join(delimiter),
    },
  });
  if (status === 0) {
    writeFileSync(stamp, fingerprint);
    return undefined;
  }
  return `installing the peers failed: ${lastLines(`${stdout}\n${stderr}`)}`;
}

/** Node's own C headers, where they stand beside the program, so that compiling SQLite need not fetch them. */
function headersOf(node: string, nodeVersion: string): Record<string, string> {
  const prefix = dirname(dirname(node));
  const header = join(prefix, "include", "node", "node_version.h");
  if (!existsSync(header)) return {};
  const text = readFileSync(header, "utf8");
  const part = (name: string): string =>
    new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1] ?? "";
  const version = `v${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
  return version === nodeVersion ? { npm_config_nodedir: prefix } : {};
}

function fingerprintOf(nodeVersion: string): string {
  const hash = createHash("sha256").update(nodeVersion).update(process.platform).update(process.arch);
  hash.update(readFileSync(join(folder, "pnpm-lock.yaml")));
  return hash.digest("hex");
}

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-4).join(" · ");
}
