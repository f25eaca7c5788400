// Functions that run in the engine's thread.

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
