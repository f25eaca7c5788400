/** The commands of the model-based test, and how to make them up: few keyspaces and few, nasty keys, so that they meet. */
import type { KeyRange, Keyspace } from "@modelvault/core";
import fc from "fast-check";
import { bigEndian, hex, pattern, show } from "../bytes/bytes.ts";
import { type Entry, showRange, spaceName } from "./plain-map.ts";
import { index, rows, valueIn } from "./spaces.ts";
import type { KeyBounds, Meddling, World } from "./world.ts";

type Step = fc.Command<World, undefined>;

const always = (): boolean => true;
const writing = (world: Readonly<World>): boolean => world.writing;

/** A command from its text, when it can be run, and what it does. */
function command(
  words: string,
  possible: (world: Readonly<World>) => boolean,
  run: (world: World) => void,
): Step {
  return { check: possible, run, toString: () => words };
}

const spaces = fc.oneof(
  { weight: 3, arbitrary: fc.constant(rows(1)) },
  { weight: 2, arbitrary: fc.constantFrom<Keyspace>(rows(2), index(1, 2), index(2, 1), index(2, 2)) },
);
const meetingKeys = ["", "00", "0000", "0001", "61", "6100", "6161", "7f", "80", "ff", "ffff"].map(hex);
const anyKeys = fc
  .array(fc.constantFrom(0x00, 0x01, 0x61, 0x7f, 0x80, 0xfe, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes));
/** Keys of the bulk commands below. */
const bulkKeys = fc.nat(400).map((number) => bigEndian(number, 3));
const keys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...meetingKeys) },
  { weight: 1, arbitrary: anyKeys },
  { weight: 1, arbitrary: bulkKeys },
);
const values = fc
  .tuple(fc.constantFrom(0, 1, 1, 3, 40, 700, 5000), fc.nat(2))
  .map(([length, salt]) => pattern(length, salt));
const which = fc.nat(20);

const ranges: fc.Arbitrary<KeyRange> = fc
  .record({
    lower: fc.constantFrom("gt", "gte", undefined, undefined),
    low: keys,
    upper: fc.constantFrom("lt", "lte", undefined, undefined),
    high: keys,
    reverse: fc.boolean(),
  })
  .map(({ lower, low, upper, high, reverse }) => ({
    ...(lower !== undefined && { [lower]: low }),
    ...(upper !== undefined && { [upper]: high }),
    reverse,
  }));

/** Many entries close together, more than a page of any driver holds. */
const bulk = fc
  .record({ from: fc.nat(200), count: fc.integer({ min: 1, max: 250 }), salt: fc.nat(2) })
  .map(({ from, count, salt }) =>
    Array.from(
      { length: count },
      (_, at): Entry => [bigEndian(from + at, 3), pattern(20 + ((at * 7) % 60), salt)],
    ),
  );

/** Writes in the open transaction, or else in one of their own. */
function put(space: Keyspace, entries: readonly Entry[]): Step {
  const fitting = entries.map(([key, value]) => [key, valueIn(space, value)] as const);
  const [first] = fitting;
  const what =
    fitting.length === 1
      ? `${show(first?.[0])}, ${show(first?.[1])}`
      : `${fitting.length} entries from ${show(first?.[0])}`;
  return command(`put(${spaceName(space)}, ${what})`, always, (world) => world.put(space, fitting));
}

function remove(space: Keyspace, gone: readonly Uint8Array[]): Step {
  const what = gone.length === 1 ? show(gone[0]) : `${gone.length} keys from ${show(gone[0])}`;
  return command(`delete(${spaceName(space)}, ${what})`, always, (world) => world.delete(space, gone));
}

const hasSnapshots = (world: Readonly<World>): boolean => world.snapshots > 0;
const hasScans = (world: Readonly<World>): boolean => world.scans > 0;
const roomForSnapshots = (world: Readonly<World>): boolean => world.snapshots < 6;
const roomForScans = (world: Readonly<World>): boolean => world.scans < 8;
const idle = (world: Readonly<World>): boolean => !world.writing;

const begin = fc.constant(command("begin()", idle, (world) => world.begin()));
const beginAgain = fc.constant(command("second begin()", writing, (world) => world.beginAgain()));
const putOne = fc.tuple(spaces, keys, values).map(([space, key, value]) => put(space, [[key, value]]));
const putMany = fc.tuple(spaces, bulk).map(([space, entries]) => put(space, entries));
const removeOne = fc.tuple(spaces, keys).map(([space, key]) => remove(space, [key]));
const removeMany = fc.tuple(spaces, bulk).map(([space, entries]) => {
  const gone = entries.map(([key]) => key);
  return remove(space, gone);
});
const rewrite = fc
  .tuple(
    spaces,
    keys,
    fc.array(fc.option(values, { nil: undefined, freq: 2 }), { minLength: 2, maxLength: 4 }),
  )
  .map(([space, key, versions]) => {
    const fitting = versions.map((value) => value && valueIn(space, value));
    const words = fitting.map((value) => (value ? show(value) : "delete")).join(", ");
    return command(`rewrite(${spaceName(space)}, ${show(key)}: ${words})`, always, (world) =>
      world.rewrite(space, key, fitting),
    );
  });
const putAgain = fc.tuple(spaces, which).map(([space, at]) => {
  return command(`put again(${spaceName(space)}, key ${at})`, always, (world) => world.putAgain(space, at));
});
/** Whether a scan is open that must end with its reader. */
const watched = fc.boolean();
const commit = watched.map((watch) =>
  command(`commit(${watch ? "watched" : ""})`, writing, (world) => world.commit(watch)),
);
const abort = watched.map((watch) =>
  command(`abort(${watch ? "watched" : ""})`, writing, (world) => world.abort(watch)),
);
const snapshot = fc.constant(command("snapshot()", roomForSnapshots, (world) => world.snapshot()));
const closeSnapshot = fc
  .tuple(which, watched)
  .map(([at, watch]) =>
    command(`close snapshot(${at}${watch ? ", watched" : ""})`, hasSnapshots, (world) =>
      world.closeSnapshot(at, watch),
    ),
  );
const get = fc.tuple(which, spaces, keys).map(([at, space, key]) => {
  const words = `get(${at}, ${spaceName(space)}, ${show(key)})`;
  return command(words, always, (world) => world.get(at, space, key));
});
const count = fc.tuple(which, spaces).map(([at, space]) => {
  return command(`count(${at}, ${spaceName(space)})`, always, (world) => world.count(at, space));
});
const scan = fc.tuple(which, spaces, ranges).map(([at, space, range]) => {
  const words = `scan(${at}, ${spaceName(space)}, ${showRange(range)})`;
  return command(words, always, (world) => world.scan(at, space, range));
});
const scanBetween = fc
  .tuple(
    which,
    spaces,
    fc.record<KeyBounds>({
      lower: fc.constantFrom("gt", "gte"),
      lowAt: fc.nat(7),
      upper: fc.constantFrom("lt", "lte"),
      highAt: fc.nat(7),
      reverse: fc.boolean(),
    }),
  )
  .map(([at, space, bounds]) => {
    const { lower, lowAt, upper, highAt, reverse } = bounds;
    const words = `${lower} key ${lowAt}, ${upper} key ${highAt}${reverse ? ", reverse" : ""}`;
    return command(`scan between(${at}, ${spaceName(space)}, ${words})`, always, (world) =>
      world.scanBetween(at, space, bounds),
    );
  });
const openScan = fc.tuple(which, spaces, ranges).map(([at, space, range]) => {
  const words = `open scan(${at}, ${spaceName(space)}, ${showRange(range)})`;
  return command(words, roomForScans, (world) => world.openScan(at, space, range));
});
const meddlings = fc.array(
  fc.record<Meddling>({
    entry: fc.constantFrom("last", "next"),
    value: fc.option(values, { nil: undefined, freq: 2 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const meddledScan = fc.tuple(which, spaces, ranges, meddlings).map(([at, space, range, beside]) => {
  const writes = beside.map(({ entry, value }) =>
    value ? `put ${entry} ${show(value)}` : `delete ${entry}`,
  );
  const words = `meddled scan(${at}, ${spaceName(space)}, ${showRange(range)}, ${writes.join(", ")})`;
  return command(words, always, (world) => world.meddledScan(at, space, range, beside));
});
const stepScan = fc.tuple(which, fc.constantFrom(1, 2, 30)).map(([at, steps]) => {
  return command(`step scan(${at}, ${steps})`, hasScans, (world) => world.stepScan(at, steps));
});
const leaveScan = which.map((at) => command(`leave scan(${at})`, hasScans, (world) => world.leaveScan(at)));
const look = spaces.map((space) =>
  command(`look(${spaceName(space)})`, always, (world) => world.look(space)),
);
const reopen = watched.map((watch) =>
  command(`reopen(${watch ? "watched" : ""})`, always, (world) => world.reopen(watch)),
);

/** How often each command is drawn, beside the others. */
const drawn: readonly (readonly [times: number, step: fc.Arbitrary<Step>])[] = [
  [5, begin],
  [1, beginAgain],
  [14, putOne],
  [2, putMany],
  [6, removeOne],
  [1, removeMany],
  [4, rewrite],
  [2, putAgain],
  [5, commit],
  [2, abort],
  [3, snapshot],
  [2, closeSnapshot],
  [6, get],
  [2, count],
  [7, scan],
  [5, scanBetween],
  [4, openScan],
  [4, meddledScan],
  [6, stepScan],
  [2, leaveScan],
  [6, look],
  [1, reopen],
];
const steps = drawn.flatMap(([times, step]) => new Array<fc.Arbitrary<Step>>(times).fill(step));

/** Programs of commands; `replayPath` repeats one of them. */
export function programs(commandsMax: number, replayPath?: string): fc.Arbitrary<Iterable<Step>> {
  return fc.commands(steps, {
    maxCommands: commandsMax,
    size: "max",
    ...(replayPath !== undefined && { replayPath }),
  });
}
