/** Mutants that compare keys wrongly. Each sorts and bounds consistently by its own order, as a real one would. */
import type { KeyRange, StoreEntry } from "@modelvault/core";
import { aliveCheck, hexOf, type Mutant, misreader, type Parts, rescanned, scanOf } from "./mutant.ts";

type Compare = (a: Uint8Array, b: Uint8Array) => number;

/** Reads a keyspace in another order, and finds bounds by it. */
function ordered(compare: Compare): NonNullable<Parts["read"]> {
  return (reader) => ({
    scan: (space, range: KeyRange = {}) => {
      reader.scan(space, range);
      const { gt, gte, lt, lte, reverse } = range;
      const found = [...reader.scan(space)]
        .filter(([key]) => (!gt || compare(key, gt) > 0) && (!gte || compare(key, gte) >= 0))
        .filter(([key]) => (!lt || compare(key, lt) < 0) && (!lte || compare(key, lte) <= 0))
        .sort(([a], [b]) => compare(a, b));
      return scanOf(reverse ? found.reverse() : found, aliveCheck(reader));
    },
  });
}

/** Compares byte by byte after a change to each; at the end of the shorter one `prefix` decides. */
function byBytes(
  change: (byte: number) => number,
  prefix: (a: number, b: number) => number = (a, b) => a - b,
): Compare {
  return (a, b) => {
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const order = change(a[at] as number) - change(b[at] as number);
      if (order !== 0) return order;
    }
    return prefix(a.length, b.length);
  };
}

/** Compares the first bytes only; what is equal so far stays in the order of writing, here: backwards. */
function byFirst(bytes: number): Compare {
  return (a, b) => Buffer.compare(a.subarray(0, bytes), b.subarray(0, bytes)) || -Buffer.compare(a, b);
}

const byText: Compare = (a, b) => {
  const [left, right] = [a, b].map((bytes) => Buffer.from(bytes).toString("utf8"));
  return (left as string) < (right as string) ? -1 : left === right ? Buffer.compare(b, a) : 1;
};

const numbers = "ordering: numbers of eight bytes are ordered as numbers";

export const orderMutants: readonly Mutant[] = [
  misreader(
    "sorts a prefix behind its extensions",
    ordered(
      byBytes(
        (byte) => byte,
        (a, b) => b - a,
      ),
    ),
    [
      "ordering: a prefix comes before its extensions",
      "ordering: runs of 00 are ordered by their length",
      "ordering: runs of FF are ordered by their length",
    ],
    true,
  ),
  misreader(
    "compares bytes with their sign",
    ordered(byBytes((byte) => (byte << 24) >> 24)),
    ["ordering: bytes are compared without a sign", numbers, "reopen: order holds after reopening"],
    true,
  ),
  misreader(
    "takes FF for the end of everything",
    ordered(byBytes((byte) => (byte === 0xff ? -1 : byte))),
    [
      "ordering: runs of FF are ordered by their length",
      "ordering: random keys are ordered as a sorted list orders them",
    ],
    true,
  ),
  misreader(
    "takes 00 for the end of a key",
    ordered((a, b) => byBytes((byte) => byte)(untilZero(a), untilZero(b)) || Buffer.compare(b, a)),
    ["ordering: runs of 00 are ordered by their length", "ordering: a prefix comes before its extensions"],
    true,
  ),
  misreader("compares eight bytes and no more", ordered(byFirst(8)), [
    "ordering: keys that differ only far behind are ordered by the difference",
    "ordering: runs of FF are ordered by their length",
  ]),
  misreader("compares 1,024 bytes and no more", ordered(byFirst(1024)), [
    "ordering: keys that differ only far behind are ordered by the difference",
  ]),
  misreader(
    "sorts short keys before long ones",
    ordered((a, b) => a.length - b.length || Buffer.compare(a, b)),
    [
      "ordering: a prefix comes before its extensions",
      "ordering: random keys are ordered as a sorted list orders them",
    ],
    true,
  ),
  misreader("compares keys as text", ordered(byText), [
    "ordering: bytes are compared without a sign",
    numbers,
  ]),
  misreader(
    "sorts nothing that was written in falling order",
    rescanned((entries, range) => (entries.length > 1000 && !range.reverse ? swapped(entries) : entries)),
    ["ordering: entries put in falling order come back in rising order"],
  ),
  misreader(
    "mixes up entries of different commits",
    rescanned((entries, _, space) =>
      space.kind === "index" && entries.length > 30 ? swapped(entries) : entries,
    ),
    ["ordering: order holds through many commits of puts, replacements and deletes"],
    true,
  ),
];

function untilZero(key: Uint8Array): Uint8Array {
  const end = key.indexOf(0);
  return end < 0 ? key : key.subarray(0, end);
}

/** Two neighbours in the middle change places. */
function swapped(entries: StoreEntry[]): StoreEntry[] {
  const at = Math.floor(entries.length / 2);
  const [left, right] = [entries[at - 1], entries[at]];
  if (left && right && hexOf(left[0]) !== hexOf(right[0])) entries.splice(at - 1, 2, right, left);
  return entries;
}
