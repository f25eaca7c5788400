/** Mutants whose ranges are wrong: each bound off by one in each direction, ends, crossings, and what reverse means. */
import type { KeyRange, StoreEntry } from "@modelvault/core";
import { type Mutant, misreader, reranged, rescanned, scanOf } from "./mutant.ts";

type Bound = "gt" | "gte" | "lt" | "lte";
const neighbour = { gt: "gte", gte: "gt", lt: "lte", lte: "lt" } as const;

/** Takes one bound for its neighbour, in one direction. */
function offByOne(bound: Bound, reverse: boolean): Mutant {
  const way = reverse ? "reverse" : "forward";
  const kind = bound.length === 3 ? "includes" : "excludes";
  return misreader(
    `takes ${bound} for ${neighbour[bound]}, ${way}`,
    reranged((range) => {
      const { [bound]: key, ...rest } = range;
      return key === undefined || (range.reverse ?? false) !== reverse
        ? range
        : { ...rest, [neighbour[bound]]: key };
    }),
    [
      `bounds: ${bound} ${kind} its key, ${way}`,
      "bounds: every pair of bounds, in both directions, gives what a sorted list gives",
    ],
    true,
  );
}

const open = (range: KeyRange): boolean => !range.gt && !range.gte && !range.lt && !range.lte;
const crossed = (range: KeyRange): boolean => {
  const [low, high] = [range.gt ?? range.gte, range.lt ?? range.lte];
  return low !== undefined && high !== undefined && Buffer.compare(low, high) > 0;
};
const equal = ({ gte, lte }: KeyRange): boolean =>
  gte !== undefined && lte !== undefined && Buffer.compare(gte, lte) === 0;

export const boundMutants: readonly Mutant[] = [
  ...(["gt", "gte", "lt", "lte"] as const).flatMap((bound) => [
    offByOne(bound, false),
    offByOne(bound, true),
  ]),

  misreader(
    "leaves out the last entry of a scan without bounds",
    rescanned((entries, range) => (open(range) ? entries.slice(0, -1) : entries)),
    [
      "bounds: a scan without a range, or with an empty one, gives everything",
      "bounds: reverse without bounds gives everything, largest key first",
    ],
    true,
  ),
  misreader(
    "looks only at the bounds in a reverse scan, not at the direction",
    rescanned((entries, range) => (range.reverse ? entries.reverse() : entries)),
    ["bounds: reverse without bounds gives everything, largest key first"],
    true,
  ),
  misreader(
    "looks only at the direction in a reverse scan, not at the bounds",
    (reader) => ({
      scan: (space, range) => reader.scan(space, range?.reverse ? { reverse: true } : range),
    }),
    ["bounds: lt excludes its key, reverse", "bounds: gte includes its key, reverse"],
    true,
  ),
  misreader(
    "takes equal inclusive bounds for an empty range",
    rescanned((entries, range) => (equal(range) ? [] : entries)),
    ["bounds: equal bounds give the key when both include it, else nothing"],
  ),
  misreader(
    "answers equal bounds with the first entry behind them",
    (reader) => ({
      scan: (space, range = {}) => {
        if (!equal(range)) return reader.scan(space, range);
        const [first] = [...reader.scan(space, range.gte ? { gte: range.gte } : {})];
        return scanOf(first === undefined ? [] : [first]);
      },
    }),
    ["bounds: equal bounds at a key that is not there give nothing"],
  ),
  misreader(
    "throws when bounds cross",
    reranged((range) => {
      if (crossed(range)) throw new RangeError("the bounds cross");
      return range;
    }),
    ["bounds: bounds that cross give nothing, and no error"],
    true,
  ),
  misreader(
    "swaps bounds that cross",
    reranged(({ gt, gte, lt, lte, reverse }) => {
      const range = { gt, gte, lt, lte, reverse } as KeyRange;
      if (!crossed(range)) return range;
      return {
        ...(gt ? { lt: gt } : { lte: gte }),
        ...(lt ? { gt: lt } : { gte: lte }),
        reverse,
      } as KeyRange;
    }),
    ["bounds: bounds that cross give nothing, and no error"],
    true,
  ),
  misreader(
    "starts a reverse scan above all keys at the last key and skips it",
    rescanned((entries, { reverse, lte }) =>
      reverse && lte && lte[0] === 0xff ? entries.slice(1) : entries,
    ),
    ["bounds: every pair of bounds, in both directions, gives what a sorted list gives"],
  ),
  misreader(
    "gives the first entry when a range lies below all keys",
    (reader) => ({
      scan: (space, range = {}) => {
        const found = [...reader.scan(space, range)];
        return scanOf(
          found.length === 0 && range.lte?.length === 0 ? [...reader.scan(space)].slice(0, 1) : found,
        );
      },
    }),
    ["bounds: bounds outside of all keys take in everything or nothing"],
  ),
  misreader(
    "lets two lower bounds pass, and heeds one",
    reranged(
      ({ gt, gte, lt, lte, reverse }) =>
        ({ ...(gt ? { gt } : gte && { gte }), ...(lt ? { lt } : lte && { lte }), reverse }) as KeyRange,
    ),
    [
      "bounds: two lower or two upper bounds are refused at the call",
      "transactions: reads with bad bounds leave a transaction usable",
    ],
  ),
  misreader(
    "refuses two lower bounds at the first step only",
    (reader) => ({ scan: (space, range) => scanOf(later(() => reader.scan(space, range))) }),
    ["bounds: two lower or two upper bounds are refused at the call"],
  ),
  misreader(
    "takes an empty key as a bound for no bound",
    reranged((range) =>
      Object.fromEntries(
        Object.entries(range).filter(([, bound]) => !(bound instanceof Uint8Array) || bound.length > 0),
      ),
    ),
    ["keys and values: an empty key is a bound like any other"],
    true,
  ),
  misreader(
    "gives one entry of nothing",
    rescanned((entries, _, space) =>
      entries.length === 0 && space.kind === "rows" ? [[new Uint8Array(0), new Uint8Array(0)]] : entries,
    ),
    ["bounds: every range of an empty keyspace is empty", "lifecycle: a new place is empty"],
    true,
  ),
];

/** Entries that are only looked up when the first is asked for. */
function* later(scan: () => Iterable<StoreEntry>): Generator<StoreEntry> {
  yield* scan();
}
