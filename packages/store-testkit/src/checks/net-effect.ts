/** What a transaction leaves is the difference it makes, however it came about. */
import { hex, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { entriesOf, expectBytes, expectEntries, expectEqual, expectState } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, write } from "../suite/trial.ts";

const space = rows(1);
const [a, b] = [text("a"), text("b")];
const [old, own] = [text("committed"), text("own")];

export const netEffectChecks: readonly Check[] = section("transactions", [
  check("of several puts of one key in a transaction the last counts", promise.netEffect, (trial) => {
    const store = trial.open();
    write(store, (transaction) => {
      for (const value of [text("one"), text("two, longer"), new Uint8Array(0), text("last")]) {
        transaction.put(space, a, value);
        expectBytes(transaction.get(space, a), value, "a key put again in one transaction");
      }
      expectEqual(transaction.count(space), 1, "the count of a transaction that put one key four times");
    });
    expectEntries(entriesOf(store, space), [[a, text("last")]], "the store after one key was put four times");
    expectEqual(store.count(space), 1, "the count after one key was put four times");
  }),

  check("a key put and deleted in one transaction was never there", promise.netEffect, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    write(store, (transaction) => {
      transaction.put(space, a, own);
      transaction.delete(space, a);
      expectState(transaction, model, space, "a transaction that put a key and deleted it");
    });
    expectState(store, model, space, "the store after a key was put and deleted in one transaction");
  }),

  check("a key deleted and put again in one transaction is replaced", promise.netEffect, (trial) => {
    const store = trial.open();
    putAll(store, space, [
      [a, old],
      [b, old],
    ]);
    write(store, (transaction) => {
      transaction.delete(space, a);
      transaction.put(space, a, own);
      transaction.delete(space, b);
      transaction.put(space, b, old);
      expectEqual(transaction.count(space), 2, "the count of a transaction that deleted and put two keys");
    });
    expectEntries(
      entriesOf(store, space),
      [
        [a, own],
        [b, old],
      ],
      "the store after two keys were deleted and put in one transaction",
    );
    expectEqual(store.count(space), 2, "the count after two keys were deleted and put in one transaction");
  }),

  check(
    "a committed key replaced and then deleted in one transaction is gone",
    promise.netEffect,
    (trial) => {
      const store = trial.open();
      putAll(store, space, [[a, old]]);
      write(store, (transaction) => {
        transaction.put(space, a, own);
        transaction.delete(space, a);
        transaction.delete(space, a);
      });
      expectState(
        store,
        new PlainMap(),
        space,
        "the store after a key was replaced and deleted in one transaction",
      );
    },
  ),

  check("putting the bytes that are there already changes no data", promise.netEffect, (trial) => {
    const store = trial.open();
    putAll(store, space, [
      [a, old],
      [b, old],
    ]);
    write(store, (transaction) => {
      transaction.put(space, a, old);
      transaction.put(space, b, own);
      transaction.put(space, b, old);
      expectEqual(transaction.count(space), 2, "the count of a transaction that put what was there");
    });
    expectEntries(
      entriesOf(store, space),
      [
        [a, old],
        [b, old],
      ],
      "the store after a transaction that put what was there",
    );
    expectEqual(store.count(space), 2, "the count after a transaction that put what was there");
  }),

  check("the order of puts means nothing", promise.netEffect, (trial) => {
    const keys = ["", "00", "61", "6100", "6161", "80", "ff", "ffff"].map(hex);
    const [forward, backward] = [trial.open(), trial.open()];
    putAll(
      forward,
      space,
      keys.map((key) => [key, key]),
    );
    putAll(
      backward,
      space,
      [...keys].reverse().map((key) => [key, key]),
    );
    expectEntries(entriesOf(backward, space), entriesOf(forward, space), "a store filled in reverse order");
  }),
]);
