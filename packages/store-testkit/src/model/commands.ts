/** The commands of the model-based test, and how to make them up: few keyspaces and few, nasty keys, so that they meet. */
import type { KeyRange, Keyspace } from "@modelvault/core";
import fc from "fast-check";
import { bigEndian, pattern, show } from "../bytes/bytes.ts";
import { type Entry, showRange, spaceName } from "./plain-map.ts";
import { index, rows, valueIn } from "./spaces.ts";
import type { World } from "./world.ts";

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

const spaces = fc.constantFrom<Keyspace>(rows(1), rows(2), index(1, 2), index(2, 1));
const keys = fc
  .array(fc.constantFrom(0x00, 0x01, 0x61, 0x7f, 0x80, 0xfe, 0xff), { maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes));
const values = fc
  .tuple(fc.constantFrom(0, 1, 3, 40, 700, 5000), fc.nat(255))
  .map(([length, salt]) => pattern(length, salt));
const which = fc.nat(20);

const ranges: fc.Arbitrary<KeyRange> = fc
  .record({
    lower: fc.constantFrom("gt", "gte", undefined),
    low: keys,
    upper: fc.constantFrom("lt", "lte", undefined),
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
  .record({ from: fc.nat(300), count: fc.integer({ min: 1, max: 250 }), salt: fc.nat(255) })
  .map(({ from, count, salt }) =>
    Array.from(
      { length: count },
      (_, at): Entry => [bigEndian(from + at, 3), pattern(20 + ((at * 7) % 60), salt)],
    ),
  );

function put(space: Keyspace, entries: readonly Entry[]): Step {
  const fitting = entries.map(([key, value]) => [key, valueIn(space, value)] as const);
  const [first] = fitting;
  const what =
    fitting.length === 1
      ? `${show(first?.[0])}, ${show(first?.[1])}`
      : `${fitting.length} entries from ${show(first?.[0])}`;
  return command(`put(${spaceName(space)}, ${what})`, writing, (world) => world.put(space, fitting));
}

function remove(space: Keyspace, gone: readonly Uint8Array[]): Step {
  const what = gone.length === 1 ? show(gone[0]) : `${gone.length} keys from ${show(gone[0])}`;
  return command(`delete(${spaceName(space)}, ${what})`, writing, (world) => world.delete(space, gone));
}

const steps: fc.Arbitrary<Step>[] = [
  fc.constant(
    command(
      "begin()",
      (world) => !world.writing,
      (world) => world.begin(),
    ),
  ),
  fc.constant(command("second begin()", writing, (world) => world.beginAgain())),
  fc.tuple(spaces, keys, values).map(([space, key, value]) => put(space, [[key, value]])),
  fc.tuple(spaces, keys, values).map(([space, key, value]) => put(space, [[key, value]])),
  fc.tuple(spaces, bulk).map(([space, entries]) => put(space, entries)),
  fc.tuple(spaces, keys).map(([space, key]) => remove(space, [key])),
  fc.tuple(spaces, bulk).map(([space, entries]) =>
    remove(
      space,
      entries.map(([key]) => key),
    ),
  ),
  fc.constant(command("commit()", writing, (world) => world.commit())),
  fc.constant(command("abort()", writing, (world) => world.abort())),
  fc.constant(
    command(
      "snapshot()",
      (world) => world.snapshots < 6,
      (world) => world.snapshot(),
    ),
  ),
  which.map((at) =>
    command(
      `close snapshot(${at})`,
      (world) => world.snapshots > 0,
      (world) => world.closeSnapshot(at),
    ),
  ),
  fc
    .tuple(which, spaces, keys)
    .map(([at, space, key]) =>
      command(`get(${at}, ${spaceName(space)}, ${show(key)})`, always, (world) => world.get(at, space, key)),
    ),
  fc
    .tuple(which, spaces)
    .map(([at, space]) =>
      command(`count(${at}, ${spaceName(space)})`, always, (world) => world.count(at, space)),
    ),
  fc
    .tuple(which, spaces, ranges)
    .map(([at, space, range]) =>
      command(`scan(${at}, ${spaceName(space)}, ${showRange(range)})`, always, (world) =>
        world.scan(at, space, range),
      ),
    ),
  fc.tuple(which, spaces, ranges).map(([at, space, range]) =>
    command(
      `open scan(${at}, ${spaceName(space)}, ${showRange(range)})`,
      (world) => world.scans < 8,
      (world) => world.openScan(at, space, range),
    ),
  ),
  fc.tuple(which, fc.constantFrom(1, 2, 30)).map(([at, count]) =>
    command(
      `step scan(${at}, ${count})`,
      (world) => world.scans > 0,
      (world) => world.stepScan(at, count),
    ),
  ),
  which.map((at) =>
    command(
      `leave scan(${at})`,
      (world) => world.scans > 0,
      (world) => world.leaveScan(at),
    ),
  ),
  spaces.map((space) => command(`look(${spaceName(space)})`, always, (world) => world.look(space))),
  fc.constant(command("reopen()", always, (world) => world.reopen())),
];

/** Programs of commands; `replayPath` repeats one of them. */
export function programs(commandsMax: number, replayPath?: string): fc.Arbitrary<Iterable<Step>> {
  return fc.commands(steps, {
    maxCommands: commandsMax,
    size: "max",
    ...(replayPath !== undefined && { replayPath }),
  });
}
