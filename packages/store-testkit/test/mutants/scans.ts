/** Mutants whose scans move with the data, do not end, or stand in the way. */
import type { KeyRange, Keyspace, StoreEntry, StoreReader, StoreScan } from "@modelvault/core";
import { aliveCheck, type Mutant, misreader, mutant, type Parts, type ReaderKind, scanOf } from "./mutant.ts";

/** A scan that looks for its next entry in what the reader holds at the time of the step. */
function* live(reader: StoreReader, space: Keyspace, range: KeyRange): Generator<StoreEntry> {
  let rest = range;
  for (;;) {
    const step = reader.scan(space, rest).next();
    if (step.done) return;
    yield step.value;
    const { gt: _gt, gte: _gte, lt: _lt, lte: _lte, ...others } = rest;
    const [key] = step.value;
    rest = range.reverse ? { ...lower(range), ...others, lt: key } : { ...upper(range), ...others, gt: key };
  }
}

const lower = ({ gt, gte }: KeyRange): KeyRange => (gt ? { gt } : gte ? { gte } : {});
const upper = ({ lt, lte }: KeyRange): KeyRange => (lt ? { lt } : lte ? { lte } : {});

/** Bounds and keyspace as they were at the call, which is not what these mutants get wrong. */
function kept(space: Keyspace, range: KeyRange = {}): [Keyspace, KeyRange] {
  return [
    { ...space },
    Object.fromEntries(
      Object.entries(range).map(([name, bound]) => [
        name,
        bound instanceof Uint8Array ? Uint8Array.from(bound) : bound,
      ]),
    ),
  ];
}

/** Only for readers of one kind. */
function only(
  kind: ReaderKind,
  read: (reader: StoreReader) => Partial<StoreReader>,
): NonNullable<Parts["read"]> {
  return (reader, each) => (each === kind ? read(reader) : {});
}

/** Looks its entries up when the first is asked for, then keeps to them. */
function* atFirstStep(scan: () => StoreScan): Generator<StoreEntry> {
  yield* scan();
}

const liveScan = (reader: StoreReader): Partial<StoreReader> => ({
  scan: (space, range = {}) => {
    reader.scan(space, range);
    return scanOf(live(reader, ...kept(space, range)), aliveCheck(reader));
  },
});

const lateScan = (reader: StoreReader): Partial<StoreReader> => ({
  scan: (space, range = {}) => {
    reader.scan(space, range);
    const [where, bounds] = kept(space, range);
    return scanOf(
      atFirstStep(() => reader.scan(where, bounds)),
      aliveCheck(reader),
    );
  },
});

const deadScan = (reader: StoreReader): Partial<StoreReader> => ({
  scan: (space, range) => scanOf([...reader.scan(space, range)]),
});

export const scanMutants: readonly Mutant[] = [
  misreader(
    "sees later commits in its scans",
    only("store", liveScan),
    [
      "scans: a scan of the store does not see commits made after its call",
      "scans: a scan of the store goes on unmoved while every step is followed by a commit",
      "scans: a long scan stays whole while its keyspace is rewritten",
    ],
    true,
  ),
  misreader(
    "sees its later writes in scans of a transaction",
    only("transaction", liveScan),
    [
      "scans: a scan of a transaction does not see what the transaction writes after its call",
      "scans: a transaction may write after every step of its own scan",
    ],
    true,
  ),
  misreader(
    "takes the state at the first step of a scan",
    only("store", lateScan),
    [
      "scans: a scan of the store does not see commits made after its call",
      "scans: a scan of the store does not see the open transaction, nor its end",
    ],
    true,
  ),
  misreader(
    "takes the state at the first step of a scan of a transaction",
    only("transaction", lateScan),
    ["scans: a scan of a transaction does not see what the transaction writes after its call"],
    true,
  ),
  misreader(
    "skips an entry when the one before it is deleted",
    only("transaction", (reader) => ({
      scan: (space, range) => {
        const found = [...reader.scan(space, range)];
        function* skipping(): Generator<StoreEntry> {
          for (let at = 0; at < found.length; at++) {
            const entry = found[at] as StoreEntry;
            yield entry;
            if (reader.get(space, entry[0]) === undefined) at++;
          }
        }
        return scanOf(skipping(), aliveCheck(reader));
      },
    })),
    ["scans: deleting every entry as it is scanned deletes all"],
    true,
  ),
  misreader(
    "begins anew when a scan is iterated again",
    (reader) => ({
      scan: (space, range) => {
        const scan = reader.scan(space, range);
        return {
          next: () => scan.next(),
          return: () => scan.return?.() ?? { done: true, value: undefined },
          [Symbol.iterator]: () => reader.scan(space, range),
        };
      },
    }),
    ["scans: a scan is its own iterator and gives its entries once"],
  ),
  misreader(
    "goes on with a scan that was left",
    (reader) => ({
      scan: (space, range) => {
        const scan = reader.scan(space, range);
        const left: StoreScan = {
          next: () => scan.next(),
          return: () => ({ done: true, value: undefined }),
          [Symbol.iterator]: () => left,
        };
        return left;
      },
    }),
    ["scans: leaving a scan early ends it"],
    true,
  ),
  mutant(
    "has room for a hundred scans",
    {
      parts: () => {
        let opened = 0;
        return {
          read: (reader) => ({
            scan: (space, range) => {
              if (++opened > 100) throw new Error("too many scans");
              const scan = reader.scan(space, range);
              const counted: StoreScan = {
                next: () => {
                  const step = scan.next();
                  if (step.done) opened--;
                  return step;
                },
                return: () => scan.return?.() ?? { done: true, value: undefined },
                [Symbol.iterator]: () => counted,
              };
              return counted;
            },
          }),
        };
      },
    },
    ["scans: a scan that was left early, or never begun, is in nobody's way"],
  ),
  mutant(
    "has one cursor for all its scans",
    {
      parts: () => {
        let newest: object | undefined;
        return {
          read: (reader) => ({
            scan: (space, range) => {
              const scan = reader.scan(space, range);
              const mine: StoreScan = {
                next: () => (newest === mine ? scan.next() : { done: true, value: undefined }),
                return: () => scan.return?.() ?? { done: true, value: undefined },
                [Symbol.iterator]: () => mine,
              };
              newest = mine;
              return mine;
            },
          }),
        };
      },
      model: true,
    },
    ["scans: many scans at once do not disturb each other"],
  ),
  misreader(
    "loses the rest of a long scan",
    (reader) => ({
      scan: (space, range) => {
        const scan = reader.scan(space, range);
        let steps = 0;
        const short: StoreScan = {
          next: () => (++steps > 1000 ? { done: true, value: undefined } : scan.next()),
          return: () => scan.return?.() ?? { done: true, value: undefined },
          [Symbol.iterator]: () => short,
        };
        return short;
      },
    }),
    ["scans: a long scan stays whole while its keyspace is rewritten"],
  ),
  misreader(
    "goes on with scans of a transaction that is over",
    only("transaction", deadScan),
    [
      "scans: a scan of a transaction ends with it",
      "scans: scans of snapshots and transactions end when the store is closed",
    ],
    true,
  ),
  misreader(
    "goes on with scans of a closed snapshot",
    only("snapshot", deadScan),
    [
      "scans: a scan of a snapshot ends with it",
      "scans: scans of snapshots and transactions end when the store is closed",
    ],
    true,
  ),
  misreader(
    "goes on with scans of a closed store",
    only("store", deadScan),
    ["scans: a scan of the store ends with it"],
    true,
  ),
];
