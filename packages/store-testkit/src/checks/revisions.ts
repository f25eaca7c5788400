/** The revision: one number that grows with each change, by which readers and other processes know one state from another. */
import type { Store } from "@modelvault/core";
import { bigEndian, text } from "../bytes/bytes.ts";
import { catalog, catalogKey, index, rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { broken, entriesOf, expectEqual, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, write } from "../suite/trial.ts";

const space = rows(1);
const [a, b] = [text("a"), text("b")];
const value = text("value");

/** Runs a change and holds the revision to grow by it, and to be what commit returned. */
function expectGrowth(store: Store, what: string, change: () => number): void {
  const before = store.revision();
  const returned = change();
  expectEqual(store.revision(), returned, `the revision after ${what}, beside what commit returned,`);
  if (!(returned > before))
    broken(`the revision is ${returned} after ${what}; it was ${before} before, and should have grown`);
}

export const revisionChecks: readonly Check[] = section("revision", [
  check("the revision is a whole number from the start", promise.revision, (trial) => {
    const revision = trial.open().revision();
    expectThat(Number.isSafeInteger(revision) && revision >= 0, `the revision of a new store is ${revision}`);
  }),

  check("the revision grows with every commit that changes something", promise.revision, (trial) => {
    const store = trial.open();
    expectGrowth(store, "a commit of one put", () => putAll(store, space, [[a, value]]));
    expectGrowth(store, "a commit of a replacement", () => putAll(store, space, [[a, text("new")]]));
    expectGrowth(store, "a commit of an empty value", () => putAll(store, space, [[b, new Uint8Array(0)]]));
    expectGrowth(store, "a commit of a delete", () =>
      write(store, (transaction) => transaction.delete(space, a)),
    );
    expectGrowth(store, "a commit to an index", () => putAll(store, index(1, 1), [[a, new Uint8Array(0)]]));
    expectGrowth(store, "a commit to the catalog", () => putAll(store, catalog, [[catalogKey(1), value]]));
    for (let commit = 0; commit < 50; commit++)
      expectGrowth(store, `commit ${commit}`, () => putAll(store, space, [[a, bigEndian(commit)]]));
  }),

  check("commit returns the revision after it", promise.commitRevision, (trial) => {
    const store = trial.open();
    for (let commit = 0; commit < 5; commit++) {
      const returned = putAll(store, space, [[a, bigEndian(commit)]]);
      expectEqual(returned, store.revision(), "what commit returned, beside the revision,");
      expectEqual(store.snapshot().revision, returned, "the revision of a snapshot after the commit");
    }
  }),

  check("a transaction without writes leaves the revision", promise.commitRevision, (trial) => {
    const store = trial.open();
    for (let round = 0; round < 3; round++) {
      const before = store.revision();
      const transaction = store.begin();
      transaction.get(space, a);
      entriesOf(transaction, space);
      expectEqual(transaction.commit(), before, "what the commit of a transaction without writes returned");
      expectEqual(store.revision(), before, "the revision after a transaction without writes");
      putAll(store, space, [[a, bigEndian(round)]]);
    }
  }),

  check("an aborted transaction leaves the revision", promise.revision, (trial) => {
    const store = trial.open();
    putAll(store, space, [[a, value]]);
    const before = store.revision();
    const transaction = store.begin();
    transaction.put(space, b, value);
    transaction.delete(space, a);
    transaction.abort();
    expectEqual(store.revision(), before, "the revision after an abort");
    expectGrowth(store, "a commit after an abort", () => putAll(store, space, [[b, value]]));
  }),

  check("reads, scans and snapshots leave the revision", promise.revision, (trial) => {
    const store = trial.open();
    putAll(store, space, [[a, value]]);
    const before = store.revision();
    store.get(space, a);
    store.count(space);
    entriesOf(store, space);
    store.snapshot().close();
    entriesOf(store.snapshot(), space, { reverse: true });
    expectEqual(store.revision(), before, "the revision after reads");
  }),

  check(
    "the revision is the committed one while a transaction is open",
    [promise.committedOnly, promise.revision],
    (trial) => {
      const store = trial.open();
      putAll(store, space, [[a, value]]);
      const before = store.revision();
      const transaction = store.begin();
      expectEqual(store.revision(), before, "the revision after begin");
      transaction.put(space, b, value);
      expectEqual(store.revision(), before, "the revision after a put of an open transaction");
      const returned = transaction.commit();
      expectEqual(store.revision(), returned, "the revision after the commit");
    },
  ),

  check(
    "a commit without a net effect never takes the revision back",
    [promise.netEffect, promise.revision],
    (trial) => {
      const store = trial.open();
      putAll(store, space, [[a, value]]);
      const works: readonly (readonly [string, (transaction: ReturnType<Store["begin"]>) => void])[] = [
        ["a put of the bytes that were there", (transaction) => transaction.put(space, a, value)],
        ["a delete of an absent key", (transaction) => transaction.delete(space, b)],
        [
          "a put and a delete of an absent key",
          (transaction) => {
            transaction.put(space, b, value);
            transaction.delete(space, b);
          },
        ],
      ];
      for (const [what, work] of works) {
        const before = store.revision();
        const returned = write(store, work);
        expectThat(
          returned >= before,
          `commit returned revision ${returned} after ${what}; it was ${before} before`,
        );
        expectEqual(store.revision(), returned, `the revision after ${what}, beside what commit returned,`);
      }
      expectGrowth(store, "a commit after three without a net effect", () =>
        putAll(store, space, [[b, value]]),
      );
    },
  ),

  check(
    "the revision is kept by reopening, and goes on from there",
    promise.revision,
    (trial) => {
      const place = trial.place();
      let last = -1;
      for (let round = 0; round < 5; round++) {
        const store = trial.open(place);
        if (round > 0) expectEqual(store.revision(), last, "the revision after reopening");
        expectGrowth(store, "a commit after reopening", () => putAll(store, space, [[a, bigEndian(round)]]));
        if (round % 2 === 0) store.begin().commit();
        if (round % 2 === 1) store.begin().abort();
        last = store.revision();
        store.close();
      }
    },
    { applies: ({ traits }) => traits.persistent },
  ),

  check(
    "no revision is given twice, not even across reopening",
    promise.revision,
    (trial) => {
      const place = trial.place();
      const given = new Set<number>();
      for (let round = 0; round < 6; round++) {
        const store = trial.open(place);
        for (let commit = 0; commit < 3; commit++) {
          const revision = putAll(store, space, [[a, bigEndian(round * 10 + commit)]]);
          expectThat(
            !given.has(revision),
            `commit returned revision ${revision} a second time, after ${round} times of reopening`,
          );
          given.add(revision);
        }
        store.close();
      }
    },
    { applies: ({ traits }) => traits.persistent },
  ),
]);
