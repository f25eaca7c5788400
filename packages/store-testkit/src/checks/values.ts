/** Single keys and values: the empty ones, every length that encodings have trouble with, and replacing. */
import { bigEndian, hex, pattern, run, show, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import {
  entriesOf,
  expectBytes,
  expectEntries,
  expectEqual,
  expectState,
  take,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, roomFor, write } from "../suite/trial.ts";

const space = rows(1);
const empty = new Uint8Array(0);

export const valueChecks: readonly Check[] = section("keys and values", [
  check("a value is found under exactly its key", promise.get, (trial) => {
    const store = trial.open();
    putAll(store, space, [[text("key"), text("value")]]);
    expectBytes(store.get(space, text("key")), text("value"), "get of a stored key");
    for (const other of ["ke", "key1", "kez", "Key", "", "key\0"])
      expectBytes(
        store.get(space, text(other)),
        undefined,
        `get of ${show(text(other))}, which was never put,`,
      );
  }),

  check("an empty key is a key", promise.emptyKeyAndValue, (trial) => {
    const store = trial.open();
    expectBytes(store.get(space, empty), undefined, "the value of the empty key before it is put");
    write(store, (transaction) => {
      transaction.put(space, empty, text("none"));
      transaction.put(space, hex("00"), text("zero"));
      expectBytes(
        transaction.get(space, empty),
        text("none"),
        "the value of the empty key in its transaction",
      );
    });
    const [none, zero] = [[empty, text("none")] as const, [hex("00"), text("zero")] as const];
    expectBytes(store.get(space, empty), text("none"), "the value of the empty key");
    expectEqual(store.count(space), 2, "the count with an empty key");
    expectEntries(entriesOf(store, space), [none, zero], "a scan over the empty key");
    expectEntries(
      entriesOf(store, space, { reverse: true }),
      [zero, none],
      "a reverse scan over the empty key",
    );
    write(store, (transaction) => transaction.delete(space, empty));
    expectBytes(store.get(space, empty), undefined, "the value of the empty key after its deletion");
    expectEntries(entriesOf(store, space), [zero], "a scan after the deletion of the empty key");
  }),

  check("an empty key is a bound like any other", [promise.emptyKeyAndValue, promise.openBounds], (trial) => {
    const store = trial.open();
    const [none, zero] = [[empty, text("none")] as const, [hex("00"), text("zero")] as const];
    putAll(store, space, [none, zero]);
    for (const reverse of [false, true]) {
      const way = reverse ? "reverse" : "forward";
      expectEntries(
        entriesOf(store, space, { gt: empty, reverse }),
        [zero],
        `a ${way} scan with gt the empty key`,
      );
      expectEqual(
        entriesOf(store, space, { gte: empty, reverse }).length,
        2,
        `entries of a ${way} scan with gte the empty key`,
      );
      expectEntries(
        entriesOf(store, space, { lt: empty, reverse }),
        [],
        `a ${way} scan with lt the empty key`,
      );
      expectEntries(
        entriesOf(store, space, { lte: empty, reverse }),
        [none],
        `a ${way} scan with lte the empty key`,
      );
    }
  }),

  check("an empty value is a value", promise.emptyKeyAndValue, (trial) => {
    const store = trial.open();
    write(store, (transaction) => {
      transaction.put(space, text("a"), empty);
      transaction.put(space, text("b"), text("full"));
      expectBytes(transaction.get(space, text("a")), empty, "an empty value in its transaction");
    });
    expectBytes(store.get(space, text("a")), empty, "an empty value");
    expectEqual(store.count(space), 2, "the count with an empty value");
    expectEntries(
      entriesOf(store, space, { lte: text("a") }),
      [[text("a"), empty]],
      "a scan over an empty value",
    );
    putAll(store, space, [[text("b"), empty]]);
    expectBytes(store.get(space, text("b")), empty, "a value replaced by an empty one");
  }),

  check("an empty key may have an empty value", promise.emptyKeyAndValue, (trial) => {
    const store = trial.open();
    putAll(store, space, [[empty, empty]]);
    expectBytes(store.get(space, empty), empty, "the empty value of the empty key");
    expectEqual(store.count(space), 1, "the count of only an empty key with an empty value");
    expectEntries(
      entriesOf(store, space),
      [[empty, empty]],
      "a scan of only an empty key with an empty value",
    );
  }),

  check("values of every length come back as they were", promise.atomicMaps, (trial) => {
    const store = trial.open();
    const lengths = [
      0,
      1,
      2,
      127,
      128,
      255,
      256,
      257,
      4095,
      4096,
      4097,
      16383,
      16384,
      65535,
      65536,
      65537,
      2 ** 20,
    ];
    const model = new PlainMap();
    const longest = roomFor(2 ** 20, store.traits.valueBytesMax);
    for (const length of lengths)
      model.put(space, text(`length ${length}`), pattern(Math.min(length, longest), length));
    putAll(store, space, model.scan(space));
    expectState(store, model, space, "values of many lengths");
  }),

  check("keys of every length come back as they were", promise.atomicMaps, (trial) => {
    const store = trial.open();
    const longest = roomFor(4096, store.traits.keyBytesMax);
    const model = new PlainMap();
    for (let length = 0; length <= longest; length += length < 300 ? 1 : 97)
      model.put(space, pattern(length, 3), bigEndian(length));
    model.put(space, pattern(longest, 4), text("longest"));
    putAll(store, space, model.scan(space));
    expectState(store, model, space, "keys of many lengths");
  }),

  check("every byte may stand in a key and in a value", promise.atomicMaps, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const byte of every) model.put(space, Uint8Array.of(byte), Uint8Array.of(byte, 255 - byte));
    const key = every.subarray(0, roomFor(256, store.traits.keyBytesMax));
    model.put(space, key, every);
    putAll(store, space, model.scan(space));
    expectState(store, model, space, "every byte");
  }),

  check("putting under a key again replaces its value, longer or shorter", promise.put, (trial) => {
    const store = trial.open();
    const key = text("key");
    for (const length of [10, 5000, 0, 70_000, 1, 200]) {
      const value = pattern(roomFor(length, store.traits.valueBytesMax), length);
      putAll(store, space, [[key, value]]);
      expectBytes(store.get(space, key), value, `a value replaced by one of ${length} bytes`);
      expectEntries(
        entriesOf(store, space),
        [[key, value]],
        `a scan after a value was replaced by one of ${length} bytes`,
      );
      expectEqual(store.count(space), 1, "the count after a value was replaced");
    }
  }),

  check("deleting removes exactly one key", promise.delete, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (const key of ["", "a", "aa", "ab", "b"]) model.put(space, text(key), text(`value of ${key}`));
    putAll(store, space, model.scan(space));
    for (const key of ["a", "", "b", "ab", "aa"]) {
      write(store, (transaction) => transaction.delete(space, text(key)));
      model.delete(space, text(key));
      expectState(store, model, space, `after deleting ${show(text(key))}`);
    }
  }),

  check("deleting an absent key changes nothing", promise.delete, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (const key of ["a", "ab", "b"]) model.put(space, text(key), text("value"));
    putAll(store, space, model.scan(space));
    write(store, (transaction) => {
      for (const key of ["", "aa", "abc", "c"]) transaction.delete(space, text(key));
      transaction.delete(rows(2), text("a"));
      expectState(transaction, model, space, "in a transaction that deleted absent keys");
    });
    expectState(store, model, space, "after a transaction that deleted absent keys");
  }),

  check("a key deleted and put again has its new value", [promise.put, promise.delete], (trial) => {
    const store = trial.open();
    const key = text("key");
    putAll(store, space, [[key, text("first")]]);
    write(store, (transaction) => transaction.delete(space, key));
    putAll(store, space, [[key, text("second")]]);
    expectBytes(store.get(space, key), text("second"), "a key deleted and put again");
    expectEqual(store.count(space), 1, "the count after a key was deleted and put again");
  }),

  check(
    "an entry of the largest sizes of both is an entry",
    [promise.keyBytesMax, promise.valueBytesMax],
    (trial) => {
      const store = trial.open();
      const { keyBytesMax, valueBytesMax } = store.traits;
      const [key, value] = [
        run(0xff, roomFor(2 ** 16, keyBytesMax)),
        pattern(roomFor(2 ** 20, valueBytesMax), 9),
      ];
      putAll(store, space, [
        [key, value],
        [text("small"), text("small")],
      ]);
      expectBytes(store.get(space, key), value, "a long value under a long key");
      expectEntries(
        take(store.scan(space, { reverse: true }), 1),
        [[key, value]],
        "the first entry of a reverse scan",
      );
    },
  ),

  check(
    "a transaction of 100,000 operations is whole",
    [promise.operationsMax, promise.commitWhole],
    (trial) => {
      const store = trial.open();
      const operations = Math.min(100_000, store.traits.transactionOperationsMax ?? 100_000);
      const rest = Math.floor(operations / 10);
      write(store, (transaction) => {
        for (let at = 0; at < operations - rest; at++) {
          const where = mixedSpaces[at % mixedSpaces.length] ?? space;
          transaction.put(where, bigEndian(at * 7919), valueIn(where, bigEndian(at)));
        }
        for (let at = 0; at < rest; at++)
          transaction.delete(mixedSpaces[at % mixedSpaces.length] ?? space, bigEndian(at * 7919));
      });
      let count = 0;
      for (const [number, where] of mixedSpaces.entries()) {
        const entries = entriesOf(store, where);
        expectEqual(store.count(where), entries.length, "the count beside the number of entries scanned");
        count += entries.length;
        for (const [place, [key, value]] of entries.entries()) {
          const at = (Math.ceil((rest - number) / mixedSpaces.length) + place) * mixedSpaces.length + number;
          expectBytes(key, bigEndian(at * 7919), `key ${place} of keyspace ${number}`);
          expectBytes(value, valueIn(where, bigEndian(at)), `value ${place} of keyspace ${number}`);
        }
      }
      expectEqual(count, operations - 2 * rest, "the entries of all keyspaces after 100,000 operations");
    },
    { heavy: true },
  ),
]);
