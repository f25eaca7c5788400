/**
 * The end of a process whose threads write. lmdb 3.5.6 waits for itself for ever when a thread is torn down in the middle of a transaction, so that the
 * process hung, and nobody else could write.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { makeTickets } from "../support/children.ts";
import { newPlace } from "../support/places.ts";

const script = fileURLToPath(new URL("../support/ending-child.mjs", import.meta.url));

test.each([
  ["calls process.exit()", "exit", 7],
  ["throws what nobody catches", "throw", 1],
])(
  "a main thread that %s while a thread writes ends the process, and leaves a vault to write to",
  (_what, how, code) => {
    const path = newPlace();
    makeTickets(path);
    const { status, signal } = spawnSync(process.execPath, [script, path, how], {
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    expect({ status, signal }).toEqual({ status: code, signal: null });
    using db = Database.open(lmdbStore(path));
    db.collection("tickets").insert({ id: "after", number: 0, who: "test" });
    expect(db.verify()).toMatchObject({ ok: true });
  },
);
