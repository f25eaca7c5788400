import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("../support/exit-child.mjs", import.meta.url));

// lmdb waits for itself for ever when a thread is torn down in a write transaction, so its worker must leave before the process does.
test.each([
  ["exit", 7, 0],
  ["throw", 1, 0],
  ["update", 7, 1],
])(
  "a process that ends by %s in the middle of a transaction ends, and nothing of it was kept",
  (how, code, rows) => {
    const folder = mkdtempSync(join(tmpdir(), "modelvault-exit-"));
    try {
      const path = join(folder, "a.lmdb");
      const { status } = spawnSync(process.execPath, [child, path, how], {
        stdio: "ignore",
        timeout: 60_000,
      });
      expect(status).toBe(code);
      using db = Database.open(lmdbStore(path));
      expect(db.collection("t").count()).toBe(rows);
      db.collection("t").insert({ id: 2 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
