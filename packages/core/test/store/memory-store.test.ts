import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors/catalogue.ts";
import { isModelVaultError } from "../../src/errors/error.ts";
import * as memoryStoreModule from "../../src/store/memory-store.ts";
import { MemoryStore, memoryStore } from "../../src/store/memory-store.ts";
import type { Keyspace } from "../../src/store/store.ts";
import { numberedKey } from "./program.ts";

const rows: Keyspace = { kind: "rows", collection: 1 };
const a = Uint8Array.of(1);
const b = Uint8Array.of(2);

/** The code of what a call throws. */
function codeOf(call: () => unknown): ErrorCode | undefined {
  try {
    call();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
}

test("the driver value opens a fresh store each time and names its factory", () => {
  const driver = memoryStore();
  const first = driver.open();
  const transaction = first.begin();
  transaction.put(rows, a, b);
  transaction.commit();
  expect(driver.open().count(rows)).toBe(0);
  expect(driver.name).toBe("memory");
  expect(driver.args).toEqual([]);
  expect(driver.moduleUrl).toMatch(/store\/memory-store\.[jt]s$/);
  expect(memoryStoreModule).toHaveProperty(driver.factory, memoryStore);
});

test("the revision grows only with commits that changed something", () => {
  const store = new MemoryStore();
  expect(store.revision()).toBe(0);
  expect(store.begin().commit()).toBe(0);
  const deletion = store.begin();
  deletion.delete(rows, a);
  expect(deletion.commit()).toBe(0);
  const aborted = store.begin();
  aborted.put(rows, a, b);
  aborted.abort();
  expect(store.revision()).toBe(0);
  const written = store.begin();
  written.put(rows, a, b);
  expect(written.commit()).toBe(1);
  expect(store.snapshot().revision).toBe(1);
});

test("a driver may start at a revision and say which one a commit takes", () => {
  const store = new MemoryStore({ revision: 41 });
  expect(store.revision()).toBe(41);
  const transaction = store.begin();
  transaction.put(rows, a, b);
  expect(transaction.commit(50)).toBe(50);
  expect(store.begin().commit(60)).toBe(60);
  expect(store.revision()).toBe(60);
});

test("a second begin on the same handle is refused until the first has ended", () => {
  const store = new MemoryStore();
  const transaction = store.begin();
  expect(codeOf(() => store.begin())).toBe("store_busy");
  transaction.abort();
  store.begin().commit();
  store.begin();
});

test("a transaction that is over refuses everything but abort", () => {
  const store = new MemoryStore();
  for (const end of ["commit", "abort"] as const) {
    const transaction = store.begin();
    transaction.put(rows, a, b);
    const scan = transaction.scan(rows);
    transaction[end]();
    const calls = [
      () => transaction.get(rows, a),
      () => transaction.scan(rows),
      () => transaction.count(rows),
      () => transaction.put(rows, a, b),
      () => transaction.delete(rows, a),
      () => transaction.commit(),
      () => scan.next(),
    ];
    for (const call of calls) expect(codeOf(call)).toBe("transaction_closed");
    transaction.abort();
  }
  expect(store.count(rows)).toBe(1);
});

test("a closed snapshot refuses to read, and closing it again does nothing", () => {
  const store = new MemoryStore();
  const snapshot = store.snapshot();
  const scan = snapshot.scan(rows);
  snapshot.close();
  snapshot.close();
  const calls = [
    () => snapshot.get(rows, a),
    () => snapshot.scan(rows),
    () => snapshot.count(rows),
    () => scan.next(),
  ];
  for (const call of calls) expect(codeOf(call)).toBe("snapshot_closed");
});

test("close ends everything that is open", () => {
  const store = new MemoryStore();
  const first = store.begin();
  first.put(rows, a, b);
  first.commit();
  const [snapshot, scan, transaction] = [store.snapshot(), store.scan(rows), store.begin()];
  const [snapshotScan, transactionScan] = [snapshot.scan(rows), transaction.scan(rows)];
  store.close();
  store.close();
  const calls = [
    () => store.get(rows, a),
    () => store.scan(rows),
    () => store.count(rows),
    () => store.begin(),
    () => store.snapshot(),
    () => store.revision(),
    () => store.maintenance.verify?.(),
    () => scan.next(),
  ];
  for (const call of calls) expect(codeOf(call)).toBe("store_closed");
  expect(codeOf(() => snapshot.get(rows, a))).toBe("snapshot_closed");
  expect(codeOf(() => snapshotScan.next())).toBe("snapshot_closed");
  expect(codeOf(() => transaction.put(rows, a, b))).toBe("transaction_closed");
  expect(codeOf(() => transactionScan.next())).toBe("transaction_closed");
  expect(scan.return?.()).toEqual({ done: true, value: undefined });
});

test("two bounds on one side are refused", () => {
  const store = new MemoryStore();
  for (const reader of [store, store.snapshot(), store.begin()]) {
    expect(codeOf(() => reader.scan(rows, { gt: a, gte: a }))).toBe("store_range_invalid");
    expect(codeOf(() => reader.scan(rows, { lt: a, lte: a }))).toBe("store_range_invalid");
  }
});

test("maintenance waits for the open transaction", () => {
  const store = new MemoryStore();
  const transaction = store.begin();
  expect(codeOf(() => store.maintenance.verify?.())).toBe("transaction_open");
  expect(codeOf(() => store.maintenance.stats?.())).toBe("transaction_open");
  transaction.abort();
  expect(store.maintenance.verify?.()).toEqual([]);
});

test("a keyspace outside of the contract is refused when it is written", () => {
  const transaction = new MemoryStore().begin();
  const wrong: Keyspace[] = [
    { kind: "rows", collection: 0 },
    { kind: "rows", collection: 1.5 },
    { kind: "rows", collection: 2 ** 32 },
    { kind: "index", collection: 1, index: 0 },
    { kind: "index", collection: Number.NaN, index: 1 },
  ];
  for (const space of wrong) {
    expect(codeOf(() => transaction.put(space, a, b))).toBe("internal");
    expect(transaction.count(space)).toBe(0);
  }
});

test("keyspaces are told apart by their numbers and kinds, not by the objects", () => {
  const store = new MemoryStore();
  const transaction = store.begin();
  const spaces: Keyspace[] = [{ kind: "catalog" }];
  for (const collection of [4294967295, 3, 1, 2]) {
    spaces.push({ kind: "rows", collection });
    for (const index of [2, 4294967295, 1]) spaces.push({ kind: "index", collection, index });
  }
  for (const [number, space] of spaces.entries()) transaction.put(space, a, Uint8Array.of(number));
  transaction.commit();
  for (const [number, space] of spaces.entries()) {
    expect(store.get({ ...space }, a)).toEqual(Uint8Array.of(number));
  }
  expect(store.maintenance.stats?.().keyspaces).toBe(spaces.length);
});

test("a keyspace that was emptied costs nothing", () => {
  const store = new MemoryStore();
  const first = store.begin();
  for (let collection = 1; collection <= 100; collection++) first.put({ kind: "rows", collection }, a, b);
  first.commit();
  const second = store.begin();
  for (let collection = 1; collection <= 99; collection++) second.delete({ kind: "rows", collection }, a);
  second.delete({ kind: "rows", collection: 100 }, a);
  second.put({ kind: "rows", collection: 100 }, b, b);
  second.commit();
  expect(store.maintenance.stats?.()).toMatchObject({ keyspaces: 1, entries: 1, pages: 1 });
});

test("a transaction of 100,000 operations is one commit", () => {
  const store = new MemoryStore();
  const before = store.begin();
  for (let i = 0; i < 20_000; i++) before.put(rows, numberedKey(i * 2), a);
  before.commit();
  const snapshot = store.snapshot();
  const transaction = store.begin();
  let place = 1;
  for (let i = 0; i < 80_000; i++) {
    place = (place * 48271) % 2147483647;
    transaction.put(rows, numberedKey(place % 100_000), Uint8Array.of(place, place >>> 8));
  }
  for (let i = 0; i < 20_000; i++) transaction.delete(rows, numberedKey(i * 5));
  const expected = new Map<number, number>();
  for (let i = 0; i < 20_000; i++) expected.set(i * 2, 1);
  place = 1;
  for (let i = 0; i < 80_000; i++) {
    place = (place * 48271) % 2147483647;
    expected.set(place % 100_000, place & 0xff);
  }
  for (let i = 0; i < 20_000; i++) expected.delete(i * 5);
  expect(transaction.count(rows)).toBe(expected.size);
  expect(transaction.commit()).toBe(2);
  const numbers = [...expected.keys()].sort((x, y) => x - y);
  let index = 0;
  let wrong = 0;
  for (const [key, value] of store.scan(rows)) {
    const number = numbers[index++] as number;
    if (Buffer.compare(key, numberedKey(number)) !== 0 || value[0] !== expected.get(number)) wrong++;
  }
  expect([index, wrong]).toEqual([numbers.length, 0]);
  expect(snapshot.count(rows)).toBe(20_000);
  expect(store.maintenance.verify?.()).toEqual([]);
});

test("values of 64 MiB and keys of any length are kept", () => {
  const store = new MemoryStore();
  const value = new Uint8Array(64 * 1024 * 1024);
  value[value.length - 1] = 7;
  const key = new Uint8Array(100_000).fill(9);
  const transaction = store.begin();
  transaction.put(rows, a, value);
  transaction.put(rows, key, b);
  transaction.put(rows, b, b);
  transaction.commit();
  const stored = store.get(rows, a);
  expect([stored?.length, stored?.[value.length - 1]]).toEqual([value.length, 7]);
  expect(store.get(rows, key)).toEqual(b);
  expect([...store.scan(rows)].map(([found]) => found.length)).toEqual([1, 1, 100_000]);
});
