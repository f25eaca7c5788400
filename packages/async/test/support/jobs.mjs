// Functions that run in the engine's thread.
import { existsSync, writeFileSync } from "node:fs";
import { ModelVaultError } from "@modelvault/core";

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

/** Gives a promise, where nobody would wait for it. */
export async function later(tx, fails) {
  tx.collection("books").insert({ id: 99, title: "Not kept" });
  if (fails) throw new Error("nobody hears this");
}

/** Throws what cannot be looked at. */
export function unreadable(_tx, how) {
  const trap = () => {
    throw new Error("trap");
  };
  if (how === "proxy") throw new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  if (how === "revoked") throw proxy;
  const details = Object.defineProperty({}, "x", { enumerable: true, get: trap });
  throw new ModelVaultError("internal", "has details that cannot be read", details);
}
