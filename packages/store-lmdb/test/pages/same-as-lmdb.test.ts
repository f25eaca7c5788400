/**
 * Reads of pages against LMDB's own. Two handles have one vault: one is told to ask LMDB for ever, the other never to. Whatever was written, they answer
 * the same, and snapshots of both keep doing so when pages were put to another use.
 */
import type { KeyRange, Keyspace, Store, StoreSnapshot } from "@modelvault/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { directReads } from "../../src/read/direct-pages.ts";
import { newPlace } from "../support/places.ts";

/** Neighbours among the prefixes, of one byte and of several. */
const SPACES: readonly Keyspace[] = [
  { kind: "catalog" },
  { kind: "rows", collection: 1 },
  { kind: "rows", collection: 300 },
  { kind: "index", collection: 1, index: 1 },
  { kind: "index", collection: 1, index: 70_000 },
];

type Reads = Pick<Store, "get" | "getMany" | "scan" | "count" | "tallyRange">;

function openBoth(path: string): { readonly writer: Store; readonly reader: Store } {
  const { after } = directReads;
  try {
    directReads.after = Number.POSITIVE_INFINITY;
    const writer = lmdbStore(path).open();
    directReads.after = 0;
    return { writer, reader: lmdbStore(path, { mode: "read" }).open() };
  } finally {
    directReads.after = after;
  }
}

/** Bytes as one character each: quick to compare, and easy to read in a counterexample. */
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");

const bytes = (key: string): Uint8Array => new Uint8Array(Buffer.from(key, "latin1"));

/** Few letters, so that keys meet, are prefixes of each other and fill pages with what they have in common; and some as long as can be. */
const key: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom("\0", "a", "\xff"), maxLength: 5 }) },
  { weight: 3, arbitrary: fc.nat({ max: 400 }).map((number) => `key ${String(number).padStart(60, "0")}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1_900, max: 1_967 }), fc.nat({ max: 9 }))
      .map(([length, last]) => "k".repeat(length - 1) + last),
  },
);

/** Where values go to pages of their own, and where those end. */
const length = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 300 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0, 1, 2_010, 2_020, 2_030, 2_040, 4_071, 4_072, 4_073, 8_168, 8_169),
  },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536, 100_000) },
);

const change = fc.record({
  space: fc.nat({ max: SPACES.length - 1 }),
  key,
  /** Undefined: it is removed. */
  length: fc.option(length, { nil: undefined, freq: 3 }),
});

const bound = fc.option(fc.tuple(fc.boolean(), key), { nil: undefined, freq: 4 });
const question = fc.record({
  space: fc.nat({ max: SPACES.length - 1 }),
  keys: fc.array(key, { maxLength: 40 }),
  low: bound,
  high: bound,
  reverse: fc.boolean(),
});
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;

const step = fc.record({
  changes: fc.array(change, { maxLength: 40 }),
  /** So many keys in a row, put or removed: trees grow by it, and shrink. */
  bulk: fc.option(fc.tuple(fc.boolean(), fc.nat({ max: 600 }), fc.nat({ max: 600 })), {
    nil: undefined,
    freq: 3,
  }),
  takes: fc.boolean(),
  drops: fc.boolean(),
  questions: fc.array(question, { minLength: 1, maxLength: 3 }),
});

function rangeOf({ low, high, reverse }: Question): KeyRange {
  return {
    ...(low === undefined ? {} : { [low[0] ? "gt" : "gte"]: bytes(low[1]) }),
    ...(high === undefined ? {} : { [high[0] ? "lt" : "lte"]: bytes(high[1]) }),
    reverse,
  };
}

/** Everything that one reader says to a question. */
function answers(reads: Reads, asked: Question): unknown[] {
  const space = SPACES[asked.space] as Keyspace;
  const keys = asked.keys.map(bytes);
  const range = rangeOf(asked);
  return [
    keys.map((each) => text(reads.get(space, each))),
    reads.getMany?.(space, keys).map(text),
    Array.from(reads.scan(space, range), ([found, value]) => [text(found), text(value)]),
    reads.tallyRange?.(space, range),
    reads.count(space),
  ];
}

test("reads of pages answer as LMDB does, in snapshots too, whatever was written and removed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const { writer, reader } = openBoth(newPlace());
      const held: (readonly [StoreSnapshot, StoreSnapshot])[] = [];
      let fill = 0;
      for (const { changes, bulk, takes, drops, questions } of steps) {
        const transaction = writer.begin();
        for (const { space, key: name, length: size } of changes) {
          const at = SPACES[space] as Keyspace;
          if (size === undefined) transaction.delete(at, bytes(name));
          else transaction.put(at, bytes(name), new Uint8Array(at.kind === "index" ? 0 : size).fill(++fill));
        }
        const [puts, from, many] = bulk ?? [true, 0, 0];
        for (let number = from; number < from + many; number++) {
          const name = bytes(`key ${String(number).padStart(60, "0")}`);
          if (puts) transaction.put(SPACES[1] as Keyspace, name, new Uint8Array(100).fill(number));
          else transaction.delete(SPACES[1] as Keyspace, name);
        }
        transaction.commit();
        // Reads of the other handle show it in their next run.
        await null;
        if (takes) held.push([writer.snapshot(), reader.snapshot()]);
        if (drops) for (const each of held.shift() ?? []) each.close();
        for (const asked of questions) {
          expect(answers(reader, asked)).toEqual(answers(writer, asked));
          for (const [lmdb, pages] of held) expect(answers(pages, asked)).toEqual(answers(lmdb, asked));
        }
      }
      reader.close();
      writer.close();
    }),
    { numRuns: 40 },
  );
});
