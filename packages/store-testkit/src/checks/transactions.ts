/** Write transactions: they see their own writes, keep them from others, and end whole, one way or the other. */
import type { Store, StoreReader, StoreTransaction } from "@modelvault/core";
import { bigEndian, pattern, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { catalog, catalogKey, index, mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import {
  entriesOf,
  expectBytes,
  expectEntries,
  expectEqual,
  expectRefusal,
  expectState,
  expectThat,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, takesLessThan, write } from "../suite/trial.ts";

const space = rows(1);
const [a, b, c, d] = [text("a"), text("b"), text("c"), text("d")];
const [old, own] = [text("committed"), text("own")];

/** A store with b and c committed, and a transaction that put a and d, replaced b and deleted c. */
function halfway(trial: Trial): {
  store: Store;
  transaction: StoreTransaction;
  committed: PlainMap;
  staged: PlainMap;
} {
  const store = trial.open();
  const committed = new PlainMap();
  for (const key of [b, c]) committed.put(space, key, old);
  putAll(store, space, committed.scan(space));
  const staged = committed.copy();
  const transaction = store.begin();
  for (const key of [d, a, b]) {
    transaction.put(space, key, own);
    staged.put(space, key, own);
  }
  transaction.delete(space, c);
  staged.delete(space, c);
  return { store, transaction, committed, staged };
}

/** Every call of a transaction but `abort`, by name. */
function calls(transaction: StoreTransaction): [string, () => unknown][] {
  const getMany: [string, () => unknown][] = transaction.getMany
    ? [["getMany", () => transaction.getMany?.(space, [a])]]
    : [];
  return [
    ["get", () => transaction.get(space, a)],
    ["scan", () => transaction.scan(space)],
    ["count", () => transaction.count(space)],
    ["put", () => transaction.put(space, a, own)],
    ["delete", () => transaction.delete(space, a)],
    ["commit", () => transaction.commit()],
    ...getMany,
    ...(transaction.countRange
      ? [["countRange", () => transaction.countRange?.(space, { gt: a })] as [string, () => unknown]]
      : []),
  ];
}

export const transactionChecks: readonly Check[] = section("transactions", [
  check("a transaction sees its own writes in get", promise.ownWrites, (trial) => {
    const { transaction } = halfway(trial);
    expectBytes(transaction.get(space, a), own, "a key the transaction put");
    expectBytes(transaction.get(space, b), own, "a key the transaction replaced");
    expectBytes(transaction.get(space, c), undefined, "a key the transaction deleted");
    const answers = transaction.getMany?.(space, [c, b, a]) ?? [undefined, own, own];
    for (const [at, expected] of [undefined, own, own].entries())
      expectBytes(answers[at], expected, `answer ${at} of getMany in a transaction`);
  }),

  check("a transaction sees its own writes in forward scans", promise.ownWrites, (trial) => {
    const { transaction, staged } = halfway(trial);
    expectEntries(entriesOf(transaction, space), staged.scan(space), "a scan in a transaction");
  }),

  check("a transaction sees its own writes in reverse scans", promise.ownWrites, (trial) => {
    const { transaction, staged } = halfway(trial);
    expectEntries(
      entriesOf(transaction, space, { reverse: true }),
      staged.scan(space, { reverse: true }),
      "a reverse scan in a transaction",
    );
  }),

  check("a transaction sees its own writes in count", promise.ownWrites, (trial) => {
    const { transaction, staged } = halfway(trial);
    expectEqual(transaction.count(space), staged.count(space), "the count in a transaction");
    transaction.put(space, text("e"), own);
    expectEqual(
      transaction.count(space),
      staged.count(space) + 1,
      "the count in a transaction after one more put",
    );
  }),

  check("a long random transaction reads like a plain map at every point", promise.ownWrites, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    const { random } = trial;
    const seen: Uint8Array[] = [];
    for (let at = 0; at < 150; at++) model.put(space, random.bytes(3), bigEndian(at));
    putAll(store, space, model.scan(space));
    const committed = model.copy();
    const transaction = store.begin();
    for (let at = 0; at < 400; at++) {
      const key = random.bytes(3);
      if (random.below(2) === 0) {
        transaction.put(space, key, bigEndian(at));
        model.put(space, key, bigEndian(at));
      } else {
        transaction.delete(space, key);
        model.delete(space, key);
      }
      seen.push(key);
      if (at % 40 !== 0) continue;
      const who = `the transaction after ${at + 1} random writes`;
      expectState(transaction, model, space, who);
      // Deleted keys too.
      for (const each of seen)
        expectBytes(transaction.get(space, each), model.get(space, each), `${who}: get`);
    }
    expectState(transaction, model, space, "the transaction");
    expectState(store, committed, space, "the store, meanwhile");
    transaction.commit();
    expectState(store, model, space, "the store after the commit");
  }),

  check(
    "the store's own get shows committed state while a transaction is open",
    promise.committedOnly,
    (trial) => {
      const { store } = halfway(trial);
      expectBytes(store.get(space, a), undefined, "store.get of a key that only the open transaction put");
      expectBytes(store.get(space, b), old, "store.get of a key that the open transaction replaced");
      expectBytes(store.get(space, c), old, "store.get of a key that the open transaction deleted");
    },
  ),

  check(
    "the store's own scans, count and getMany show committed state while a transaction is open",
    promise.committedOnly,
    (trial) => {
      const { store, committed, transaction, staged } = halfway(trial);
      expectState(store, committed, space, "the store during a transaction");
      expectState(transaction, staged, space, "the transaction after reads of the store");
      expectState(store, committed, space, "the store after reads of the transaction");
    },
  ),

  check(
    "commit makes every write visible at once, in every keyspace",
    [promise.commitWhole, promise.atomicMaps],
    (trial) => {
      const store = trial.open();
      const model = new PlainMap();
      write(store, (transaction) => {
        for (const where of mixedSpaces) {
          for (const key of [a, b, c]) transaction.put(where, key, valueIn(where, key));
          for (const key of [a, b, c]) model.put(where, key, valueIn(where, key));
        }
        transaction.put(catalog, catalogKey(1), text("schema"));
      });
      for (const where of mixedSpaces)
        expectState(store, model, where, "the store after a commit to many keyspaces");
      expectBytes(
        store.get(catalog, catalogKey(1)),
        text("schema"),
        "the catalog entry of a commit to many keyspaces",
      );
    },
  ),

  check("commit of puts, replacements and deletes together leaves out none", promise.commitWhole, (trial) => {
    const { store, transaction, staged } = halfway(trial);
    transaction.commit();
    expectState(store, staged, space, "the store after the commit");
  }),

  check("a commit of many writes leaves out none", promise.commitWhole, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let at = 0; at < 1500; at++) model.put(space, bigEndian(at * 17, 4), pattern(at % 100, at));
    putAll(store, space, model.scan(space));
    expectState(store, model, space, "the store after a commit of 1,500 writes");
  }),

  check("abort leaves nothing behind", promise.commitWhole, (trial) => {
    const { store, transaction, committed } = halfway(trial);
    const revision = store.revision();
    transaction.put(index(1, 1), a, new Uint8Array(0));
    transaction.put(catalog, catalogKey(1), text("schema"));
    transaction.abort();
    expectState(store, committed, space, "the store after an abort");
    expectEqual(store.count(index(1, 1)), 0, "the count of an index after an abort");
    expectEqual(store.count(catalog), 0, "the count of the catalog after an abort");
    expectEqual(store.revision(), revision, "the revision after an abort");
    const next = store.begin();
    expectState(next, committed, space, "the next transaction after an abort");
    next.put(space, text("e"), own);
    next.commit();
    committed.put(space, text("e"), own);
    expectState(store, committed, space, "the store after an abort and a commit");
  }),

  check("abort of a large transaction leaves nothing behind", promise.commitWhole, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let at = 0; at < 1000; at++) model.put(space, bigEndian(at, 3), text("old"));
    putAll(store, space, model.scan(space));
    const transaction = store.begin();
    for (let at = 0; at < 2000; at++) transaction.put(space, bigEndian(at, 3), text("new"));
    for (let at = 0; at < 2000; at += 3) transaction.delete(space, bigEndian(at, 3));
    transaction.abort();
    expectState(store, model, space, "the store after the abort of 2,600 writes");
  }),

  check("a transaction without writes commits to nothing", promise.commitRevision, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    model.put(space, a, old);
    putAll(store, space, [[a, old]]);
    const before = store.revision();
    const transaction = store.begin();
    expectBytes(transaction.get(space, a), old, "a value in a transaction without writes");
    expectEqual(transaction.commit(), before, "what the commit of a transaction without writes returns");
    expectState(store, model, space, "the store after a transaction without writes");
  }),

  check("a second begin on the same handle is busy at once", promise.beginTwice, (trial) => {
    const { store, transaction, staged } = halfway(trial);
    expectRefusal("store_busy", "a second begin", () => store.begin());
    const beginAgain = (): void =>
      expectRefusal("store_busy", "a second begin with waitMs", () => store.begin({ waitMs: 1000 }));
    expectThat(
      takesLessThan(1000, beginAgain),
      "a second begin on the same handle waited for waitMs; nobody can end the first meanwhile",
    );
    expectState(transaction, staged, space, "the first transaction after a second begin");
    transaction.commit();
    expectState(store, staged, space, "the store after a second begin");
  }),

  check("after a transaction has ended the next one begins", promise.beginOne, (trial) => {
    const store = trial.open();
    store.begin().abort();
    store.begin().commit();
    store.begin({ waitMs: 0 }).abort();
    const aborted = store.begin();
    aborted.put(space, a, own);
    aborted.abort();
    putAll(store, space, [[a, old]]);
    const transaction = store.begin();
    expectBytes(transaction.get(space, a), old, "a committed value in the next transaction");
  }),

  check("a committed transaction refuses every call but abort", promise.transactionOver, (trial) => {
    const { store, transaction, staged } = halfway(trial);
    transaction.commit();
    for (const [name, call] of calls(transaction))
      expectRefusal("transaction_closed", `${name} after commit`, call);
    transaction.abort();
    expectState(store, staged, space, "the store after calls on a committed transaction");
  }),

  check("an aborted transaction refuses every call but abort", promise.transactionOver, (trial) => {
    const { store, transaction, committed } = halfway(trial);
    transaction.abort();
    for (const [name, call] of calls(transaction))
      expectRefusal("transaction_closed", `${name} after abort`, call);
    transaction.abort();
    expectState(store, committed, space, "the store after calls on an aborted transaction");
  }),

  check(
    "abort of a transaction that is over does nothing to the next one",
    promise.transactionOver,
    (trial) => {
      const { store, transaction, staged } = halfway(trial);
      transaction.commit();
      const next = store.begin();
      next.put(space, text("next"), own);
      transaction.abort();
      expectRefusal("transaction_closed", "put on the former transaction", () =>
        transaction.put(space, text("ghost"), own),
      );
      expectBytes(
        next.get(space, text("next")),
        own,
        "a write of the next transaction after abort of the former",
      );
      next.commit();
      staged.put(space, text("next"), own);
      expectState(store, staged, space, "the store after abort of a former transaction");
    },
  ),

  check("reads with bad bounds leave a transaction usable", promise.oneBoundEach, (trial) => {
    const { store, transaction, staged } = halfway(trial);
    expectRefusal("store_range_invalid", "a scan with two lower bounds", () =>
      transaction.scan(space, { gt: a, gte: a }),
    );
    transaction.commit();
    expectState(store, staged, space, "the store after a refused scan in a transaction");
  }),

  check("getMany answers each key, in the order of the keys", promise.getMany, (trial) => {
    const { store, transaction, committed, staged } = halfway(trial);
    const keys = [c, a, text("missing"), b, b, new Uint8Array(0), d, c];
    const readers: readonly (readonly [string, StoreReader, PlainMap])[] = [
      ["store", store, committed],
      ["snapshot", store.snapshot(), committed],
      ["transaction", transaction, staged],
    ];
    for (const [who, reader, model] of readers) {
      if (!reader.getMany) continue;
      const answers = reader.getMany(space, keys);
      expectEqual(answers.length, keys.length, `${who}: the number of answers of getMany`);
      for (const [at, key] of keys.entries())
        expectBytes(answers[at], model.get(space, key), `${who}: answer ${at} of getMany`);
      expectEqual(
        reader.getMany(space, []).length,
        0,
        `${who}: the number of answers of getMany without keys`,
      );
      expectEqual(
        reader.getMany(rows(9), keys).filter((answer) => answer !== undefined).length,
        0,
        `${who}: answers of getMany in an empty keyspace`,
      );
    }
  }),
]);
