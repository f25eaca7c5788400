/** A migration of more rows than memory holds. `MODELVAULT_BOUNDED_ROWS=1000000` makes it a million, of 4 kB each. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, onTestFinished, test } from "vitest";

const child = fileURLToPath(new URL("bounded-child.mjs", import.meta.url));
// Twice the heap that the process is given.
const ROWS = Number(process.env.MODELVAULT_BOUNDED_ROWS ?? 20_000);
const HEAP_MB = 40;

test("rows stream through the dry run, the migration and their model, on LMDB", () => {
  const place = mkdtempSync(join(tmpdir(), "modelvault-bounded-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const path = join(place, "a.lmdb");
  const words = [`--max-old-space-size=${HEAP_MB}`, child, path, String(ROWS)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({ ok: true, asked: ROWS, changed: true, left: true });
  using db = Database.open(lmdbStore(path));
  const books = db.collection("books");
  expect([books.count(), books.where("author", "=", "w7").all()]).toMatchObject([
    ROWS,
    [{ id: 7, price: 7, language: "en" }],
  ]);
});
