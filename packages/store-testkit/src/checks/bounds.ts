/**
 * Ranges: each bound alone, in both directions, on each kind of reader; then every pair of bounds. The keys lie close
 * together on purpose: prefixes of each other, and neighbours at both ends of the byte range.
 */
import type { KeyRange, Store, StoreReader } from "@modelvault/core";
import { hex, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { expectEntries, expectRefusal, expectScan, take } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial } from "../suite/trial.ts";

const space = rows(1);
const stored = ["", "00", "0000", "00ff", "01", "61", "6100", "6161", "62", "fe", "ff", "ff00", "ffff"].map(
  hex,
);
const between = ["000000", "0001", "60", "6101", "616100", "80", "ff01", "ffffff"].map(hex);
const [a, b, c, d] = [text("a"), text("b"), text("c"), text("d")];
const letters = [a, b, c, d].map((key) => [key, text("value")] as const);

/** One check for one bound in one direction. */
function boundCheck(
  bound: "gt" | "gte" | "lt" | "lte",
  reverse: boolean,
  kept: readonly Uint8Array[],
): Draft {
  const includes = bound.length === 3 ? "includes" : "excludes";
  const way = reverse ? "reverse" : "forward";
  return check(
    `${bound} ${includes} its key, ${way}`,
    reverse ? promise.reverse : promise.openBounds,
    (trial) => {
      const keys = reverse ? [...kept].reverse() : kept;
      const expected = keys.map((key) => [key, text("value")] as const);
      const range = { [bound]: bound.startsWith("g") ? b : c, reverse };
      for (const [who, reader] of readers(trial, letters))
        expectEntries(
          take(reader.scan(space, range)),
          expected,
          `${who}: a ${way} scan of a, b, c, d with ${bound} ${bound.startsWith("g") ? "b" : "c"}`,
        );
    },
  );
}

export const boundChecks: readonly Check[] = section("bounds", [
  boundCheck("gt", false, [c, d]),
  boundCheck("gte", false, [b, c, d]),
  boundCheck("lt", false, [a, b]),
  boundCheck("lte", false, [a, b, c]),
  boundCheck("gt", true, [c, d]),
  boundCheck("gte", true, [b, c, d]),
  boundCheck("lt", true, [a, b]),
  boundCheck("lte", true, [a, b, c]),

  check("a scan without a range, or with an empty one, gives everything", promise.openBounds, (trial) => {
    for (const [who, reader] of readers(trial, letters)) {
      expectEntries(take(reader.scan(space)), letters, `${who}: a scan without a range`);
      expectEntries(take(reader.scan(space, {})), letters, `${who}: a scan with an empty range`);
      expectEntries(
        take(reader.scan(space, { reverse: false })),
        letters,
        `${who}: a scan with reverse: false`,
      );
    }
  }),

  check("reverse without bounds gives everything, largest key first", promise.reverse, (trial) => {
    for (const [who, reader] of readers(trial, letters))
      expectEntries(
        take(reader.scan(space, { reverse: true })),
        [...letters].reverse(),
        `${who}: a reverse scan`,
      );
  }),

  check("equal bounds give the key when both include it, else nothing", promise.crossedBounds, (trial) => {
    const only = letters.slice(1, 2);
    for (const [who, reader] of readers(trial, letters)) {
      for (const reverse of [false, true]) {
        const way = `${who}, ${reverse ? "reverse" : "forward"}`;
        expectEntries(take(reader.scan(space, { gte: b, lte: b, reverse })), only, `${way}: gte b, lte b`);
        expectEntries(take(reader.scan(space, { gt: b, lte: b, reverse })), [], `${way}: gt b, lte b`);
        expectEntries(take(reader.scan(space, { gte: b, lt: b, reverse })), [], `${way}: gte b, lt b`);
        expectEntries(take(reader.scan(space, { gt: b, lt: b, reverse })), [], `${way}: gt b, lt b`);
      }
    }
  }),

  check("equal bounds at a key that is not there give nothing", promise.crossedBounds, (trial) => {
    const missing = text("bb");
    for (const [who, reader] of readers(trial, letters))
      for (const reverse of [false, true])
        expectEntries(
          take(reader.scan(space, { gte: missing, lte: missing, reverse })),
          [],
          `${who}: gte bb, lte bb`,
        );
  }),

  check("bounds that cross give nothing, and no error", promise.crossedBounds, (trial) => {
    for (const [who, reader] of readers(trial, letters)) {
      for (const reverse of [false, true]) {
        const way = `${who}, ${reverse ? "reverse" : "forward"}`;
        expectEntries(take(reader.scan(space, { gt: c, lt: b, reverse })), [], `${way}: gt c, lt b`);
        expectEntries(take(reader.scan(space, { gte: c, lte: b, reverse })), [], `${way}: gte c, lte b`);
        expectEntries(take(reader.scan(space, { gt: d, lt: a, reverse })), [], `${way}: gt d, lt a`);
      }
    }
  }),

  check("bounds outside of all keys take in everything or nothing", promise.openBounds, (trial) => {
    const [below, above] = [hex(""), hex("ff")];
    for (const [who, reader] of readers(trial, letters)) {
      expectEntries(
        take(reader.scan(space, { gte: below, lte: above })),
        letters,
        `${who}: bounds around all keys`,
      );
      expectEntries(take(reader.scan(space, { gt: above })), [], `${who}: a scan above all keys`);
      expectEntries(
        take(reader.scan(space, { gt: above, reverse: true })),
        [],
        `${who}: a reverse scan above all keys`,
      );
      expectEntries(take(reader.scan(space, { lte: below })), [], `${who}: a scan below all keys`);
      expectEntries(
        take(reader.scan(space, { lte: below, reverse: true })),
        [],
        `${who}: a reverse scan below all keys`,
      );
    }
  }),

  check("two lower or two upper bounds are refused at the call", promise.oneBoundEach, (trial) => {
    for (const [who, reader] of readers(trial, letters)) {
      for (const range of [
        { gt: a, gte: a },
        { gt: a, gte: b, lt: c },
        { lt: a, lte: a },
        { gte: a, lt: c, lte: d, reverse: true },
      ])
        expectRefusal("store_range_invalid", `${who}: scan with ${Object.keys(range).join(", ")}`, () =>
          reader.scan(space, range),
        );
    }
  }),

  check(
    "every pair of bounds, in both directions, gives what a sorted list gives",
    [promise.openBounds, promise.reverse],
    (trial) => {
      const model = new PlainMap();
      for (const [at, key] of stored.entries()) model.put(space, key, Uint8Array.of(at));
      const all = readers(trial, model.scan(space));
      for (const range of everyRange([...stored, ...between]))
        for (const [who, reader] of all) expectScan(reader, model, space, range, who);
    },
  ),

  check("every range of an empty keyspace is empty", promise.openBounds, (trial) => {
    const model = new PlainMap();
    const all = readers(trial, []);
    for (const range of everyRange([hex(""), hex("61"), hex("ff")]))
      for (const [who, reader] of all) expectScan(reader, model, space, range, who);
  }),
]);

/**
 * The three kinds of reader over the same entries. The transaction's state is half committed and half its own, with
 * other keys deleted and replaced, so that merging is tried and not only reading.
 */
function readers(
  trial: Trial,
  entries: readonly (readonly [Uint8Array, Uint8Array])[],
): [string, StoreReader][] {
  const store = trial.open();
  putAll(store, space, entries);
  return [
    ["store", store],
    ["snapshot", store.snapshot()],
    ["transaction", halfWritten(trial.open(), entries)],
  ];
}

function halfWritten(store: Store, entries: readonly (readonly [Uint8Array, Uint8Array])[]): StoreReader {
  const committed = entries.filter((_, at) => at % 3 !== 0);
  const deleted = between.map((key) => [key, text("deleted")] as const);
  putAll(store, space, [
    ...committed.map(([key, value], at) => [key, at % 2 === 0 ? text("old") : value] as const),
    ...deleted,
  ]);
  const transaction = store.begin();
  for (const [key] of deleted) transaction.delete(space, key);
  for (const [at, [key, value]] of entries.entries()) if (at % 3 === 0) transaction.put(space, key, value);
  for (const [at, [key, value]] of committed.entries()) if (at % 2 === 0) transaction.put(space, key, value);
  return transaction;
}

function everyRange(keys: readonly Uint8Array[]): KeyRange[] {
  const lower: KeyRange[] = [{}, ...keys.flatMap((key) => [{ gt: key }, { gte: key }])];
  const upper: KeyRange[] = [{}, ...keys.flatMap((key) => [{ lt: key }, { lte: key }])];
  return lower.flatMap((low) =>
    upper.flatMap((high) => [
      { ...low, ...high },
      { ...low, ...high, reverse: true },
    ]),
  );
}
