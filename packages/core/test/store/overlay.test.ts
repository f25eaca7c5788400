import { expect, test } from "vitest";
import { isModelVaultError } from "../../src/errors/error.ts";
import { overlayTransaction } from "../../src/store/overlay.ts";
import type { Keyspace, StoreScan } from "../../src/store/store.ts";
import { BatchStore, NaiveMaps } from "./naive-store.ts";
import { numberedKey } from "./program.ts";

const rows: Keyspace = { kind: "rows", collection: 1 };
const index: Keyspace = { kind: "index", collection: 1, index: 2 };
const catalog: Keyspace = { kind: "catalog" };
const one = Uint8Array.of(1);
const two = Uint8Array.of(2);
const three = Uint8Array.of(3);

test("a batch holds the difference only, in order of keyspaces and keys", () => {
  const store = new BatchStore();
  const first = store.begin();
  first.put(rows, one, one);
  first.put(rows, two, two);
  first.commit();
  const second = store.begin();
  second.put(index, three, one);
  second.put(index, one, one);
  second.put(rows, two, three);
  second.delete(rows, one);
  second.put(rows, three, three);
  second.delete(rows, three);
  second.delete(rows, Uint8Array.of(9));
  second.put(catalog, one, one);
  expect([second.count(rows), second.count(index)]).toEqual([1, 2]);
  expect(second.commit()).toBe(2);
  expect(store.batches[1]).toEqual([
    [catalog, [], ["01"]],
    [rows, ["01"], ["02"]],
    [index, [], ["01", "03"]],
  ]);
});

test("counts follow keys that are deleted and put again", () => {
  const store = new BatchStore();
  const first = store.begin();
  first.put(rows, one, one);
  first.commit();
  const second = store.begin();
  const counts: number[] = [];
  for (const step of ["delete", "put", "put", "delete", "delete", "put"] as const) {
    second[step](rows, one, two);
    counts.push(second.count(rows));
  }
  expect(counts).toEqual([0, 1, 1, 0, 0, 1]);
});

test("a transaction without effect applies no batch and returns the present revision", () => {
  const store = new BatchStore();
  const first = store.begin();
  first.put(rows, one, one);
  expect(first.commit()).toBe(1);
  const second = store.begin();
  second.put(rows, two, two);
  second.delete(rows, two);
  second.delete(rows, three);
  expect(second.commit()).toBe(1);
  expect(store.batches.length).toBe(1);
});

test("a commit that fails commits nothing, throws the cause, and lets the next writer in", () => {
  const store = new BatchStore();
  store.failure = new Error("disk on fire");
  const transaction = store.begin();
  transaction.put(rows, one, one);
  expect(() => transaction.commit()).toThrow("disk on fire");
  expect(() => transaction.get(rows, one)).toThrow(/transaction is over/);
  transaction.abort();
  store.failure = null;
  expect(store.count(rows)).toBe(0);
  expect(store.begin().commit()).toBe(0);
});

test("keys and values beyond the limits of the traits are refused", () => {
  const transaction = new BatchStore().begin();
  const refused = (key: Uint8Array, value: Uint8Array, code: string): void => {
    try {
      transaction.put(rows, key, value);
      expect.unreachable();
    } catch (error) {
      expect(isModelVaultError(error) && error.code).toBe(code);
    }
  };
  refused(new Uint8Array(10_001), one, "store_key_too_long");
  refused(one, new Uint8Array(100_001), "store_value_too_long");
  transaction.put(rows, new Uint8Array(10_000), new Uint8Array(100_000));
  expect(transaction.count(rows)).toBe(1);
});

test("the end of a transaction is told once, and closes the scans below", () => {
  const base = new NaiveMaps();
  base.put(rows, one, one);
  base.put(rows, two, two);
  for (const end of ["commit", "abort"] as const) {
    let ended = 0;
    let closed = 0;
    const transaction = overlayTransaction({
      base: {
        get: (space, key) => base.get(space, key),
        count: (space) => base.count(space),
        scan: (space, range) => closing(base.scan(space, range), () => closed++),
      },
      revision: 7,
      commit: () => 8,
      ended: () => ended++,
    });
    const open = transaction.scan(rows);
    open.next();
    const neverBegun = transaction.scan(rows);
    const finished = [...transaction.scan(rows)];
    expect([finished.length, closed]).toEqual([2, 1]);
    transaction[end]();
    transaction.abort();
    expect([ended, closed]).toEqual([1, 3]);
    for (const scan of [open, neverBegun]) expect(() => scan.next()).toThrow(/transaction is over/);
  }
});

test("changes of a batch can be read more than once", () => {
  let keys: number[] = [];
  const transaction = overlayTransaction({
    base: new NaiveMaps(),
    revision: 0,
    commit: (batch) => {
      const changes = batch[0];
      keys = [[...(changes?.puts ?? [])].length, [...(changes?.puts ?? [])].length, changes?.putCount ?? 0];
      return 1;
    },
  });
  for (let i = 0; i < 500; i++) transaction.put(rows, numberedKey(i), one);
  transaction.commit();
  expect(keys).toEqual([500, 500, 500]);
});

test("a transaction of 100,000 operations goes out as one batch", () => {
  const store = new BatchStore();
  const transaction = store.begin();
  for (let i = 0; i < 90_000; i++) transaction.put(rows, numberedKey((i * 7) % 50_000), one);
  for (let i = 0; i < 10_000; i++) transaction.delete(rows, numberedKey(i * 3));
  expect(transaction.count(rows)).toBe(40_000);
  expect(transaction.commit()).toBe(1);
  expect(store.count(rows)).toBe(40_000);
});

function closing(scan: StoreScan, closed: () => void): StoreScan {
  let open = true;
  return {
    next: () => scan.next(),
    return: () => {
      if (open) closed();
      open = false;
      return { done: true, value: undefined };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}
