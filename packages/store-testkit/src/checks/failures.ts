/** A medium that fails: what was not committed is not there, and a store that cannot tell takes no more writes. */
import { isModelVaultError, type Store, type StoreReader } from "@modelvault/core";
import { bigEndian, pattern, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { index, rows } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { broken, expectEqual, expectRefusal, expectState, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial } from "../suite/trial.ts";

const space = rows(1);
const refusals = ["store_conflict", "store_full", "store_io", "store_poisoned"];

type Fault = "failNextWrite" | "failNextSync";

interface Failed {
  readonly store: Store;
  readonly place: unknown;
  /** What was committed before, and what the failed transaction would have left. */
  readonly before: PlainMap;
  readonly after: PlainMap;
  readonly revision: number;
  /** Whether the store takes no more writes. */
  readonly poisoned: boolean;
}

/** Commits rows, then lets a transaction of several keyspaces fail by the harness. */
function fail(trial: Trial, fault: Fault): Failed {
  const place = trial.place();
  const store = trial.open(place);
  const before = new PlainMap();
  for (let at = 0; at < 20; at++) before.put(space, bigEndian(at, 2), pattern(50, at));
  putAll(store, space, before.scan(space));
  const revision = store.revision();
  const after = before.copy();
  const transaction = store.begin();
  for (let at = 10; at < 30; at++) {
    transaction.put(space, bigEndian(at, 2), text("new"));
    after.put(space, bigEndian(at, 2), text("new"));
    transaction.put(index(1, 1), bigEndian(at, 2), new Uint8Array(0));
    after.put(index(1, 1), bigEndian(at, 2), new Uint8Array(0));
  }
  transaction.delete(space, bigEndian(0, 2));
  after.delete(space, bigEndian(0, 2));
  trial.harness[fault]?.(place);
  expectRefusal(refusals, `commit after ${fault}`, () => transaction.commit());
  expectRefusal("transaction_closed", "put in a transaction whose commit failed", () =>
    transaction.put(space, text("a"), text("a")),
  );
  transaction.abort();
  return { store, place, before, after, revision, poisoned: isPoisoned(store) };
}

function isPoisoned(store: Store): boolean {
  try {
    store.begin().abort();
    return false;
  } catch (error) {
    if (isModelVaultError(error, "store_poisoned")) return true;
    return broken(
      `begin after a failed commit threw ${String(error)}; it should work or throw store_poisoned`,
    );
  }
}

function expectShows(store: StoreReader, model: PlainMap, who: string): void {
  for (const where of [space, index(1, 1)]) expectState(store, model, where, who);
}

/** One check for each fault that the harness can cause. */
function failing(
  name: string,
  promises: string | readonly string[],
  run: (trial: Trial, fault: Fault) => void,
): Draft[] {
  return (["failNextWrite", "failNextSync"] as const).map((fault) =>
    check(
      `${name} (${fault === "failNextWrite" ? "failed write" : "failed sync"})`,
      promises,
      (trial) => run(trial, fault),
      {
        applies: ({ harness }) => harness[fault] !== undefined,
      },
    ),
  );
}

export const failureChecks: readonly Check[] = section("failures", [
  ...failing(
    "a commit that fails commits nothing, and reads go on",
    [promise.commitFails, promise.commitRefusals],
    (trial, fault) => {
      const { store, before, revision } = fail(trial, fault);
      expectShows(store, before, "the store after a failed commit");
      expectShows(store.snapshot(), before, "a snapshot after a failed commit");
      expectEqual(store.revision(), revision, "the revision after a failed commit");
    },
  ),

  ...failing(
    "after a failed commit the store writes on, or is poisoned until it is reopened",
    [promise.poisoned, promise.beginRefusals],
    (trial, fault) => {
      const { store, place, before, poisoned } = fail(trial, fault);
      if (fault === "failNextSync")
        expectThat(
          poisoned,
          "a sync failed, so nobody knows what reached the medium, but begin does not throw store_poisoned",
        );
      if (poisoned) {
        for (let again = 0; again < 3; again++)
          expectRefusal("store_poisoned", "begin on a poisoned store", () => store.begin());
        expectShows(store, before, "the poisoned store");
      } else {
        putAll(store, space, [[text("next"), text("next")]]);
        before.put(space, text("next"), text("next"));
        expectShows(store, before, "the store after a failed commit and a good one");
      }
      store.close();
      if (!store.traits.persistent) return;
      const next = trial.open(place);
      putAll(next, space, [[text("reopened"), text("reopened")]]);
    },
  ),

  ...failing(
    "after a failed commit and reopening, the transaction is whole or absent",
    promise.commitWhole,
    (trial, fault) => {
      const { store, place, before, after, poisoned } = fail(trial, fault);
      store.close();
      if (!store.traits.persistent) return;
      const next = trial.open(place);
      // Only a store that cannot tell may turn out to have committed after all.
      const expected = poisoned && next.count(index(1, 1)) > 0 ? after : before;
      expectShows(next, expected, "the store reopened after a failed commit");
    },
  ),
]);
