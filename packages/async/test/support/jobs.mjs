// Functions that run in the engine's thread.
import { existsSync, writeFileSync } from "node:fs";

/** Adds to a number of every row; gives how many rows there are. */
export function addToAll(tx, by) {
  const rows = tx.collection("books");
  rows.query().update((row) => ({ ...row, year: (row.year ?? 0) + by }));
  return { rows: rows.count(), inFunction: true };
}

export function failing(tx) {
  tx.collection("books").delete(1);
  throw new RangeError("half-way");
}

export function giving() {
  return { fine: 1, f: () => 1 };
}

export const notAFunction = 5;

/** Writes, and then stands still in the middle of its transaction, until a file is there. */
export function standStill(tx, path) {
  tx.collection("books").update(7, { title: "Changed" });
  writeFileSync(`${path}.standing`, "");
  const still = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path)) Atomics.wait(still, 0, 0, 2);
}
