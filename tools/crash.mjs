// The crash matrix of store-file in full: `npm run crash`, with `--json FILE` for the lines as data. Every reference scenario with
// every fault, many torn states per loss of power, 200 killed processes; each torn state is opened by upstream too, where it can be
// installed. The table goes to docs/crash-matrix.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileStore } from "@modelvault/store-file";
import { crashLmdb } from "./crash-lmdb.mjs";
import { findUpstream } from "./interop/environment.mjs";
import { Upstream } from "./interop/upstream.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kills = 200;
const imagesPerMoment = 60;

/** @typedef {{ scenario: string, fault: string, states: number, lost: number, firstLoss?: string }} Line */

/** @param {string[]} tests @param {Record<string, string>} env */
function runTests(tests, env) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", "--testTimeout=3600000", ...tests], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** @typedef {{ tried: number, refused: number, refusedAfter: number }} Count */

/** Lets upstream open every torn state, and what it refuses again after we have; counts. @param {string} states @returns {Promise<Map<string, Count>>} */
async function askUpstream(states) {
  /** @type {Map<string, Count>} */
  const counts = new Map();
  const found = findUpstream();
  if ("reason" in found) {
    console.error(
      `\n!!! upstream did not see the torn states: it cannot be installed here (${found.reason}).\n`,
    );
    return counts;
  }
  const upstream = new Upstream(found.python);
  for (const scenario of readdirSync(states)) {
    const count = { tried: 0, refused: 0, refusedAfter: 0 };
    for (const name of readdirSync(join(states, scenario))) {
      if (!name.endsWith(".modelvault")) continue;
      const path = join(states, scenario, name);
      count.tried++;
      const { error } = await upstream.ask("open", { path });
      await upstream.ask("close");
      if (error === undefined) continue;
      count.refused++;
      fileStore(path).open().close();
      const again = await upstream.ask("open", { path, recovery: "strict" });
      await upstream.ask("close");
      if (again.error !== undefined) count.refusedAfter++;
    }
    counts.set(scenario, count);
  }
  upstream.end();
  return counts;
}

/** @param {Line[]} lines @param {Map<string, Count>} upstream @param {boolean} killed */
function render(lines, upstream, killed) {
  const rows = lines.map(
    ({ scenario, fault, states, lost }) => `| ${scenario} | ${fault} | ${states} | ${lost} |`,
  );
  rows.push(`| a real process | SIGKILL after a random commit | ${kills} | ${killed ? 0 : "some"} |`);
  const theirs = [...upstream].map(
    ([scenario, { tried, refused, refusedAfter }]) =>
      `| ${scenario.replaceAll("-", " ")} | ${tried} | ${refused} | ${refusedAfter} |`,
  );
  return [
    "# Crash matrix of store-file",
    "",
    "Written by `npm run crash`. Every call to the file system of every scenario is made to fail once, and from then on; at every call the power goes,",
    `and the disk is found with all, none, and ${imagesPerMoment} random parts of what was not synced, torn at any byte. After each the vault must open, verify`,
    "clean, hold every acknowledged commit, and the unacknowledged one whole or not at all; what does not is counted as lost. With durability `none` the",
    "commits since the last sync may be gone; that line counts only states that do not open or verify.",
    "",
    "| Scenario | Fault | States tried | Lost |",
    "|---|---|---:|---:|",
    ...rows,
    "",
    ...(theirs.length === 0
      ? ["Upstream could not be installed where this was written."]
      : [
          "The states of a loss of power, as upstream 0.16.0 (auto-truncate) finds them before we have mended them. What it refuses are",
          "zero-filled or torn segment headers at the end of the log, which it does not recover from in its own files either. Writes are torn at any byte here; torn",
          "between pages, a commit in spare room is never refused (`npm run interop`). The last column counts those that it still refuses, in strict mode, after we have opened",
          "them.",
          "",
          "| Scenario | Different states | Refused by upstream | Refused after we opened them |",
          "|---|---:|---:|---:|",
          ...theirs,
        ]),
    "",
  ].join("\n");
}

async function main() {
  const states = mkdtempSync(join(tmpdir(), "modelvault-crash-"));
  const report = join(states, "lines.json");
  const folder = join(states, "states");
  try {
    const tests = ["crash-matrix", "migrations"].map(
      (name) => `packages/store-file/test/crash/${name}.test.ts`,
    );
    const held = runTests(tests, {
      MODELVAULT_CRASH_IMAGES: String(imagesPerMoment),
      MODELVAULT_CRASH_JSON: report,
      MODELVAULT_CRASH_STATES: folder,
    });
    const killed = runTests(
      ["packages/store-file/test/crash/kill.test.ts", "packages/models/test/apply/killed.test.ts"],
      { MODELVAULT_CRASH_KILLS: String(kills), MODELVAULT_MIGRATION_KILLS: String(Math.ceil(kills / 10)) },
    );
    const lmdbKilled = runTests(["packages/store-lmdb/test/crash/kill.test.ts"], {
      MODELVAULT_CRASH_KILLS: String(kills),
    });
    const lmdb = crashLmdb();
    /** @type {Line[]} */
    const lines = JSON.parse(readFileSync(report, "utf8"));
    const upstream = await askUpstream(folder);
    writeFileSync(join(root, "docs", "crash-matrix.md"), render(lines, upstream, killed));
    const at = process.argv.indexOf("--json");
    const file = at < 0 ? undefined : process.argv[at + 1];
    if (file !== undefined)
      writeFileSync(
        file,
        `${JSON.stringify({ lines, killed, upstream: Object.fromEntries(upstream) }, null, 1)}\n`,
      );
    return held && killed && lmdbKilled && lmdb.ok ? 0 : 1;
  } finally {
    rmSync(states, { recursive: true, force: true });
  }
}

process.exitCode = await main();
