/** A real process, killed at any moment: what it acknowledged is there, the last transaction is whole or not there at all. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { newPlace } from "../support/places.ts";

const child = fileURLToPath(new URL("kill-child.mjs", import.meta.url));
// `npm run crash` tries many more.
const rounds = Number(process.env.MODELVAULT_CRASH_KILLS ?? 5);

/** Numbers from 0 to 1, the same in each run. */
function* numbersFrom(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Runs a writer and kills it once it has acknowledged so many commits; returns the last one acknowledged. */
function writeAndKill(path: string, commits: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, [child, path], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    writer.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.split("\n").length > commits) writer.kill("SIGKILL");
    });
    writer.on("error", reject);
    writer.on("close", (_, signal) => {
      const acknowledged = text.split("\n").slice(0, -1).at(-1);
      if (signal !== "SIGKILL" || acknowledged === undefined)
        reject(new Error(`the writer ended by itself: ${text}`));
      else resolve(Number(acknowledged));
    });
  });
}

test(
  "a process killed at any moment takes no acknowledged commit along, and is in nobody's way",
  async () => {
    const path = newPlace();
    const random = numbersFrom(5);
    // Open all the while: another process that dies must not disturb this one.
    let db: Database | undefined;
    for (let round = 0; round < rounds; round++) {
      const acknowledged = await writeAndKill(path, 1 + Math.floor(random.next().value * 60));
      db ??= Database.open(lmdbStore(path));
      expect(db.verify().problems).toEqual([]);
      const rows = db.collection("t").all() as { readonly n: number }[];
      expect(rows.length).toBe(8);
      // The one commit after the last acknowledged one may stand, whole.
      expect(new Set(rows.map(({ n }) => n)).size).toBe(1);
      expect([acknowledged, acknowledged + 1]).toContain(rows[0]?.n);
      if (round % 2 === 0) {
        db.close();
        db = undefined;
      }
    }
    db?.close();
  },
  60_000 + rounds * 5_000,
);
