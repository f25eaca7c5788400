/**
 * An opening that hides commits. lmdb 3.5.6 writes the number of the last commit to the lock file when it opens a vault, without a lock, and that number may
 * be old by then: the commits since are no longer seen, and the next writer would write over them. Six thousand commits beside two processes that
 * opened and closed the vault lost up to four.
 */
import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import type { Store } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { showLastCommit } from "../../src/native/last-commit.ts";
import { newPlace } from "../support/places.ts";

const ROWS = { kind: "rows", collection: 1 } as const;
const key = (number: number): Uint8Array => Uint8Array.of(number);

function commit(store: Store, number: number): void {
  const transaction = store.begin();
  transaction.put(ROWS, key(number), key(number));
  transaction.commit();
}

const rowsOf = (store: Pick<Store, "scan">): number[] =>
  Array.from(store.scan(ROWS), ([row]) => row[0] as number);

/** Runs with a store of three commits, and a function that hides so many, as an opening that began before them does. */
function withHidden(work: (store: Store, hide: (commits: bigint) => void, path: string) => void): void {
  const path = newPlace();
  const store = lmdbStore(path).open();
  for (const number of [1, 2, 3]) commit(store, number);
  // To be closed last: with it go the locks of this process.
  const lock = openSync(`${path}-lock`, "r+");
  const hide = (commits: bigint): void => {
    const number = Buffer.alloc(8);
    readSync(lock, number, 0, 8, 8);
    number.writeBigUInt64LE(number.readBigUInt64LE() - commits);
    writeSync(lock, number, 0, 8, 8);
  };
  try {
    work(store, hide, path);
    expect(store.maintenance?.verify?.()).toEqual([]);
  } finally {
    store.close();
    closeSync(lock);
  }
}

test.each([1n, 2n])("the next transaction builds on %d commits that an opening hid", async (commits) => {
  withHidden((store, hide) => {
    hide(commits);
    commit(store, 4);
    expect(rowsOf(store)).toEqual([1, 2, 3, 4]);
  });
});

test("what a store has committed it shows, though an opening hid it", () => {
  withHidden((store, hide) => {
    hide(2n);
    expect(store.revision()).toBe(3);
    expect(rowsOf(store)).toEqual([1, 2, 3]);
  });
  withHidden((store, hide) => {
    hide(1n);
    const snapshot = store.snapshot();
    expect(rowsOf(snapshot)).toEqual([1, 2, 3]);
    snapshot.close();
  });
});

test("reads beside a transaction show what was committed before, though an opening hid it in the meantime", () => {
  withHidden((store, hide) => {
    const transaction = store.begin();
    hide(2n);
    transaction.put(ROWS, key(4), key(4));
    expect(rowsOf(store)).toEqual([1, 2, 3]);
    transaction.commit();
    expect(rowsOf(store)).toEqual([1, 2, 3, 4]);
  });
});

test("an opening shows the commits that it finds hidden", () => {
  withHidden((_store, hide, path) => {
    hide(2n);
    const other = lmdbStore(path, { mode: "read" }).open();
    expect(rowsOf(other)).toEqual([1, 2, 3]);
    other.close();
  });
});

test("a lock file that cannot be put right is an error, not a lost commit", () => {
  const path = newPlace();
  writeFileSync(path, "");
  writeFileSync(`${path}-lock`, new Uint8Array(64));
  expect(() => showLastCommit(path, 7)).toThrow(expect.objectContaining({ code: "store_io" }));
  // LMDB does not have it open, and opening and closing it here would give up the locks of this process.
  const lock = new Uint8Array(64);
  new DataView(lock.buffer).setUint32(0, 0xbeef_c0de, true);
  writeFileSync(`${path}-lock`, lock);
  if (process.platform === "win32") return;
  expect(() => showLastCommit(path, 7)).toThrow(expect.objectContaining({ code: "store_io" }));
});
