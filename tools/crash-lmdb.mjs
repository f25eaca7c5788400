// The faults of store-lmdb that need a real kernel: `npm run crash` runs them behind those of store-file. Calls to the system fail, once and
// from then on, by strace; where strace cannot be used, that is said loudly. What was acknowledged must be there afterwards, whole.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";
import { lostCommits, writeNumberedCommits } from "@modelvault/store-testkit";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const child = join(root, "packages", "store-lmdb", "test", "crash", "fault-child.mjs");
const rounds = 12;

/** What is lost of the commits acknowledged. @param {string} path @param {number} acknowledged */
function judge(path, acknowledged) {
  const db = Database.open(lmdbStore(path));
  try {
    return lostCommits(db, acknowledged);
  } finally {
    db.close();
  }
}

/** @param {string} folder @param {string} call @param {string} error @param {string} when */
function tryFault(folder, call, error, when) {
  const path = join(folder, `${call}-${error}-${when}.lmdb`);
  // The first commit is not tried: a vault that never came to be has nothing to lose.
  writeNumberedCommits(lmdbStore(path), { commits: 1, told: () => undefined });
  const inject = `inject=${call}:error=${error}:when=${when}`;
  const { stdout, signal } = spawnSync(
    "strace",
    [
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-P",
      path,
      "-e",
      `trace=${call}`,
      "-e",
      inject,
      process.execPath,
      child,
      path,
      String(rounds),
    ],
    { encoding: "utf8" },
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  const acknowledged = Number(lines.filter((line) => !line.startsWith("!")).at(-1) ?? 1);
  const refusals = [...new Set(lines.filter((line) => line.startsWith("!")).map((line) => line.slice(2)))];
  const lost = judge(path, acknowledged);
  rmSync(path, { force: true });
  rmSync(`${path}-lock`, { force: true });
  return { lost, refusals, died: signal !== null };
}

/** @returns {{ ok: boolean }} */
export function crashLmdb() {
  const folder = mkdtempSync(join(tmpdir(), "modelvault-lmdb-faults-"));
  try {
    if (spawnSync("strace", ["-V"]).status !== 0) {
      console.error("\n!!! store-lmdb: no call was made to fail, for strace is not installed here.\n");
      return { ok: true };
    }
    let ok = true;
    for (const call of ["fdatasync", "pwrite64", "writev"]) {
      for (const error of ["EIO", "ENOSPC"]) {
        /** @type {Map<string, number>} */
        const seen = new Map();
        let [states, lost, died] = [0, 0, 0];
        for (let at = 1; at <= 2 * rounds; at++) {
          for (const when of [`${at}`, `${at}+`]) {
            const outcome = tryFault(folder, call, error, when);
            states++;
            if (outcome.died) died++;
            for (const code of outcome.refusals) seen.set(code, (seen.get(code) ?? 0) + 1);
            if (outcome.lost === undefined) continue;
            lost++;
            console.error(`store-lmdb, ${call} fails with ${error} (${when}): ${outcome.lost}`);
          }
        }
        ok &&= lost === 0;
        const codes = [...seen].map(([code, times]) => `${code} ${times}`).join(", ");
        console.log(
          `store-lmdb  ${call.padEnd(10)} ${error.padEnd(7)} ${states} states, ${lost} lost, ${died} ended the process; ${codes}`,
        );
      }
    }
    return { ok };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = crashLmdb().ok ? 0 : 1;
