/** The limits a driver names, tried from both sides: the longest is stored, one more is refused and harms nothing. */
import type { Store } from "@modelvault/core";
import { bigEndian, pattern, text } from "../bytes/bytes.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { expectBytes, expectEqual, expectRefusal, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, write } from "../suite/trial.ts";

const space = rows(1);
const [key, value] = [text("key"), text("value")];

export const limitChecks: readonly Check[] = section("traits", [
  check(
    "a key of the longest length is stored, one byte more is refused",
    [promise.keyBytesMax, promise.putRefusals],
    (trial) => {
      const store = trial.open();
      const limit = store.traits.keyBytesMax;
      const longest = pattern(limit ?? 2 ** 20, 1);
      const last = pattern(longest.length, 1).fill(0xff, longest.length - 1);
      write(store, (transaction) => {
        transaction.put(space, longest, value);
        transaction.put(space, last, text("last"));
        if (limit === undefined) return;
        expectRefusal("store_key_too_long", `put with a key of ${limit + 1} bytes`, () =>
          transaction.put(space, pattern(limit + 1), value),
        );
        expectBytes(
          transaction.get(space, longest),
          value,
          `a key of ${longest.length} bytes, in the transaction after a refused put`,
        );
      });
      expectEqual(store.count(space), 2, "the count after two keys of the longest length and a refused one");
      expectBytes(store.get(space, longest), value, `a key of ${longest.length} bytes`);
      expectBytes(
        store.get(space, last),
        text("last"),
        "a key of the longest length that differs in its last byte",
      );
      const found = [...store.scan(space, { gte: longest, lt: last })];
      expectEqual(found.length, 1, "the number of entries of a scan bounded by keys of the longest length");
      write(store, (transaction) => transaction.delete(space, longest));
      expectBytes(store.get(space, longest), undefined, "a deleted key of the longest length");
    },
  ),

  check("a key longer than any that can be stored reads as absent", promise.get, (trial) => {
    const store = trial.open();
    const tooLong = pattern((store.traits.keyBytesMax ?? 2 ** 16) + 1, 1);
    const short = tooLong.slice(0, 3);
    putAll(store, space, [[short, value]]);
    expectBytes(store.get(space, tooLong), undefined, "get with a key over the limit");
    expectEqual(
      [...store.scan(space, { gt: tooLong })].length,
      0,
      "the entries above a bound over the limit",
    );
    expectEqual(
      [...store.scan(space, { lt: tooLong })].length,
      1,
      "the entries below a bound over the limit",
    );
    write(store, (transaction) => {
      transaction.delete(space, tooLong);
      expectBytes(
        transaction.get(space, tooLong),
        undefined,
        "get with a key over the limit, in a transaction",
      );
      expectEqual(
        [...transaction.scan(space, { lte: tooLong, reverse: true })].length,
        1,
        "the entries up to a bound over the limit, in a transaction",
      );
    });
    expectBytes(store.get(space, short), value, "a prefix of a key over the limit that was deleted");
  }),

  check(
    "a value of the longest length is stored, one byte more is refused",
    [promise.valueBytesMax, promise.putRefusals],
    (trial) => {
      const store = trial.open();
      const limit = store.traits.valueBytesMax;
      const longest = pattern(Math.min(limit ?? 2 ** 20, 2 ** 26), 2);
      write(store, (transaction) => {
        transaction.put(space, key, longest);
        // A buffer of gigabytes is more than a check may ask of a machine.
        if (limit === undefined || limit > 2 ** 27) return;
        expectRefusal("store_value_too_long", `put with a value of ${limit + 1} bytes`, () =>
          transaction.put(space, key, new Uint8Array(limit + 1)),
        );
      });
      expectBytes(store.get(space, key), longest, `a value of ${longest.length} bytes`);
    },
  ),

  check(
    "where no limit is named, a key and a value just below 64 MiB are stored",
    [promise.keyBytesMax, promise.valueBytesMax],
    (trial) => {
      const store = trial.open();
      const large = new Uint8Array(2 ** 26 - 1).fill(0x61);
      large.fill(0x62, large.length - 2);
      if (store.traits.valueBytesMax === undefined) {
        putAll(store, space, [[key, large]]);
        expectBytes(store.get(space, key), large, "a value just below 64 MiB");
      }
      if (store.traits.keyBytesMax === undefined) {
        putAll(store, space, [[large, value]]);
        expectBytes(store.get(space, large), value, "the value under a key just below 64 MiB");
      }
    },
    {
      heavy: true,
      applies: ({ traits }) => traits.keyBytesMax === undefined || traits.valueBytesMax === undefined,
    },
  ),

  check(
    "a transaction of as many operations as the trait allows is committed, one more is refused",
    promise.operationsMax,
    (trial) => {
      const store = trial.open();
      const limit = store.traits.transactionOperationsMax ?? 0;
      fill(store, limit);
      expectEqual(store.count(space), limit, "the count after a transaction of the most operations");
      let refused = false;
      try {
        fill(store, limit + 1);
      } catch {
        refused = true;
      }
      expectThat(
        refused,
        `a transaction of ${limit + 1} operations was committed; the trait allows ${limit}`,
      );
      expectEqual(store.count(space), limit, "the count after a transaction of too many operations");
    },
    {
      heavy: true,
      applies: ({ traits }) =>
        traits.transactionOperationsMax !== undefined && traits.transactionOperationsMax <= 1e6,
    },
  ),
]);

function fill(store: Store, operations: number): void {
  write(store, (transaction) => {
    for (let at = 0; at < operations; at++) transaction.put(space, bigEndian(at), value);
  });
}
