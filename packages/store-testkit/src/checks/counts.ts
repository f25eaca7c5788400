/** Counts are kept, so each way of changing a keyspace is a way to get them wrong. */
import type { KeyRange, Store, StoreReader } from "@modelvault/core";
import { bigEndian, hex, text } from "../bytes/bytes.ts";
import { PlainMap, showRange } from "../model/plain-map.ts";
import { catalog, catalogKey, index, mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { expectEqual } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, write } from "../suite/trial.ts";

const space = rows(1);
const [a, b, c] = [text("a"), text("b"), text("c")];
const value = text("value");

function three(trial: Trial): Store {
  const store = trial.open();
  putAll(
    store,
    space,
    [a, b, c].map((key) => [key, value]),
  );
  return store;
}

export const countChecks: readonly Check[] = section("count", [
  check("a keyspace never written counts 0", promise.countOfNothing, (trial) => {
    const store = trial.open();
    for (const where of [catalog, ...mixedSpaces])
      expectEqual(store.count(where), 0, "the count of a keyspace never written");
  }),

  check("putting new keys raises the count", promise.count, (trial) => {
    const store = trial.open();
    for (let commit = 1; commit <= 5; commit++) {
      putAll(
        store,
        space,
        [bigEndian(commit), bigEndian(commit + 100)].map((key) => [key, value]),
      );
      expectEqual(store.count(space), commit * 2, `the count after ${commit} commits of two new keys`);
    }
  }),

  check("replacing values leaves the count", promise.count, (trial) => {
    const store = three(trial);
    putAll(store, space, [
      [a, text("new")],
      [b, new Uint8Array(0)],
    ]);
    expectEqual(store.count(space), 3, "the count after two of three values were replaced");
  }),

  check("deleting lowers the count, deleting an absent key does not", promise.count, (trial) => {
    const store = three(trial);
    write(store, (transaction) => transaction.delete(space, a));
    expectEqual(store.count(space), 2, "the count after one of three keys was deleted");
    write(store, (transaction) => transaction.delete(space, a));
    write(store, (transaction) => transaction.delete(space, text("never there")));
    expectEqual(store.count(space), 2, "the count after absent keys were deleted");
  }),

  check(
    "a transaction counts its own writes, the store does not",
    [promise.count, promise.committedOnly],
    (trial) => {
      const store = three(trial);
      const transaction = store.begin();
      transaction.put(space, text("d"), value);
      expectEqual(transaction.count(space), 4, "the count of a transaction that put a new key");
      transaction.put(space, a, text("new"));
      transaction.put(space, text("d"), text("again"));
      expectEqual(transaction.count(space), 4, "the count of a transaction that replaced values");
      transaction.delete(space, b);
      transaction.delete(space, b);
      expectEqual(transaction.count(space), 3, "the count of a transaction that deleted a key twice");
      transaction.delete(space, text("d"));
      expectEqual(transaction.count(space), 2, "the count of a transaction that deleted its own key");
      transaction.put(space, b, value);
      expectEqual(transaction.count(space), 3, "the count of a transaction that put a deleted key again");
      expectEqual(store.count(space), 3, "the count of the store during a transaction");
      transaction.delete(space, c);
      expectEqual(store.count(space), 3, "the count of the store during a transaction that deleted");
      transaction.commit();
      expectEqual(store.count(space), 2, "the count after the commit");
    },
  ),

  check("abort leaves the count", promise.count, (trial) => {
    const store = three(trial);
    const transaction = store.begin();
    transaction.put(space, text("d"), value);
    transaction.delete(space, a);
    transaction.delete(space, b);
    transaction.abort();
    expectEqual(store.count(space), 3, "the count after an abort");
  }),

  check("keyspaces are counted apart", promise.count, (trial) => {
    const store = trial.open();
    write(store, (transaction) => {
      for (const [at, where] of mixedSpaces.entries())
        for (let number = 0; number <= at; number++)
          transaction.put(where, bigEndian(number), valueIn(where, value));
      for (const [at, where] of mixedSpaces.entries())
        expectEqual(
          transaction.count(where),
          at + 1,
          "the count of one of many keyspaces, in their transaction",
        );
      for (const sequence of [1, 2]) transaction.put(catalog, catalogKey(sequence), value);
    });
    for (const [at, where] of mixedSpaces.entries())
      expectEqual(store.count(where), at + 1, "the count of one of many keyspaces");
    expectEqual(store.count(catalog), 2, "the count of the catalog");
  }),

  check("the count is the number of entries after every random commit and abort", promise.count, (trial) => {
    const store = trial.open();
    const where = index(1, 1);
    let model = new PlainMap();
    for (let round = 0; round < 60; round++) {
      const transaction = store.begin();
      const staged = model.copy();
      for (let change = trial.random.below(15); change > 0; change--) {
        const key = trial.random.bytes(2);
        if (trial.random.below(2) === 0) {
          transaction.put(where, key, new Uint8Array(0));
          staged.put(where, key, new Uint8Array(0));
        } else {
          transaction.delete(where, key);
          staged.delete(where, key);
        }
        expectEqual(transaction.count(where), staged.count(where), `the count in transaction ${round}`);
      }
      if (trial.random.below(4) === 0) transaction.abort();
      else {
        transaction.commit();
        model = staged;
      }
      expectEqual(store.count(where), model.count(where), `the count after transaction ${round}`);
    }
  }),

  check("counting a range gives as many as a scan of it, in every reader", promise.countRange, (trial) => {
    const keys = ["", "00", "61", "6100", "6161", "62", "ff", "ffff"].map(hex);
    const store = trial.open();
    const committed = new PlainMap();
    for (const key of keys.slice(0, 6)) committed.put(space, key, value);
    putAll(store, space, committed.scan(space));
    const staged = committed.copy();
    const [snapshot, transaction] = [store.snapshot(), store.begin()];
    for (const key of keys.slice(4)) transaction.put(space, key, text("own"));
    for (const key of keys.slice(4)) staged.put(space, key, text("own"));
    for (const key of keys.slice(0, 2)) transaction.delete(space, key);
    for (const key of keys.slice(0, 2)) staged.delete(space, key);
    for (const low of [{}, ...keys.flatMap((key) => [{ gt: key }, { gte: key }])]) {
      for (const high of [{}, ...keys.flatMap((key) => [{ lt: key }, { lte: key }])]) {
        for (const range of [
          { ...low, ...high },
          { ...low, ...high, reverse: true },
        ]) {
          expectRangeCount(store, committed, range, "store");
          expectRangeCount(snapshot, committed, range, "snapshot");
          expectRangeCount(transaction, staged, range, "transaction");
        }
      }
    }
    expectEqual(
      store.countRange?.(rows(9), { gt: a }) ?? 0,
      0,
      "the entries counted in a range of a keyspace never written",
    );
  }),

  check("counting a range stays right through random commits", promise.countRange, (trial) => {
    const store = trial.open();
    const { random } = trial;
    const model = new PlainMap();
    for (let round = 0; round < 12; round++) {
      const transaction = store.begin();
      const staged = model.copy();
      for (let change = 0; change < 150; change++) {
        const key = random.bytes(3);
        if (random.below(3) === 0) {
          transaction.delete(space, key);
          staged.delete(space, key);
        } else {
          transaction.put(space, key, random.bytes(40));
          staged.put(space, key, value);
        }
      }
      for (let range = 0; range < 15; range++) {
        const [low, high] = [random.bytes(3), random.bytes(3)];
        expectRangeCount(transaction, staged, { gt: low, lte: high }, "transaction");
        expectRangeCount(store, model, { gte: low, lt: high, reverse: true }, "store");
      }
      transaction.commit();
      for (const [key, each] of staged.scan(space)) model.put(space, key, each);
      for (const [key] of model.scan(space))
        if (staged.get(space, key) === undefined) model.delete(space, key);
    }
  }),
]);

function expectRangeCount(reader: StoreReader, model: PlainMap, range: KeyRange, who: string): void {
  const what = `${who}: the entries counted with ${showRange(range)}`;
  for (const name of ["countRange", "tallyRange"] as const) {
    const counted = reader[name]?.(space, range);
    if (counted !== undefined) expectEqual(counted, model.scan(space, range).length, `${what} (${name})`);
  }
}
