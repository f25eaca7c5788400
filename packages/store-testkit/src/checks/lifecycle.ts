/** From opening to closing: what a new place holds, and what is left of a handle that was closed. */
import type { Store } from "@modelvault/core";
import { text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { catalog, index, mixedSpaces, rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import { expectBytes, expectRefusal, expectState } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial } from "../suite/trial.ts";

const space = rows(1);
const [a, b] = [text("a"), text("b")];
const value = text("value");

/** Every call of a store but `close`, by name. */
function calls(store: Store): [string, () => unknown][] {
  const getMany: [string, () => unknown][] = store.getMany
    ? [["getMany", () => store.getMany?.(space, [a])]]
    : [];
  return [
    ["get", () => store.get(space, a)],
    ["scan", () => store.scan(space)],
    ["count", () => store.count(space)],
    ["begin", () => store.begin()],
    ["snapshot", () => store.snapshot()],
    ["revision", () => store.revision()],
    ...getMany,
    ...(store.countRange
      ? [["countRange", () => store.countRange?.(space, { gt: a })] as [string, () => unknown]]
      : []),
  ];
}

/** A store with one row, and everything open on it that can be. */
function busy(trial: Trial): {
  place: unknown;
  store: Store;
  transaction: ReturnType<Store["begin"]>;
  snapshot: ReturnType<Store["snapshot"]>;
} {
  const place = trial.place();
  const store = trial.open(place);
  putAll(store, space, [[a, value]]);
  const snapshot = store.snapshot();
  const transaction = store.begin();
  transaction.put(space, b, value);
  store.scan(space).next();
  snapshot.scan(space).next();
  transaction.scan(space).next();
  return { place, store, transaction, snapshot };
}

export const lifecycleChecks: readonly Check[] = section("lifecycle", [
  check("a new place is empty", promise.driverOpen, (trial) => {
    const store = trial.open();
    for (const where of [catalog, ...mixedSpaces, index(7, 7)])
      expectState(store, new PlainMap(), where, "a new store");
  }),

  check("two places share nothing", promise.atomicMaps, (trial) => {
    const [first, second] = [trial.open(), trial.open()];
    putAll(first, space, [[a, text("first")]]);
    const transaction = first.begin();
    expectBytes(second.get(space, a), undefined, "a value of another place");
    putAll(second, space, [[a, text("second")]]);
    transaction.abort();
    expectBytes(first.get(space, a), text("first"), "a value after a commit to another place");
    first.close();
    expectBytes(second.get(space, a), text("second"), "a value after another place was closed");
  }),

  check("a closed store refuses every call", promise.closed, (trial) => {
    const { store } = busy(trial);
    store.close();
    for (const [name, call] of calls(store)) expectRefusal("store_closed", `${name} on a closed store`, call);
  }),

  check("closing again does nothing", promise.closeAgain, (trial) => {
    const { place, store } = busy(trial);
    store.close();
    store.close();
    const next = trial.open(place);
    putAll(next, space, [[a, text("next")]]);
    store.close();
    expectBytes(
      next.get(space, a),
      text("next"),
      "a value of the next handle after the former was closed a third time",
    );
    putAll(next, space, [[b, text("next")]]);
    for (const [name, call] of calls(store))
      expectRefusal("store_closed", `${name} on a store closed three times`, call);
  }),

  check("closing aborts an open transaction", promise.closeEndsAll, (trial) => {
    const { place, store, transaction } = busy(trial);
    store.close();
    expectRefusal("transaction_closed", "put in a transaction of a closed store", () =>
      transaction.put(space, a, value),
    );
    expectRefusal("transaction_closed", "get in a transaction of a closed store", () =>
      transaction.get(space, a),
    );
    expectRefusal("transaction_closed", "commit of a transaction of a closed store", () =>
      transaction.commit(),
    );
    transaction.abort();
    const next = trial.open(place);
    expectBytes(
      next.get(space, b),
      undefined,
      "a write of a transaction that was open when its store was closed",
    );
  }),

  check("closing ends open snapshots", promise.closeEndsAll, (trial) => {
    const { store, snapshot } = busy(trial);
    store.close();
    expectRefusal("snapshot_closed", "get on a snapshot of a closed store", () => snapshot.get(space, a));
    expectRefusal("snapshot_closed", "scan on a snapshot of a closed store", () => snapshot.scan(space));
    expectRefusal("snapshot_closed", "count on a snapshot of a closed store", () => snapshot.count(space));
    snapshot.close();
  }),

  check("closing lets go of the place, whatever was open", promise.closeReleases, (trial) => {
    const { place, store } = busy(trial);
    store.close();
    const next = trial.open(place);
    putAll(next, space, [[b, value]]);
    expectBytes(next.get(space, b), value, "a value committed by the next handle");
    next.begin();
    next.close();
    putAll(trial.open(place), space, [[b, value]]);
  }),

  check(
    "a place can be opened and closed many times",
    [promise.closeReleases, promise.persistent],
    (trial) => {
      const place = trial.place();
      const model = new PlainMap();
      for (let round = 0; round < 40; round++) {
        const store = trial.open(place);
        if (!store.traits.persistent) model.delete(space, a);
        expectState(store, model, space, `the store opened for the ${round + 1}. time`);
        if (round % 8 === 0) {
          putAll(store, space, [[a, text(String(round))]]);
          model.put(space, a, text(String(round)));
        }
        store.close();
      }
    },
  ),

  check(
    "a store opened for reading reads, and refuses to begin",
    promise.beginRefusals,
    (trial) => {
      const place = trial.place();
      const writer = trial.open(place);
      putAll(writer, space, [[a, value]]);
      writer.close();
      const store = trial.open(place, { readOnly: true });
      expectBytes(store.get(space, a), value, "a value read from a store opened for reading");
      expectRefusal("store_read_only", "begin on a store opened for reading", () => store.begin());
      expectBytes(
        store.snapshot().get(space, a),
        value,
        "a value in a snapshot of a store opened for reading",
      );
    },
    { applies: ({ harness, traits }) => harness.readOnly === true && traits.persistent },
  ),
]);
