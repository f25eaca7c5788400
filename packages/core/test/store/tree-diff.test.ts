/** Differences between states: the same that comparing all entries would give, at the cost of what was written. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EntryPlace } from "../../src/store/entry-place.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Page } from "../../src/store/page.ts";
import type { Keyspace, StoreReader } from "../../src/store/store.ts";
import { Tree } from "../../src/store/tree.ts";
import { nodesOf } from "../../src/store/tree-check.ts";
import { diffTrees } from "../../src/store/tree-diff.ts";
import { numberedKey } from "./program.ts";

const SPACES: readonly Keyspace[] = [
  { kind: "catalog" },
  { kind: "rows", collection: 1 },
  { kind: "index", collection: 1, index: 1 },
  { kind: "index", collection: 2, index: 7 },
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const keyOf = (place: EntryPlace): string => hex(place.keyBytes.subarray(place.keyStart, place.keyEnd));
const valueIn = (place: EntryPlace): string =>
  hex(place.valueBytes.subarray(place.valueStart, place.valueEnd));

/** One difference as text: key, value before and value now, "-" for none. */
type Told = readonly [key: string, before: string, now: string];

function told(visit: (visitor: Parameters<typeof diffTrees>[2]) => void): Told[] {
  const differences: Told[] = [];
  visit({
    put: (entry, before) =>
      differences.push([keyOf(entry), before === undefined ? "-" : valueIn(before), valueIn(entry)]),
    removed: (before) => differences.push([keyOf(before), valueIn(before), "-"]),
  });
  return differences;
}

/** All entries of both states, compared. */
function compared(space: Keyspace, before: StoreReader, after: StoreReader): Told[] {
  const old = new Map([...before.scan(space)].map(([key, value]) => [hex(key), hex(value)]));
  const now = new Map([...after.scan(space)].map(([key, value]) => [hex(key), hex(value)]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((key): Told => [key, old.get(key) ?? "-", now.get(key) ?? "-"])
    .filter(([, was, is]) => was !== is);
}

const anyChange = fc.record({
  space: fc.constantFrom(...SPACES),
  remove: fc.constantFrom(true, false, false),
  from: fc.nat({ max: 3000 }),
  count: fc.oneof(fc.constantFrom(1, 1, 2), fc.nat({ max: 1500 })),
  stride: fc.constantFrom(1, 2, 17, -3),
  bytes: fc.constantFrom(0, 10, 110, 4000),
  fill: fc.nat({ max: 2 }),
});

test("states differ in what was written, whatever was written", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ changes: fc.array(anyChange, { maxLength: 4 }), commit: fc.boolean() }), {
        maxLength: 12,
      }),
      (transactions) => {
        const store = new MemoryStore();
        const first = store.snapshot();
        for (const { changes, commit } of transactions) {
          const transaction = store.begin();
          for (const { space, remove, from, count, stride, bytes, fill } of changes) {
            const many = bytes > 3000 ? Math.min(count, 20) : count;
            for (let i = 0; i < many; i++) {
              const key = numberedKey(Math.max(0, from + i * stride));
              if (remove) transaction.delete(space, key);
              else transaction.put(space, key, new Uint8Array(bytes).fill(fill));
            }
          }
          for (const before of [store, first]) {
            const differences = transaction.differencesFrom(before);
            for (const space of SPACES) {
              const found = differences.filter(
                (each) => JSON.stringify(each.space) === JSON.stringify(space),
              );
              expect(found.length).toBeLessThanOrEqual(1);
              expect(told((visitor) => found[0]?.visit(visitor))).toEqual(
                compared(space, before, transaction),
              );
            }
          }
          if (commit) transaction.commit();
          else transaction.abort();
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("a state does not differ from itself, and an aborted transaction leaves none", () => {
  const store = new MemoryStore();
  const space: Keyspace = { kind: "rows", collection: 1 };
  const transaction = store.begin();
  expect(transaction.differencesFrom(store)).toEqual([]);
  transaction.put(space, numberedKey(1), numberedKey(2));
  expect(transaction.differencesFrom(store).map((each) => each.space)).toEqual([space]);
  transaction.abort();
  expect(store.differencesFrom(store)).toEqual([]);
  expect(() => transaction.differencesFrom(store)).toThrow(/over/);
});

test("what was not written is not looked at", () => {
  let tree = new Tree();
  for (let number = 0; number < 50_000; number++) tree.put(numberedKey(number), new Uint8Array(100));
  const before = tree;
  tree = before.fork();
  tree.put(numberedKey(25_000), new Uint8Array(100).fill(1));
  tree.delete(numberedKey(49_999));
  for (let number = 0; number < 500; number++)
    tree.put(numberedKey(10_000_000 + number), new Uint8Array(100));
  const now = new Set([...nodesOf(tree)].map(([node]) => node));
  let shared = 0;
  for (const [node, height] of nodesOf(before)) {
    if (height > 0 || !now.has(node)) continue;
    shared++;
    Object.defineProperty(node as Page, "slots", {
      get: () => {
        throw new Error("a page that both versions share was read");
      },
    });
  }
  expect(shared).toBeGreaterThan(300);
  const differences = told((visitor) => diffTrees(before, tree, visitor));
  expect(differences.length).toBe(502);
});

test("visit shows every entry of a keyspace in key order", () => {
  const store = new MemoryStore();
  const space: Keyspace = { kind: "rows", collection: 3 };
  const transaction = store.begin();
  for (const number of [5, 1, 900, 4000, 2])
    transaction.put(space, numberedKey(number), new Uint8Array(number));
  const shown: [string, number][] = [];
  transaction.visit(space, (entry) => shown.push([keyOf(entry), entry.valueEnd - entry.valueStart]));
  expect(shown).toEqual([1, 2, 5, 900, 4000].map((number) => [hex(numberedKey(number)), number]));
  expect(() => store.visit(space, () => expect.unreachable())).not.toThrow();
});
