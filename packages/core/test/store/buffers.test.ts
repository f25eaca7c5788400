/** Who owns which bytes, and until when. The testkit asks the same of every driver; here the pages are aimed at. */
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Keyspace, StoreReader } from "../../src/store/store.ts";
import { numberedKey } from "./program.ts";

const rows: Keyspace = { kind: "rows", collection: 1 };

function valueFor(number: number, bytes = 100): Uint8Array {
  return new Uint8Array(bytes).fill(number);
}

function filled(count: number, bytes = 100): MemoryStore {
  const store = new MemoryStore();
  const transaction = store.begin();
  for (let i = 0; i < count; i++) transaction.put(rows, numberedKey(i), valueFor(i, bytes));
  transaction.commit();
  return store;
}

/** Keeps all bytes that a reader hands out, and says later whether they are as they were. */
function keepAll(reader: StoreReader): () => boolean {
  const entries = [...reader.scan(rows)].map(([key]) => [key, reader.get(rows, key) as Uint8Array] as const);
  const copies = entries.map(([key, value]) => [key.slice(), value.slice()] as const);
  return () =>
    entries.every(
      ([key, value], i) =>
        Buffer.compare(key, copies[i]?.[0] as Uint8Array) === 0 &&
        Buffer.compare(value, copies[i]?.[1] as Uint8Array) === 0,
    );
}

test("a value read in a transaction stays while the same key is put again and again", () => {
  for (const bytes of [1, 100, 5000]) {
    const transaction = filled(50, bytes).begin();
    const unchanged: (() => boolean)[] = [];
    for (let i = 0; i < 500; i++) {
      transaction.put(rows, numberedKey(7), valueFor(i, bytes));
      const value = transaction.get(rows, numberedKey(7)) as Uint8Array;
      expect(value[0]).toBe(i & 0xff);
      if (i % 50 === 0) unchanged.push(() => value.every((byte) => byte === (i & 0xff)));
    }
    expect(unchanged.every((check) => check())).toBe(true);
  }
});

test("bytes handed out stay through splits, joins, repacking, commits, aborts and close", () => {
  const store = filled(1000);
  const checks = [keepAll(store), keepAll(store.snapshot())];
  const first = store.begin();
  checks.push(keepAll(first));
  for (let i = 0; i < 3000; i++) first.put(rows, numberedKey((i * 7) % 2000), valueFor(i + 1));
  checks.push(keepAll(first));
  first.abort();
  const second = store.begin();
  for (let i = 0; i < 3000; i++) second.put(rows, numberedKey((i * 11) % 2000), valueFor(i + 3, i % 200));
  checks.push(keepAll(second));
  for (let i = 0; i < 1990; i++) second.delete(rows, numberedKey(i));
  checks.push(keepAll(second));
  second.commit();
  for (let i = 0; i < 300; i++) {
    const transaction = store.begin();
    transaction.put(rows, numberedKey(1995), valueFor(i));
    transaction.commit();
  }
  store.close();
  expect(checks.map((check) => check())).toEqual(checks.map(() => true));
});

// The counts make pages with and without free bytes: in the free ones newer versions of a page go on writing.
const counts = Array.from({ length: 30 }, (_, index) => index + 5);

test.each(counts)(
  "after an aborted transaction on %i rows the next one leaves alone what was handed out",
  (count) => {
    const store = filled(count);
    const aborted = store.begin();
    aborted.put(rows, numberedKey(3), valueFor(0xaa));
    const kept = aborted.get(rows, numberedKey(3)) as Uint8Array;
    aborted.abort();
    const next = store.begin();
    next.put(rows, numberedKey(4), valueFor(0xbb));
    next.commit();
    expect(kept).toEqual(valueFor(0xaa));
    expect(store.get(rows, numberedKey(3))).toEqual(valueFor(3));
    expect(store.get(rows, numberedKey(4))).toEqual(valueFor(0xbb));
  },
);

test.each(counts)(
  "versions that start from the same page of %i rows do not share its free bytes",
  (count) => {
    const store = filled(count);
    const snapshot = store.snapshot();
    for (const byte of [1, 2, 3]) {
      const transaction = store.begin();
      transaction.put(rows, numberedKey(3), valueFor(byte));
      const open = transaction.scan(rows, { gte: numberedKey(3) });
      transaction.put(rows, numberedKey(3), valueFor(byte + 100));
      expect(open.next().value?.[1]).toEqual(valueFor(byte));
      if (byte === 2) transaction.commit();
      else transaction.abort();
    }
    expect(store.get(rows, numberedKey(3))).toEqual(valueFor(102));
    expect(snapshot.get(rows, numberedKey(3))).toEqual(valueFor(3));
  },
);

test("keys and values passed in are the caller's again after the call", () => {
  const store = new MemoryStore();
  const transaction = store.begin();
  for (const bytes of [1, 40, 5000]) {
    const key = new Uint8Array(bytes).fill(1);
    const value = new Uint8Array(bytes).fill(2);
    transaction.put(rows, key, value);
    transaction.put(rows, key, value);
    value.fill(9);
    key.fill(9);
  }
  const upper = Uint8Array.of(1, 1);
  const scan = transaction.scan(rows, { lt: upper });
  upper.fill(0);
  expect([...scan]).toEqual([[Uint8Array.of(1), Uint8Array.of(2)]]);
  for (const [key, value] of transaction.scan(rows)) {
    expect(key.every((byte) => byte === 1) && value.every((byte) => byte === 2)).toBe(true);
  }
});

test("a value read from the store can be put under another key", () => {
  const store = filled(200);
  const transaction = store.begin();
  for (let i = 0; i < 200; i++) {
    const value = transaction.get(rows, numberedKey(i)) as Uint8Array;
    transaction.put(rows, numberedKey(i + 1000), value);
  }
  transaction.commit();
  for (let i = 0; i < 200; i++) expect(store.get(rows, numberedKey(i + 1000))).toEqual(valueFor(i));
});

test("a view pins at most one page, and a long value only itself", () => {
  const store = filled(1000);
  const transaction = store.begin();
  transaction.put(rows, numberedKey(500), valueFor(1, 1_000_000));
  transaction.commit();
  for (const [, value] of store.scan(rows)) {
    expect(value.buffer.byteLength).toBeLessThanOrEqual(Math.max(value.length, 16384));
  }
});
