/** Counting the entries of a range, in trees high enough that branches stand above branches. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { KeyRange, Keyspace, StoreReader } from "../../src/store/store.ts";
import { UndoJournal } from "../../src/transaction/undo-journal.ts";
import { BatchStore } from "./naive-store.ts";
import { numberedKey } from "./program.ts";

const ROWS: Keyspace = { kind: "rows", collection: 1 };
const VALUE = new Uint8Array(400);
const NUMBERS_MAX = 40_000;

/** How many of these ascending numbers a range holds. */
function naiveCount(numbers: readonly number[], low: number, high: number): number {
  return numbers.filter((number) => number >= low && number < high).length;
}

function scanned(reader: StoreReader, range: KeyRange): number {
  return [...reader.scan(ROWS, range)].length;
}

describe("countRange", () => {
  it("tells what a scan would show, between commits, inside a transaction and in older snapshots", () => {
    const store = new MemoryStore();
    const first = store.begin();
    let numbers = Array.from({ length: NUMBERS_MAX / 2 }, (_, position) => position * 2);
    for (const number of numbers) first.put(ROWS, numberedKey(number), VALUE);
    first.commit();
    const before = store.snapshot();
    const oldNumbers = numbers;
    const bounds = fc.tuple(fc.nat({ max: NUMBERS_MAX }), fc.nat({ max: NUMBERS_MAX }));
    const changes = fc.array(fc.nat({ max: NUMBERS_MAX }), { maxLength: 40 });
    fc.assert(
      fc.property(
        bounds,
        changes,
        fc.nat({ max: 600 }),
        fc.boolean(),
        ([low, high], puts, deletes, commits) => {
          const transaction = store.begin();
          const kept = new Set(numbers);
          const range = { gte: numberedKey(low), lt: numberedKey(high) };
          transaction.countRange(ROWS, range);
          for (const number of puts) {
            transaction.put(ROWS, numberedKey(number), VALUE);
            kept.add(number);
          }
          for (let number = low; number < low + deletes; number++) {
            transaction.delete(ROWS, numberedKey(number));
            kept.delete(number);
          }
          const after = [...kept].sort((a, b) => a - b);
          expect(transaction.countRange(ROWS, range)).toBe(naiveCount(after, low, high));
          expect(store.countRange(ROWS, range)).toBe(naiveCount(numbers, low, high));
          expect(before.countRange(ROWS, range)).toBe(naiveCount(oldNumbers, low, high));
          if (commits) {
            transaction.commit();
            numbers = after;
          } else transaction.abort();
          expect(store.countRange(ROWS, range)).toBe(naiveCount(numbers, low, high));
          expect(store.maintenance.verify?.()).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("knows inclusive, exclusive, open and crossing bounds, and takes no notice of the direction", () => {
    const store = new MemoryStore();
    const transaction = store.begin();
    for (let number = 0; number < 20_000; number++) transaction.put(ROWS, numberedKey(number), VALUE);
    transaction.commit();
    const [low, high] = [numberedKey(5000), numberedKey(15_000)];
    expect(store.countRange(ROWS, {})).toBe(20_000);
    expect(store.countRange(ROWS, { gte: low, lte: high })).toBe(10_001);
    expect(store.countRange(ROWS, { gt: low, lt: high })).toBe(9999);
    expect(store.countRange(ROWS, { gt: low, reverse: true })).toBe(14_999);
    expect(store.countRange(ROWS, { lte: low })).toBe(5001);
    expect(store.countRange(ROWS, { gte: high, lt: low })).toBe(0);
    expect(store.countRange(ROWS, { gt: low, lt: low })).toBe(0);
    expect(store.countRange({ kind: "catalog" }, { gte: low })).toBe(0);
    expect(() => store.countRange(ROWS, { gt: low, gte: low })).toThrow(
      expect.objectContaining({ code: "store_range_invalid" }),
    );
    store.close();
    expect(() => store.countRange(ROWS, {})).toThrow(expect.objectContaining({ code: "store_closed" }));
  });

  it("agrees with a scan for keys of any bytes and lengths (property)", () => {
    const key = fc.uint8Array({ maxLength: 6 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 50 }), key, key, (keys, low, high) => {
        const transaction = new MemoryStore().begin();
        for (const each of keys) transaction.put(ROWS, each, VALUE);
        for (const range of [{ gt: low, lte: high }, { gte: low, lt: high }, { lt: low }, { gte: high }])
          expect(transaction.countRange(ROWS, range)).toBe(scanned(transaction, range));
      }),
    );
  });

  it("passes through the undo journal where the transaction has it, and is absent where it has not", () => {
    const memory = new MemoryStore().begin();
    const journal = new UndoJournal(memory);
    journal.change(ROWS, numberedKey(1), undefined, VALUE);
    expect(journal.countRange?.(ROWS, { gte: numberedKey(1) })).toBe(1);
    const other = new BatchStore().begin();
    expect(new UndoJournal(other).countRange).toBeUndefined();
  });
});
