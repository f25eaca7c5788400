/** A real process, killed at any moment: what it acknowledged is there, the last transaction is whole or not there at all. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { lastTold, lostCommits } from "@modelvault/store-testkit";
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

test(
  "a process killed at any moment takes no acknowledged commit along, and is in nobody's way",
  async () => {
    const path = newPlace();
    const random = numbersFrom(5);
    // Open all the while: another process that dies must not disturb this one.
    let db: Database | undefined;
    for (let round = 0; round < rounds; round++) {
      const writer = spawn(process.execPath, [child, path], { stdio: ["ignore", "pipe", "inherit"] });
      const gone = once(writer, "close");
      const commits = 1 + Math.floor(random.next().value * 60);
      const acknowledged = await lastTold(writer.stdout, commits, () => writer.kill("SIGKILL"));
      await gone;
      db ??= Database.open(lmdbStore(path));
      expect(lostCommits(db, acknowledged)).toBeUndefined();
      if (round % 2 === 0) {
        db.close();
        db = undefined;
      }
    }
    db?.close();
  },
  60_000 + rounds * 5_000,
);
