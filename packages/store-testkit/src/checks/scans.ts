/** Scans as objects: one pass, frozen at the call, left early, ended with their reader, many at once. */
import type { StoreReader, StoreScan, StoreTransaction } from "@modelvault/core";
import { bigEndian, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { index, rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import {
  entriesOf,
  expectEntries,
  expectEqual,
  expectRefusal,
  expectState,
  expectThat,
  steps,
  take,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, write } from "../suite/trial.ts";

const space = rows(1);
const both = [false, true];

/** A store with rows 10, 20 … 10 × `size`, and its model. */
function filled(trial: Trial, size: number): { store: ReturnType<Trial["open"]>; model: PlainMap } {
  const store = trial.open();
  const model = new PlainMap();
  for (let at = 1; at <= size; at++) model.put(space, bigEndian(at * 10, 4), text(`value ${at}`));
  putAll(store, space, model.scan(space));
  return { store, model };
}

/** Adds, replaces and deletes all over the keyspace. */
function churn(transaction: StoreTransaction, size: number): void {
  for (let at = 1; at <= size; at++) {
    const here = bigEndian(at * 10, 4);
    if (at % 3 === 0) transaction.delete(space, here);
    else if (at % 3 === 1) transaction.put(space, here, text("replaced"));
    transaction.put(space, bigEndian(at * 10 + 5, 4), text("added"));
  }
}

export const scanChecks: readonly Check[] = section("scans", [
  check("a scan is its own iterator and gives its entries once", promise.scanOneShot, (trial) => {
    const { store, model } = filled(trial, 5);
    const transaction = store.begin();
    for (const reader of [store, store.snapshot(), transaction]) {
      const scan = reader.scan(space);
      expectThat(scan[Symbol.iterator]() === scan, "scan[Symbol.iterator]() is not the scan itself");
      const first = take(scan, 2);
      expectEntries([...first, ...scan], model.scan(space), "two steps and then for…of on the rest");
      expectEqual([...scan].length, 0, "the number of entries of a second pass");
      expectThat(scan.next().done === true, "next() after the end is not done");
    }
  }),

  check("leaving a scan early ends it", promise.scanReturn, (trial) => {
    const { store, model } = filled(trial, 50);
    const transaction = store.begin();
    for (const reader of [store, store.snapshot(), transaction]) {
      for (const reverse of both) {
        const scan = reader.scan(space, { reverse });
        for (const [key] of scan) {
          expectEntries(
            [[key, key]],
            model
              .scan(space, { reverse })
              .slice(0, 1)
              .map(([each]) => [each, each]),
            "the first entry of a scan",
          );
          break;
        }
        expectThat(scan.next().done === true, "next() after the scan was left early is not done");
        expectThat(typeof scan.return === "function", "the scan has no return()");
        scan.return?.();
      }
    }
  }),

  check("a scan that was left early, or never begun, is in nobody's way", promise.scanReturn, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    putAll(store, space, [
      [text("a"), text("1")],
      [text("b"), text("2")],
    ]);
    for (let round = 0; round < 300; round++) {
      store.scan(space);
      store.scan(space).next();
      for (const _ of store.scan(space)) break;
    }
    write(store, (transaction) => {
      for (let round = 0; round < 300; round++) {
        transaction.scan(space);
        for (const _ of transaction.scan(space)) break;
        transaction.put(space, text("a"), text(String(round)));
      }
    });
    expectEntries(
      entriesOf(store, space),
      [
        [text("a"), text("299")],
        [text("b"), text("2")],
      ],
      "a scan after 1,500 abandoned ones",
    );
    store.close();
  }),

  check("a scan of the store does not see commits made after its call", promise.scanState, (trial) => {
    for (const reverse of both) {
      const { store, model } = filled(trial, 40);
      const expected = model.scan(space, { reverse });
      const [unbegun, begun] = [store.scan(space, { reverse }), store.scan(space, { reverse })];
      const first = take(begun, 3);
      write(store, (transaction) => churn(transaction, 40));
      expectEntries(take(unbegun), expected, "a scan called, not begun, before a commit");
      expectEntries([...first, ...take(begun)], expected, "a scan begun before a commit");
    }
  }),

  check(
    "a scan of the store goes on unmoved while every step is followed by a commit",
    promise.scanState,
    (trial) => {
      for (const reverse of both) {
        const { store, model } = filled(trial, 30);
        const expected = model.scan(space, { reverse });
        const seen = [];
        for (const entry of steps(store.scan(space, { reverse }), expected.length)) {
          seen.push(entry);
          write(store, (transaction) => {
            for (const [key] of expected.slice(seen.length - 1, seen.length + 2))
              transaction.delete(space, key);
            transaction.put(space, bigEndian(1000 + seen.length, 4), text("ahead"));
            transaction.put(space, bigEndian(seen.length, 4), text("behind"));
          });
        }
        expectEntries(seen, expected, "a scan with a commit after every step");
      }
    },
  ),

  check(
    "a scan of a transaction does not see what the transaction writes after its call",
    promise.scanState,
    (trial) => {
      for (const reverse of both) {
        const { store, model } = filled(trial, 40);
        const transaction = store.begin();
        for (let at = 1; at <= 40; at++) {
          const added = bigEndian(at * 10 + 1, 4);
          transaction.put(space, added, text("own"));
          model.put(space, added, text("own"));
        }
        const expected = model.scan(space, { reverse });
        const [unbegun, begun] = [transaction.scan(space, { reverse }), transaction.scan(space, { reverse })];
        const first = take(begun, 3);
        churn(transaction, 40);
        expectEntries(
          take(unbegun),
          expected,
          "a scan called, not begun, before writes of the same transaction",
        );
        expectEntries(
          [...first, ...take(begun)],
          expected,
          "a scan begun before writes of the same transaction",
        );
      }
    },
  ),

  check("a transaction may write after every step of its own scan", promise.scanState, (trial) => {
    for (const reverse of both) {
      const { store, model } = filled(trial, 60);
      const expected = model.scan(space, { reverse });
      const transaction = store.begin();
      const seen = [];
      for (const entry of steps(transaction.scan(space, { reverse }), expected.length)) {
        seen.push(entry);
        const [ahead, behind] = reverse ? [-1, 1] : [1, -1];
        const here = (entry[0][2] as number) * 256 + (entry[0][3] as number);
        transaction.put(space, bigEndian(here + ahead, 4), text("ahead"));
        transaction.put(space, bigEndian(here + behind, 4), text("behind"));
        transaction.put(space, bigEndian(here + ahead * 10, 4), text("replaced ahead"));
        transaction.delete(space, bigEndian(here + ahead * 20, 4));
      }
      expectEntries(seen, expected, "a scan with writes after every step");
    }
  }),

  check("deleting every entry as it is scanned deletes all", promise.scanState, (trial) => {
    for (const reverse of both) {
      const { store } = filled(trial, 100);
      write(store, (transaction) => {
        for (const [key] of steps(transaction.scan(space, { reverse }), 100)) transaction.delete(space, key);
        expectState(transaction, new PlainMap(), space, "the transaction that deleted as it scanned");
      });
      expectState(store, new PlainMap(), space, "after deleting every entry as it was scanned");
    }
  }),

  check(
    "a scan of the store does not see the open transaction, nor its end",
    [promise.scanState, promise.committedOnly],
    (trial) => {
      for (const end of ["commit", "abort"] as const) {
        const { store, model } = filled(trial, 20);
        const expected = model.scan(space);
        const [before, unbegun] = [store.scan(space), store.scan(space)];
        const transaction = store.begin();
        churn(transaction, 20);
        const during = store.scan(space);
        const first = take(during, 1);
        expectEntries(take(before, 5), expected.slice(0, 5), "a scan of the store called before begin");
        transaction[end]();
        expectEntries(
          take(before),
          expected.slice(5),
          `the rest of a scan of the store called before begin, after ${end}`,
        );
        expectEntries(take(unbegun), expected, `a scan of the store called before begin, begun after ${end}`);
        expectEntries(
          [...first, ...take(during)],
          expected,
          `a scan of the store called during a transaction, after ${end}`,
        );
      }
    },
  ),

  check("many scans at once do not disturb each other", promise.scanOneShot, (trial) => {
    const { store, model } = filled(trial, 25);
    const other = index(1, 1);
    putAll(
      store,
      other,
      model.scan(space).map(([key]) => [key, new Uint8Array(0)]),
    );
    const transaction = store.begin();
    const readers: readonly StoreReader[] = [store, store.snapshot(), transaction];
    const scans = readers.flatMap((reader) =>
      both.flatMap((reverse) =>
        [space, other].map((where) => ({
          where,
          reverse,
          scan: reader.scan(where, { reverse }),
          seen: [] as (readonly [Uint8Array, Uint8Array])[],
        })),
      ),
    );
    for (let step = 0; step < 25; step++) for (const each of scans) each.seen.push(...take(each.scan, 1));
    for (const { where, reverse, seen } of scans) {
      const expected = model
        .scan(space, { reverse })
        .map(([key, value]) => [key, where === space ? value : new Uint8Array(0)] as const);
      expectEntries(seen, expected, "one of twelve scans advanced in turns");
    }
  }),

  check("a long scan stays whole while its keyspace is rewritten", promise.scanState, (trial) => {
    const size = 2400;
    for (const reverse of both) {
      const { store, model } = filled(trial, size);
      const expected = model.scan(space, { reverse });
      const scan = store.scan(space, { reverse });
      const first = take(scan, 500);
      write(store, (transaction) => churn(transaction, size));
      const second = take(scan, 500);
      write(store, (transaction) => {
        for (const [key] of take(transaction.scan(space))) transaction.delete(space, key);
      });
      expectEntries(
        [...first, ...second, ...take(scan)],
        expected,
        "a scan of 2,400 entries over a rewritten keyspace",
      );
    }
  }),

  check("a scan of a transaction ends with it", promise.scanReaderEnded, (trial) => {
    for (const end of ["commit", "abort"] as const) {
      const { store } = filled(trial, 5);
      const transaction = store.begin();
      transaction.put(space, text("own"), text("own"));
      expectEnds("transaction_closed", `a scan of a transaction after ${end}`, transaction, () =>
        transaction[end](),
      );
    }
  }),

  check("a scan of a snapshot ends with it", promise.scanReaderEnded, (trial) => {
    const { store } = filled(trial, 5);
    const snapshot = store.snapshot();
    expectEnds("snapshot_closed", "a scan of a closed snapshot", snapshot, () => snapshot.close());
  }),

  check("a scan of the store ends with it", [promise.scanReaderEnded, promise.closeEndsAll], (trial) => {
    const { store } = filled(trial, 5);
    expectEnds("store_closed", "a scan of a closed store", store, () => store.close());
  }),

  check(
    "scans of snapshots and transactions end when the store is closed",
    [promise.scanReaderEnded, promise.closeEndsAll],
    (trial) => {
      const first = filled(trial, 5).store;
      expectEnds("snapshot_closed", "a scan of a snapshot of a closed store", first.snapshot(), () =>
        first.close(),
      );
      const second = filled(trial, 5).store;
      expectEnds("transaction_closed", "a scan of a transaction of a closed store", second.begin(), () =>
        second.close(),
      );
    },
  ),
]);

function expectEnds(code: string, what: string, reader: StoreReader, end: () => void): void {
  const scans: StoreScan[] = both.flatMap((reverse) => [
    reader.scan(space, { reverse }),
    reader.scan(space, { reverse }),
  ]);
  for (const [at, scan] of scans.entries()) if (at % 2 === 0) scan.next();
  end();
  for (const [at, scan] of scans.entries())
    expectRefusal(code, `next() of ${what} (${at % 2 === 0 ? "begun" : "not begun"})`, () => scan.next());
}
