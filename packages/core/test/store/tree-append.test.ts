/** Filling keyspaces from bytes that lie anywhere: the same as putting, whatever order the keys come in. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../src/store/key-bytes.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Keyspace, StoreReader } from "../../src/store/store.ts";
import { Tree } from "../../src/store/tree.ts";
import { measureTree } from "../../src/store/tree-check.ts";
import { numberedKey } from "./program.ts";

const ROWS: Keyspace = { kind: "rows", collection: 1 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function entriesOf(reader: StoreReader): [string, string][] {
  return [...reader.scan(ROWS)].map(([key, value]) => [hex(key), hex(value)]);
}

/** An entry in the midst of other bytes, in Node buffers too, whose views are unlike others. */
function embedded(bytes: Uint8Array, node: boolean): readonly [Uint8Array, number, number] {
  const around = node ? Buffer.alloc(bytes.length + 9, 0x77) : new Uint8Array(bytes.length + 9).fill(0x77);
  around.set(bytes, 4);
  return [around, 4, 4 + bytes.length];
}

const anyKey = fc.oneof(
  fc.nat({ max: 3000 }).map(numberedKey),
  fc.uint8Array({ maxLength: 12 }),
  fc.array(fc.constantFrom(0, 1, 0xff), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
  fc.constantFrom(5, 200, 4000).map((length) => new Uint8Array(length).fill(0x61)),
);
const anyRun = fc.record({
  keys: fc.oneof(
    fc.array(anyKey, { maxLength: 60 }).map((keys) => keys.sort(compareKeys)),
    fc.array(anyKey, { maxLength: 60 }),
    fc
      .tuple(fc.nat({ max: 3000 }), fc.nat({ max: 700 }), fc.constantFrom(1, 3))
      .map(([from, count, step]) => Array.from({ length: count }, (_, i) => numberedKey(from + i * step))),
  ),
  bytes: fc.constantFrom(0, 9, 110, 3100),
  after: fc.constantFrom("commit", "abort", "delete some", "scan", "go on"),
});

test("filling equals putting, in any order, between deletions, aborts and open scans", () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 12 }), (runs) => {
      const [filled, put] = [new MemoryStore(), new MemoryStore()];
      let [a, b] = [filled.begin(), put.begin()];
      let filler = a.filler(ROWS);
      const scans: [IterableIterator<unknown>, IterableIterator<unknown>][] = [];
      runs.forEach(({ keys, bytes, after }, number) => {
        for (const key of bytes > 3000 ? keys.slice(0, 30) : keys) {
          const value = new Uint8Array(bytes).fill(number);
          const [inKey, inValue] = [embedded(key, number % 2 === 0), embedded(value, number % 3 === 0)];
          filler.put(...inKey, ...inValue);
          inKey[0].fill(0);
          inValue[0].fill(0);
          b.put(ROWS, key, value);
        }
        if (after === "delete some") {
          for (const key of keys.filter((_, index) => index % 3 > 0 || keys.length < 5)) {
            a.delete(ROWS, key);
            b.delete(ROWS, key);
          }
        } else if (after === "scan") scans.push([a.scan(ROWS), b.scan(ROWS)]);
        else if (after !== "go on") {
          for (const [left, right] of scans.splice(0)) expect([...left]).toEqual([...right]);
          for (const transaction of [a, b])
            if (after === "commit") transaction.commit();
            else transaction.abort();
          expect(filled.maintenance.verify?.()).toEqual([]);
          [a, b] = [filled.begin(), put.begin()];
          filler = a.filler(ROWS);
        }
        expect(a.count(ROWS)).toBe(b.count(ROWS));
      });
      expect(entriesOf(a)).toEqual(entriesOf(b));
      a.commit();
      expect(filled.maintenance.verify?.()).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("a filler ends with its transaction", () => {
  const store = new MemoryStore();
  const transaction = store.begin();
  const filler = transaction.filler(ROWS);
  const key = numberedKey(1);
  filler.put(key, 0, key.length, key, 0, 2);
  transaction.commit();
  expect(() => filler.put(key, 0, key.length, key, 0, 2)).toThrow(/over/);
  expect(entriesOf(store)).toEqual([[hex(key), hex(key.subarray(0, 2))]]);
});

test("sorted entries leave pages as full as putting them does", () => {
  const [filled, put] = [new Tree(), new Tree()];
  const value = new Uint8Array(110);
  for (let number = 0; number < 20_000; number++) {
    const key = numberedKey(number);
    filled.putFrom(key, 0, key.length, value, 0, value.length);
    put.put(key, value);
  }
  expect(measureTree(filled)).toEqual(measureTree(put));
});
