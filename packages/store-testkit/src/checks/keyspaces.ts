/** Keyspaces do not touch: not ones whose numbers are swapped, run together, or as large as they may be. */
import type { Keyspace, Store } from "@modelvault/core";
import { concat, hex, pattern, run, text } from "../bytes/bytes.ts";
import { PlainMap, spaceName } from "../model/plain-map.ts";
import { catalog, catalogKey, index, mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { entriesOf, expectBytes, expectEntries, expectEqual, expectState } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, write } from "../suite/trial.ts";

const largest = 2 ** 32 - 1;
const numbers = [
  1,
  2,
  127,
  128,
  255,
  256,
  257,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  largest - 1,
  largest,
];
const [both, rowsAndIndexes] = [
  [promise.rowsKeyspace, promise.indexKeyspace],
  [promise.keyspaceContent, promise.rowsKeyspace, promise.indexKeyspace],
];

/** Fills each keyspace with keys of its own beside keys that all share, then holds each to the model. */
function expectApart(store: Store, spaces: readonly Keyspace[]): void {
  const model = new PlainMap();
  for (const [at, space] of spaces.entries()) {
    model.put(space, text("shared"), valueIn(space, text(spaceName(space))));
    model.put(space, concat(text("own "), Uint8Array.of(at)), valueIn(space, pattern(3, at)));
    // The outermost keys: what leaks over the border of a keyspace meets these first.
    model.put(space, new Uint8Array(0), new Uint8Array(0));
    model.put(space, run(0xff, 12), valueIn(space, Uint8Array.of(at)));
  }
  write(store, (transaction) => {
    for (const space of spaces)
      for (const [key, value] of model.scan(space)) transaction.put(space, key, value);
    for (const space of spaces) expectState(transaction, model, space, "transaction");
  });
  for (const space of spaces) expectState(store, model, space, "store");
  for (const space of spaces) {
    const entries = model.scan(space);
    write(store, (transaction) => {
      for (const [key] of entries) transaction.delete(space, key);
    });
    for (const [key] of entries) model.delete(space, key);
    for (const each of spaces) expectState(store, model, each, `store, with ${spaceName(space)} emptied`);
    putAll(store, space, entries);
    for (const [key, value] of entries) model.put(space, key, value);
  }
}

export const keyspaceChecks: readonly Check[] = section("keyspaces", [
  check("keyspaces of every kind are apart", both, (trial) => expectApart(trial.open(), mixedSpaces)),

  check("indexes with swapped numbers are apart", promise.indexKeyspace, (trial) => {
    expectApart(trial.open(), [index(1, 2), index(2, 1), index(2, 2), index(1, 1)]);
  }),

  check("numbers that read the same when run together are apart", promise.indexKeyspace, (trial) => {
    expectApart(trial.open(), [
      index(1, 23),
      index(12, 3),
      index(1, 2),
      rows(12),
      rows(123),
      index(11, 1),
      index(1, 11),
    ]);
  }),

  check("the rows of a collection and an index of its number are apart", both, (trial) => {
    expectApart(trial.open(), [rows(1), index(1, 1), rows(2), index(2, 2), index(1, 2), index(2, 1)]);
  }),

  check("collection numbers up to 2^32-1 are apart", promise.rowsKeyspace, (trial) =>
    expectApart(trial.open(), numbers.map(rows)),
  ),

  check("index numbers up to 2^32-1 are apart", promise.indexKeyspace, (trial) => {
    expectApart(
      trial.open(),
      numbers.flatMap((number) => [index(1, number), index(number, largest)]).filter((_, at) => at !== 1),
    );
  }),

  check("a key cannot reach into the next keyspace", rowsAndIndexes, (trial) => {
    const store = trial.open();
    const spaces = [rows(1), rows(2), index(1, 1), index(1, 2), index(2, 1)];
    const model = new PlainMap();
    // What a driver that joins keyspace and key carelessly would put before a key, in several widths.
    const prefixes = [
      "",
      "00",
      "01",
      "02",
      "0001",
      "0002",
      "00000001",
      "00000002",
      "0000000000000001",
      "0000000100000002",
    ];
    for (const [at, space] of spaces.entries())
      for (const prefix of prefixes)
        model.put(space, concat(hex(prefix), text("key")), valueIn(space, Uint8Array.of(at)));
    write(store, (transaction) => {
      for (const space of spaces)
        for (const [key, value] of model.scan(space)) transaction.put(space, key, value);
    });
    for (const space of spaces) expectState(store, model, space, "store");
  }),

  check("a keyspace object is known by its content", promise.keyspaceContent, (trial) => {
    const store = trial.open();
    const reused = { kind: "rows", collection: 1 } as { kind: "rows"; collection: number };
    write(store, (transaction) => {
      for (const collection of [1, 2, 3]) {
        reused.collection = collection;
        transaction.put(reused, text("key"), Uint8Array.of(collection));
      }
      reused.collection = 2;
      expectBytes(
        transaction.get(reused, text("key")),
        Uint8Array.of(2),
        "get with a reused keyspace object, in the transaction",
      );
      reused.collection = 99;
    });
    for (const collection of [1, 2, 3]) {
      reused.collection = collection;
      expectBytes(
        store.get(reused, text("key")),
        Uint8Array.of(collection),
        "get with a reused keyspace object",
      );
      expectBytes(
        store.get(rows(collection), text("key")),
        Uint8Array.of(collection),
        "get with a fresh keyspace object",
      );
    }
    reused.collection = 1;
    const scan = store.scan(reused);
    reused.collection = 2;
    expectEntries(
      [...scan],
      [[text("key"), Uint8Array.of(1)]],
      "a scan whose keyspace object changed before its first step",
    );
    expectEqual(
      store.count({ collection: 3, kind: "rows" }),
      1,
      "the count of a keyspace whose fields stand in another order",
    );
  }),

  check(
    "a keyspace never written is empty to every reader",
    [promise.countOfNothing, promise.get],
    (trial) => {
      const store = trial.open();
      putAll(store, rows(2), [[text("key"), text("value")]]);
      const transaction = store.begin();
      for (const [who, reader] of [
        ["store", store],
        ["snapshot", store.snapshot()],
        ["transaction", transaction],
      ] as const) {
        for (const space of [catalog, rows(1), rows(3), rows(largest), index(2, 1), index(largest, largest)])
          expectState(reader, new PlainMap(), space, who);
        expectBytes(reader.get(rows(1), text("key")), undefined, `${who}: get in a keyspace never written`);
      }
    },
  ),

  check("a keyspace that was emptied is empty, and can be filled again", promise.atomicMaps, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (const space of [rows(1), index(1, 1)]) {
      const entries = [text("a"), text("b"), text("")].map((key) => [key, valueIn(space, key)] as const);
      putAll(store, space, entries);
      write(store, (transaction) => {
        for (const [key] of entries) transaction.delete(space, key);
        expectState(transaction, model, space, "the transaction that emptied it");
      });
      expectState(store, model, space, "an emptied keyspace");
      putAll(store, space, entries);
      expectEntries(
        entriesOf(store, space).map(([key]) => [key, key]),
        [text(""), text("a"), text("b")].map((key) => [key, key]),
        "a keyspace filled again",
      );
    }
  }),

  check("the catalog grows by payloads in the order of their numbers", promise.catalogKeyspace, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let sequence = 1; sequence <= 300; sequence++) {
      const payload = pattern(sequence % 50 === 0 ? 5000 : 20, sequence);
      model.put(catalog, catalogKey(sequence), payload);
      if (sequence % 100 === 0) {
        write(store, (transaction) => {
          for (const [key, value] of model.scan(catalog, { gt: catalogKey(sequence - 100) }))
            transaction.put(catalog, key, value);
          expectState(transaction, model, catalog, "transaction");
        });
        expectState(store, model, catalog, "store");
      }
    }
    const last = store.scan(catalog, { reverse: true }).next();
    expectBytes(
      last.done ? undefined : last.value[0],
      catalogKey(300),
      "the first key of a reverse scan of the catalog",
    );
  }),

  check("the catalog is apart from rows and indexes with the same keys", promise.catalogKeyspace, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    const spaces = [catalog, rows(1), index(1, 1)];
    for (const space of spaces) model.put(space, catalogKey(1), valueIn(space, text(spaceName(space))));
    write(store, (transaction) => {
      for (const space of spaces)
        for (const [key, value] of model.scan(space)) transaction.put(space, key, value);
    });
    for (const space of spaces) expectState(store, model, space, "store");
    write(store, (transaction) => {
      for (const space of spaces.slice(1)) transaction.delete(space, catalogKey(1));
    });
    for (const space of spaces.slice(1)) model.delete(space, catalogKey(1));
    for (const space of spaces) expectState(store, model, space, "store, with rows and index emptied");
  }),

  check("index entries are long keys with empty values", promise.indexKeyspace, (trial) => {
    const store = trial.open();
    const space = index(1, 1);
    const model = new PlainMap();
    for (let at = 0; at < 200; at++)
      model.put(
        space,
        concat(text("value "), Uint8Array.of(at % 7), pattern(at % 40, 1), Uint8Array.of(at)),
        new Uint8Array(0),
      );
    putAll(store, space, model.scan(space));
    expectState(store, model, space, "store");
  }),
]);
