/**
 * Random programs for a store and what they must do: every step is also done by naive maps, and every read of
 * the store, its snapshots, its transaction and its scans (which stay open while the program writes on) is
 * compared with theirs.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type {
  KeyRange,
  Keyspace,
  Store,
  StoreEntry,
  StoreReader,
  StoreScan,
  StoreSnapshot,
  StoreTransaction,
} from "../../src/store/store.ts";
import { NaiveMaps } from "./naive-store.ts";

const SPACES: readonly Keyspace[] = [
  { kind: "catalog" },
  { kind: "rows", collection: 1 },
  { kind: "index", collection: 1, index: 4294967295 },
];

type Step =
  | { readonly do: "put"; readonly space: number; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly do: "delete"; readonly space: number; readonly key: Uint8Array }
  | {
      readonly do: "fill" | "clear";
      readonly space: number;
      readonly from: number;
      readonly count: number;
      readonly stride: number;
      readonly bytes: number;
    }
  | { readonly do: "commit" | "abort" | "snapshot" }
  | { readonly do: "close snapshot" | "leave scan"; readonly which: number }
  | { readonly do: "scan"; readonly space: number; readonly reader: number; readonly range: KeyRange }
  | { readonly do: "step scan"; readonly which: number; readonly steps: number };

const anyKey: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x61, 0xfe, 0xff), { maxLength: 5 })
    .map((bytes) => Uint8Array.from(bytes)),
  fc.nat({ max: 12 }).map((length) => new Uint8Array(length)),
  fc.nat({ max: 12 }).map((length) => new Uint8Array(length).fill(0xff)),
  fc.nat({ max: 1000 }).map(numberedKey),
  fc.tuple(fc.constantFrom(200, 3000, 5000), fc.nat({ max: 3 })).map(([length, last]) => {
    const key = new Uint8Array(length).fill(0x61);
    key[length - 1] = last;
    return key;
  }),
);

const anyValue: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.constantFrom(0, 1, 30, 110, 110, 1000, 3061, 65536), fc.nat({ max: 255 }))
  .map(([length, byte]) => new Uint8Array(length).fill(byte));

const anyRange: fc.Arbitrary<KeyRange> = fc
  .record({
    lower: fc.constantFrom("gt", "gte", undefined),
    upper: fc.constantFrom("lt", "lte", undefined),
    low: anyKey,
    high: anyKey,
    reverse: fc.constantFrom(true, false, undefined),
  })
  .map(({ lower, upper, low, high, reverse }) => ({
    ...(lower === undefined ? {} : { [lower]: low }),
    ...(upper === undefined ? {} : { [upper]: high }),
    ...(reverse === undefined ? {} : { reverse }),
  }));

// One keyspace most of the time, and few numbered keys, so that steps meet what earlier ones left.
const anySpace = fc.constantFrom(1, 1, 1, 0, 2);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("put" as const), space: anySpace, key: anyKey, value: anyValue }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("delete" as const), space: anySpace, key: anyKey }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("fill" as const, "clear" as const),
      space: anySpace,
      from: fc.nat({ max: 600 }),
      count: fc.nat({ max: 400 }),
      stride: fc.constantFrom(1, 3, 7, -1),
      bytes: fc.constantFrom(0, 10, 110),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("commit" as const, "abort" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("snapshot" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("close snapshot" as const, "leave scan" as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("scan" as const),
      space: anySpace,
      reader: fc.nat(),
      range: anyRange,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("step scan" as const),
      which: fc.nat(),
      steps: fc.constantFrom(1, 3, 300),
    }),
  },
);

export const anyProgram: fc.Arbitrary<readonly Step[]> = fc.array(anyStep, { maxLength: 60, size: "max" });

interface Reading {
  readonly reader: StoreReader;
  readonly expected: NaiveMaps;
}

interface OpenScan {
  readonly scan: StoreScan;
  readonly expected: Iterator<StoreEntry>;
  readonly reader: StoreReader;
}

/** Runs a program; what is still open at its end is read to the end. */
export function runProgram(store: Store, program: readonly Step[]): void {
  let committed = new NaiveMaps();
  let working = committed.copy();
  let transaction: StoreTransaction = store.begin();
  let wrote = false;
  const snapshots: { snapshot: StoreSnapshot; expected: NaiveMaps }[] = [];
  const scans: OpenScan[] = [];
  const handedOut: HandedOut[] = [];

  const readings = (): Reading[] => [
    { reader: store, expected: committed },
    { reader: transaction, expected: working },
    ...snapshots.map(({ snapshot, expected }) => ({ reader: snapshot, expected })),
  ];
  const put = (space: Keyspace, key: Uint8Array, value: Uint8Array): void => {
    // Node buffers too, whose `slice` does not copy.
    const [ownKey, ownValue] =
      key.length % 2 === 0 ? [key.slice(), value.slice()] : [Buffer.from(key), Buffer.from(value)];
    transaction.put(space, ownKey, ownValue);
    ownKey.fill(0x55);
    ownValue.fill(0x55);
    working.put(space, key, value);
    wrote = true;
  };
  const remove = (space: Keyspace, key: Uint8Array): void => {
    if (working.get(space, key) !== undefined) wrote = true;
    transaction.delete(space, key);
    working.delete(space, key);
  };
  const endTransaction = (commit: boolean): void => {
    const before = store.revision();
    const ended = transaction;
    if (commit) {
      const revision = transaction.commit();
      expect(revision).toBe(store.revision());
      if (!wrote) expect(revision).toBe(before);
      committed = working;
    } else transaction.abort();
    for (const { scan, reader } of scans) {
      if (reader === ended) expect(() => scan.next()).toThrow(/transaction is over/);
    }
    keepOnly(scans, ({ reader }) => reader !== ended);
    working = committed.copy();
    wrote = false;
    transaction = store.begin();
  };

  for (const step of program) {
    switch (step.do) {
      case "put":
        put(spaceAt(step.space), step.key, step.value);
        expectBytes(transaction.get(spaceAt(step.space), step.key), step.value);
        keep(handedOut, transaction.get(spaceAt(step.space), step.key));
        break;
      case "delete":
        remove(spaceAt(step.space), step.key);
        expect(transaction.get(spaceAt(step.space), step.key)).toBeUndefined();
        break;
      case "fill":
        for (let i = 0; i < step.count; i++) {
          const number = Math.max(0, step.from + i * step.stride);
          put(spaceAt(step.space), numberedKey(number), new Uint8Array(step.bytes).fill(number));
        }
        break;
      case "clear":
        for (let i = 0; i < step.count; i++) {
          remove(spaceAt(step.space), numberedKey(Math.max(0, step.from + i * step.stride)));
        }
        break;
      case "commit":
      case "abort":
        endTransaction(step.do === "commit");
        break;
      case "snapshot":
        snapshots.push({ snapshot: store.snapshot(), expected: committed.copy() });
        break;
      case "close snapshot": {
        const closed = snapshots.splice(step.which % Math.max(1, snapshots.length), 1)[0]?.snapshot;
        closed?.close();
        keepOnly(scans, ({ reader }) => reader !== closed);
        break;
      }
      case "scan": {
        const all = readings();
        const { reader, expected } = all[step.reader % all.length] as Reading;
        const space = spaceAt(step.space);
        const counted = reader.countRange?.(space, step.range);
        if (counted !== undefined) expect(counted).toBe(expected.list(space, step.range).length);
        scans.push({
          scan: reader.scan(space, step.range),
          expected: expected.scan(space, step.range),
          reader,
        });
        break;
      }
      case "step scan": {
        const open = scans[step.which % Math.max(1, scans.length)];
        if (open !== undefined) stepScan(open, step.steps, handedOut);
        break;
      }
      case "leave scan":
        scans.splice(step.which % Math.max(1, scans.length), 1)[0]?.scan.return?.();
        break;
    }
    for (const { reader, expected } of readings()) {
      for (const space of SPACES) expect(reader.count(space)).toBe(expected.count(space));
    }
  }
  for (const open of scans) stepScan(open, Infinity, handedOut);
  for (const { reader, expected } of readings()) {
    for (const space of SPACES) {
      const entries = expected.list(space);
      expectEntries([...reader.scan(space)], entries);
      for (const [key, value] of entries) expectBytes(reader.get(space, key), value);
      expectMany(reader, space, expected);
    }
  }
  transaction.commit();
  for (const { bytes, copy } of handedOut) expectBytes(bytes, copy);
}

/** Bytes as a reader handed them out, and what they were then. */
interface HandedOut {
  readonly bytes: Uint8Array;
  readonly copy: Uint8Array;
}

function keep(handedOut: HandedOut[], bytes: Uint8Array | undefined): void {
  if (bytes !== undefined && bytes.length < 1000) handedOut.push({ bytes, copy: bytes.slice() });
}

function stepScan({ scan, expected }: OpenScan, steps: number, handedOut: HandedOut[]): void {
  for (let i = 0; i < steps; i++) {
    const [actual, wanted] = [scan.next(), expected.next()];
    expect(actual.done === true).toBe(wanted.done === true);
    if (actual.done === true || wanted.done === true) return;
    expectEntries([actual.value], [wanted.value]);
    for (const bytes of actual.value) keep(handedOut, bytes);
  }
}

/** Every key there is, some that are not, and some twice, backwards, asked for at once. */
function expectMany(reader: StoreReader, space: Keyspace, expected: NaiveMaps): void {
  const there = expected.list(space, { reverse: true }).map(([key]) => key);
  const keys = there.flatMap((key) => [key, Uint8Array.of(...key.subarray(0, 2000), 0), key.subarray(1)]);
  const answers = reader.getMany?.(space, keys);
  if (answers === undefined) return;
  expect(answers.length).toBe(keys.length);
  keys.forEach((key, at) => {
    const wanted = expected.get(space, key);
    if (wanted === undefined) expect(answers[at]).toBeUndefined();
    else expectBytes(answers[at], wanted);
  });
}

/** Eight bytes, big-endian, as the keys of numbers are. */
export function numberedKey(number: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setUint32(4, number);
  return key;
}

function expectEntries(actual: readonly StoreEntry[], wanted: readonly StoreEntry[]): void {
  expect(actual.length).toBe(wanted.length);
  wanted.forEach(([key, value], index) => {
    expectBytes(actual[index]?.[0], key);
    expectBytes(actual[index]?.[1], value);
  });
}

function expectBytes(actual: Uint8Array | undefined, wanted: Uint8Array): void {
  if (actual === undefined || Buffer.compare(actual, wanted) !== 0) expect(actual).toEqual(wanted);
}

function spaceAt(index: number): Keyspace {
  return SPACES[index] as Keyspace;
}

function keepOnly<Item>(items: Item[], keep: (item: Item) => boolean): void {
  items.splice(0, items.length, ...items.filter(keep));
}
