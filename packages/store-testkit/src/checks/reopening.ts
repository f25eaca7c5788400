/** What was committed is there again, and nothing else, after closing and opening; and after the machine has stopped. */
import type { Keyspace, Store } from "@modelvault/core";
import { bigEndian, concat, hex, pattern, run, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { catalog, catalogKey, mixedSpaces, rows, valueIn } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { broken, expectBytes, expectEqual, expectState } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, roomFor, type Trial, write } from "../suite/trial.ts";

const space = rows(1);
const [a, b, c] = [text("a"), text("b"), text("c")];

/** A check of a driver whose data outlives `close`. */
function lasting(name: string, promises: string | readonly string[], run: Draft["run"]): Draft {
  return check(name, promises, run, { applies: ({ traits }) => traits.persistent });
}

/** A check of a driver whose commits outlive the machine, by a harness that can stop it. */
function surviving(
  name: string,
  run: (trial: Trial, place: unknown, after: (place: unknown) => Store) => void,
): Draft {
  return check(
    name,
    promise.durable,
    (trial) => {
      const { harness } = trial;
      run(trial, trial.place(), (place) => trial.open(trial.adopt(harness.crash?.(place))));
    },
    { applies: ({ harness, traits }) => traits.durable && harness.crash !== undefined },
  );
}

function expectAll(store: Store, model: PlainMap, spaces: readonly Keyspace[], who: string): void {
  for (const where of spaces) expectState(store, model, where, who);
}

export const reopenChecks: readonly Check[] = section("reopen", [
  lasting("committed entries of every keyspace are there after reopening", promise.persistent, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const model = new PlainMap();
    const spaces = [catalog, ...mixedSpaces];
    for (const where of mixedSpaces)
      for (let at = 0; at < 30; at++) model.put(where, pattern(at, 1), valueIn(where, pattern(at * 3, 2)));
    for (let sequence = 1; sequence < 5; sequence++)
      model.put(catalog, catalogKey(sequence), pattern(40, sequence));
    write(store, (transaction) => {
      for (const where of spaces)
        for (const [key, value] of model.scan(where)) transaction.put(where, key, value);
    });
    store.close();
    expectAll(trial.open(place), model, spaces, "after reopening");
  }),

  lasting("the last commit is there after reopening", [promise.persistent, promise.commitWhole], (trial) => {
    const place = trial.place();
    const model = new PlainMap();
    for (let round = 0; round < 8; round++) {
      const store = trial.open(place);
      expectState(store, model, space, `after reopening ${round} times`);
      for (let commit = 0; commit < 2; commit++) {
        putAll(store, space, [[bigEndian(round), Uint8Array.of(commit)]]);
        model.put(space, bigEndian(round), Uint8Array.of(commit));
      }
      store.close();
    }
    expectState(trial.open(place), model, space, "after reopening 8 times");
  }),

  lasting("deleted and replaced entries stay so after reopening", promise.persistent, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    putAll(
      store,
      space,
      [a, b, c].map((key) => [key, text("old")]),
    );
    write(store, (transaction) => {
      transaction.delete(space, b);
      transaction.put(space, c, text("new"));
    });
    store.close();
    const model = new PlainMap();
    model.put(space, a, text("old"));
    model.put(space, c, text("new"));
    const next = trial.open(place);
    expectState(next, model, space, "after reopening");
    write(next, (transaction) => {
      for (const key of [a, c]) transaction.delete(space, key);
    });
    next.close();
    expectState(trial.open(place), new PlainMap(), space, "after deleting all and reopening");
  }),

  lasting(
    "empty keys and values are there after reopening",
    [promise.persistent, promise.emptyKeyAndValue],
    (trial) => {
      const place = trial.place();
      const store = trial.open(place);
      const model = new PlainMap();
      for (const [key, value] of [
        ["", ""],
        ["00", ""],
        ["61", "00"],
      ])
        model.put(space, hex(key as string), hex(value as string));
      putAll(store, space, model.scan(space));
      store.close();
      expectState(trial.open(place), model, space, "after reopening");
    },
  ),

  lasting("order holds after reopening", [promise.persistent, promise.keyOrder], (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const model = new PlainMap();
    for (let at = 0; at < 400; at++) model.put(space, trial.random.bytes(5), bigEndian(at));
    for (let length = 0; length < 20; length++) {
      model.put(space, run(0xff, length), text("FF"));
      model.put(space, concat(run(0, length), text("a")), text("00"));
    }
    putAll(store, space, trial.random.shuffle(model.scan(space)));
    store.close();
    expectState(trial.open(place), model, space, "after reopening");
  }),

  lasting("long keys and values are there after reopening", promise.persistent, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const { keyBytesMax, valueBytesMax } = store.traits;
    const model = new PlainMap();
    for (const bytes of [100, 4096, 65_536, 2 ** 20])
      model.put(
        space,
        pattern(roomFor(bytes >> 4, keyBytesMax), bytes),
        pattern(roomFor(bytes, valueBytesMax), bytes),
      );
    putAll(store, space, model.scan(space));
    store.close();
    expectState(trial.open(place), model, space, "after reopening");
  }),

  lasting("an aborted transaction is not there after reopening", promise.commitWhole, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const model = new PlainMap();
    model.put(space, a, text("old"));
    putAll(store, space, model.scan(space));
    const transaction = store.begin();
    transaction.put(space, a, text("new"));
    transaction.put(space, b, text("new"));
    transaction.abort();
    store.close();
    expectState(trial.open(place), model, space, "after reopening");
  }),

  lasting(
    "a transaction open at close is not there after reopening",
    [promise.closeEndsAll, promise.commitWhole],
    (trial) => {
      const place = trial.place();
      const store = trial.open(place);
      const model = new PlainMap();
      model.put(space, a, text("old"));
      putAll(store, space, model.scan(space));
      const transaction = store.begin();
      transaction.delete(space, a);
      for (let at = 0; at < 500; at++) transaction.put(space, bigEndian(at), pattern(100, at));
      store.close();
      expectState(trial.open(place), model, space, "after reopening");
    },
  ),

  lasting(
    "counts are right after reopening, and go on being right",
    [promise.persistent, promise.count],
    (trial) => {
      const place = trial.place();
      for (let round = 1; round < 5; round++) {
        const store = trial.open(place);
        expectEqual(store.count(space), (round - 1) * 2, `the count after ${round - 1} times of reopening`);
        putAll(
          store,
          space,
          [1, 2, 3].map((number) => [bigEndian(round * 10 + number), a]),
        );
        write(store, (transaction) => transaction.delete(space, bigEndian(round * 10 + 1)));
        putAll(store, space, [[bigEndian(round * 10 + 2), b]]);
        expectEqual(store.count(space), round * 2, "the count before closing");
        store.close();
      }
    },
  ),

  lasting(
    "snapshots and scans open at close do not disturb reopening",
    [promise.closeEndsAll, promise.persistent],
    (trial) => {
      const place = trial.place();
      const store = trial.open(place);
      putAll(store, space, [[a, text("old")]]);
      const snapshot = store.snapshot();
      snapshot.scan(space).next();
      store.scan(space).next();
      putAll(store, space, [[a, text("new")]]);
      store.close();
      expectBytes(trial.open(place).get(space, a), text("new"), "a value after reopening");
    },
  ),

  lasting(
    "random commits and times of reopening leave what a plain map holds",
    [promise.persistent, promise.commitWhole],
    (trial) => {
      const place = trial.place();
      const { random } = trial;
      const model = new PlainMap();
      for (let round = 0; round < 6; round++) {
        const store = trial.open(place);
        for (let commit = random.below(5); commit >= 0; commit--) {
          write(store, (transaction) => {
            for (let change = random.below(40); change > 0; change--) {
              const [where, key] = [random.pick(mixedSpaces), random.bytes(2)];
              if (random.below(3) === 0) {
                transaction.delete(where, key);
                model.delete(where, key);
              } else {
                const value = valueIn(where, random.bytes(50));
                transaction.put(where, key, value);
                model.put(where, key, value);
              }
            }
          });
        }
        store.close();
        const next = trial.open(place);
        expectAll(next, model, mixedSpaces, `after reopening ${round + 1} times`);
        next.close();
      }
    },
  ),
]);

export const durabilityChecks: readonly Check[] = section("durability", [
  surviving("a commit survives the machine stopping right after it", (trial, place, after) => {
    const store = trial.open(place);
    const model = new PlainMap();
    for (let commit = 0; commit < 5; commit++) {
      model.put(space, bigEndian(commit), pattern(50, commit));
      model.put(space, a, bigEndian(commit));
      putAll(store, space, [
        [bigEndian(commit), pattern(50, commit)],
        [a, bigEndian(commit)],
      ]);
      expectState(after(place), model, space, `the place after a crash behind commit ${commit}`);
    }
  }),

  surviving("a crash during a transaction leaves nothing of it", (trial, place, after) => {
    const store = trial.open(place);
    const model = new PlainMap();
    model.put(space, a, text("old"));
    putAll(store, space, model.scan(space));
    const transaction = store.begin();
    for (let at = 0; at < 2000; at++) transaction.put(space, bigEndian(at), pattern(200, at));
    transaction.delete(space, a);
    const crashed = after(place);
    expectState(crashed, model, space, "the place after a crash during a transaction");
    putAll(crashed, space, [[b, text("next")]]);
    transaction.abort();
  }),

  surviving("the revision after a crash is that of the last commit", (trial, place, after) => {
    const store = trial.open(place);
    for (let commit = 0; commit < 3; commit++) {
      const returned = putAll(store, space, [[a, bigEndian(commit)]]);
      const crashed = after(place);
      expectEqual(crashed.revision(), returned, "the revision after a crash");
      const next = putAll(crashed, space, [[b, bigEndian(commit)]]);
      if (!(next > returned))
        broken(`the first commit after a crash returned revision ${next}; ${returned} was given before`);
    }
  }),
]);
