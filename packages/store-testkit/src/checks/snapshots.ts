/** Snapshots: frozen at one commit, as many as wanted, for as long as wanted. */
import type { Store, StoreSnapshot } from "@modelvault/core";
import { bigEndian, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { index, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import {
  entriesOf,
  expectBytes,
  expectEntries,
  expectEqual,
  expectRefusal,
  expectScan,
  expectState,
  take,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, write } from "../suite/trial.ts";

const spaces = [rows(1), rows(2), index(1, 1)] as const;
const [space] = spaces;

/** Commits something else to every keyspace, and does the same to the model. */
function step(store: Store, model: PlainMap, round: number): void {
  write(store, (transaction) => {
    for (const [at, where] of spaces.entries()) {
      for (let number = 0; number < 12; number++) {
        const key = bigEndian(number * (at + 1), 2);
        if ((number + round) % 4 === 0) {
          transaction.delete(where, key);
          model.delete(where, key);
        } else {
          const value = valueIn(where, text(`round ${round}`));
          transaction.put(where, key, value);
          model.put(where, key, value);
        }
      }
    }
  });
}

function filled(trial: Trial): { store: Store; model: PlainMap } {
  const [store, model] = [trial.open(), new PlainMap()];
  step(store, model, 1);
  return { store, model };
}

function expectShows(snapshot: StoreSnapshot, model: PlainMap, who: string): void {
  for (const where of spaces) expectState(snapshot, model, where, who);
}

export const snapshotChecks: readonly Check[] = section("snapshots", [
  check("a snapshot shows what is committed", promise.snapshot, (trial) => {
    const { store, model } = filled(trial);
    expectShows(store.snapshot(), model, "a snapshot");
  }),

  check("a snapshot of a new store is empty, and stays so", promise.snapshotFrozen, (trial) => {
    const store = trial.open();
    const snapshot = store.snapshot();
    putAll(store, space, [[text("key"), text("value")]]);
    expectShows(snapshot, new PlainMap(), "a snapshot of a new store");
  }),

  check("a snapshot does not see later commits", promise.snapshotFrozen, (trial) => {
    const { store, model } = filled(trial);
    const snapshot = store.snapshot();
    const frozen = model.copy();
    for (let round = 2; round < 6; round++) {
      step(store, model, round);
      expectShows(snapshot, frozen, `a snapshot, ${round - 1} commits later`);
    }
  }),

  check("a later put is not in a snapshot", promise.snapshotFrozen, (trial) => {
    const store = trial.open();
    putAll(store, space, [[text("a"), text("old")]]);
    const snapshot = store.snapshot();
    putAll(store, space, [[text("b"), text("new")]]);
    expectBytes(snapshot.get(space, text("b")), undefined, "a key put after the snapshot");
    expectEqual(snapshot.count(space), 1, "the count of a snapshot after a later put");
  }),

  check("a later replacement is not in a snapshot", promise.snapshotFrozen, (trial) => {
    const store = trial.open();
    putAll(store, space, [[text("a"), text("old")]]);
    const snapshot = store.snapshot();
    putAll(store, space, [[text("a"), text("new")]]);
    expectBytes(snapshot.get(space, text("a")), text("old"), "a value replaced after the snapshot");
    expectEntries(entriesOf(snapshot, space), [[text("a"), text("old")]], "a scan of a snapshot");
  }),

  check("a later delete is not in a snapshot", promise.snapshotFrozen, (trial) => {
    const store = trial.open();
    putAll(store, space, [[text("a"), text("old")]]);
    const snapshot = store.snapshot();
    write(store, (transaction) => transaction.delete(space, text("a")));
    expectBytes(snapshot.get(space, text("a")), text("old"), "a value deleted after the snapshot");
    expectEqual(snapshot.count(space), 1, "the count of a snapshot after a later delete");
  }),

  check(
    "a snapshot taken during a transaction shows committed state only",
    [promise.snapshotFrozen, promise.committedOnly],
    (trial) => {
      for (const end of ["commit", "abort"] as const) {
        const { store, model } = filled(trial);
        const transaction = store.begin();
        transaction.put(space, text("own"), text("own"));
        transaction.delete(space, bigEndian(1, 2));
        const snapshot = store.snapshot();
        expectShows(snapshot, model, "a snapshot taken during a transaction");
        transaction[end]();
        expectShows(snapshot, model, `a snapshot taken during a transaction, after its ${end}`);
      }
    },
  ),

  check("many snapshots at once show a state each", promise.snapshot, (trial) => {
    const { store, model } = filled(trial);
    const taken: [StoreSnapshot, PlainMap][] = [];
    for (let round = 2; round < 60; round++) {
      taken.push([store.snapshot(), model.copy()]);
      step(store, model, round);
    }
    for (const [at, [snapshot, frozen]] of taken.entries())
      expectScan(snapshot, frozen, space, undefined, `snapshot ${at} of 58`);
    for (const [at, [snapshot]] of taken.entries()) if (at % 2 === 0) snapshot.close();
    for (const [at, [snapshot, frozen]] of taken.entries()) {
      if (at % 2 === 1) expectShows(snapshot, frozen, `snapshot ${at} of 58, every other one closed`);
    }
  }),

  check("hundreds of snapshots of one commit may be open", promise.snapshot, (trial) => {
    const { store, model } = filled(trial);
    const snapshots = Array.from({ length: 500 }, () => store.snapshot());
    const frozen = model.copy();
    step(store, model, 2);
    for (const snapshot of snapshots)
      expectBytes(
        snapshot.get(space, bigEndian(1, 2)),
        frozen.get(space, bigEndian(1, 2)),
        "a value in one of 500 snapshots",
      );
    for (const snapshot of snapshots) snapshot.close();
    for (const where of spaces) expectState(store, model, where, "the store after 500 snapshots were closed");
  }),

  check("a snapshot outlives commits that replace or delete everything", promise.snapshot, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let at = 0; at < 1500; at++) model.put(space, bigEndian(at, 3), text(`value ${at}`));
    putAll(store, space, model.scan(space));
    const snapshot = store.snapshot();
    for (let round = 0; round < 4; round++)
      putAll(
        store,
        space,
        model.scan(space).map(([key]) => [key, text(`round ${round}`)]),
      );
    write(store, (transaction) => {
      for (const [key] of model.scan(space)) transaction.delete(space, key);
    });
    expectState(snapshot, model, space, "a snapshot of a keyspace that is empty by now");
    expectEqual(store.count(space), 0, "the count of the store");
  }),

  check(
    "a snapshot may be scanned while commits go on",
    [promise.snapshotFrozen, promise.scanState],
    (trial) => {
      const { store, model } = filled(trial);
      const snapshot = store.snapshot();
      const frozen = model.scan(space);
      const scan = snapshot.scan(space);
      const seen = take(scan, 2);
      for (let round = 2; round < 6; round++) {
        step(store, model, round);
        seen.push(...take(scan, 1));
      }
      expectEntries([...seen, ...take(scan)], frozen, "a scan of a snapshot with a commit after every step");
    },
  ),

  check("a closed snapshot refuses every read", promise.snapshotClosed, (trial) => {
    const { store } = filled(trial);
    const snapshot = store.snapshot();
    snapshot.close();
    expectRefusal("snapshot_closed", "get on a closed snapshot", () => snapshot.get(space, text("a")));
    expectRefusal("snapshot_closed", "scan on a closed snapshot", () => snapshot.scan(space));
    expectRefusal("snapshot_closed", "count on a closed snapshot", () => snapshot.count(space));
    if (snapshot.countRange)
      expectRefusal("snapshot_closed", "countRange on a closed snapshot", () =>
        snapshot.countRange?.(space, { gt: text("a") }),
      );
    if (snapshot.getMany)
      expectRefusal("snapshot_closed", "getMany on a closed snapshot", () =>
        snapshot.getMany?.(space, [text("a")]),
      );
  }),

  check("closing a snapshot again does nothing, and nothing to others", promise.snapshotClosed, (trial) => {
    const { store, model } = filled(trial);
    const [closed, open] = [store.snapshot(), store.snapshot()];
    const frozen = model.copy();
    for (let round = 2; round < 5; round++) {
      closed.close();
      step(store, model, round);
    }
    expectShows(open, frozen, "a snapshot beside one closed three times");
    for (const where of spaces) expectState(store, model, where, "the store");
  }),

  check("a snapshot tells the revision it shows", promise.snapshotRevision, (trial) => {
    const { store, model } = filled(trial);
    const revision = store.revision();
    const snapshot = store.snapshot();
    expectEqual(snapshot.revision, revision, "the revision of a snapshot just taken");
    step(store, model, 2);
    expectEqual(snapshot.revision, revision, "the revision of a snapshot after a later commit");
    const transaction = store.begin();
    transaction.put(space, text("own"), text("own"));
    expectEqual(
      store.snapshot().revision,
      store.revision(),
      "the revision of a snapshot taken during a transaction",
    );
  }),
]);
