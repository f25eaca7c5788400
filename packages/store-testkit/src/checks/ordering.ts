/** Key order against a plain sorted list: prefixes, runs of 00 and FF, the sign bit, long common beginnings, random keys. */
import type { StoreReader } from "@modelvault/core";
import { bigEndian, concat, pattern, run, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { index, rows } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { expectScan, expectState } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, roomFor, type Trial, write } from "../suite/trial.ts";

const space = rows(1);
type Keys = (trial: Trial, keyBytesMax: number) => Uint8Array[];

/** One check for one family of keys, put in random order, read by each kind of reader. */
function orderCheck(name: string, keysOf: Keys): Draft {
  return check(name, [promise.keyOrder, promise.scanOrder], (trial) => {
    const store = trial.open();
    const keys = trial.random.shuffle(keysOf(trial, roomFor(2048, store.traits.keyBytesMax)));
    const model = new PlainMap();
    for (const [at, key] of keys.entries()) model.put(space, key, bigEndian(at, 4));
    const half = Math.floor(keys.length / 2);
    putAll(store, space, entriesFor(keys.slice(0, half), model));
    const transaction = store.begin();
    for (const [key, value] of entriesFor(keys.slice(half), model)) transaction.put(space, key, value);
    expectState(transaction, model, space, "transaction, half committed and half its own");
    transaction.commit();
    expectState(store, model, space, "store");
    expectState(store.snapshot(), model, space, "snapshot");
    expectBoundsBetween(store, model, trial, keys);
  });
}

export const orderChecks: readonly Check[] = section("ordering", [
  orderCheck("bytes are compared without a sign", () =>
    Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ),

  orderCheck("a prefix comes before its extensions", () => [
    ...Array.from({ length: 40 }, (_, length) => text("a".repeat(length))),
    ...["aab", "ab", "a\0", "a\0\0", "a\u00ff", "aa\0", "b"].map(text),
  ]),

  orderCheck("runs of 00 are ordered by their length", (_, keyBytesMax) =>
    [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 255, 256, 300].flatMap((length) => [
      run(0, Math.min(length, keyBytesMax)),
      concat(run(0, Math.min(length, keyBytesMax - 1)), text("\u0001")),
    ]),
  ),

  orderCheck("runs of FF are ordered by their length", (_, keyBytesMax) =>
    [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 255, 256, 300].flatMap((length) => [
      run(0xff, Math.min(length, keyBytesMax)),
      concat(run(0xff, Math.min(length, keyBytesMax - 1)), text("\u00fe")),
    ]),
  ),

  orderCheck("keys that differ only far behind are ordered by the difference", (_, keyBytesMax) => {
    const common = pattern(keyBytesMax - 2, 5);
    return [
      common,
      ...["\0", "\u0001", "\u007f", "\u0080", "\u00ff", "\0\u00ff", "\u00ff\0", "\u0080\u007f"].map((end) =>
        concat(common, text(end)),
      ),
    ];
  }),

  orderCheck("numbers of eight bytes are ordered as numbers", () =>
    Array.from({ length: 53 }, (_, bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
      .flat()
      .map((number) => bigEndian(number)),
  ),

  orderCheck("random keys are ordered as a sorted list orders them", (trial) =>
    Array.from({ length: 600 }, () => trial.random.bytes(trial.random.below(8) === 0 ? 60 : 5)),
  ),

  check("entries put in falling order come back in rising order", promise.scanOrder, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let number = 2000; number > 0; number--)
      model.put(space, bigEndian(number, 4), bigEndian(number, 4));
    write(store, (transaction) => {
      for (const [key, value] of model.scan(space, { reverse: true })) transaction.put(space, key, value);
    });
    expectState(store, model, space, "store");
  }),

  check(
    "order holds through many commits of puts, replacements and deletes",
    [promise.scanOrder, promise.keyOrder],
    (trial) => {
      const store = trial.open();
      const model = new PlainMap();
      const where = index(1, 1);
      for (let commit = 0; commit < 20; commit++) {
        write(store, (transaction) => {
          for (let change = 0; change < 100; change++) {
            const key = trial.random.bytes(3);
            if (trial.random.below(3) === 0) {
              transaction.delete(where, key);
              model.delete(where, key);
            } else {
              transaction.put(where, key, new Uint8Array(0));
              model.put(where, key, new Uint8Array(0));
            }
          }
          expectState(transaction, model, where, `transaction ${commit}`);
        });
        expectScan(store, model, where, { reverse: commit % 2 === 0 }, `after commit ${commit}`);
      }
      expectState(store, model, where, "after all commits");
    },
  ),
]);

function entriesFor(keys: readonly Uint8Array[], model: PlainMap): [Uint8Array, Uint8Array][] {
  return keys.map((key) => [key, model.get(space, key) as Uint8Array]);
}

function expectBoundsBetween(
  reader: StoreReader,
  model: PlainMap,
  trial: Trial,
  keys: readonly Uint8Array[],
): void {
  for (let round = 0; round < 10; round++) {
    const [low, high] = [trial.random.pick(keys), trial.random.pick(keys)];
    expectScan(reader, model, space, { gte: low, lt: high }, "store");
    expectScan(reader, model, space, { gt: low, lte: high, reverse: true }, "store");
  }
}
