import { concat, pattern, run, show, text } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { entriesOf, expectBytes, expectEntries, expectState, take } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial, write } from "../suite/trial.ts";

const space = rows(1);
const letters = ["a", "b", "c", "d"].map((letter) => [text(letter), text(`value of ${letter}`)] as const);

/** Bytes as callers have them: a buffer of their own, a view into a larger one, a buffer of the host. */
const forms: readonly (readonly [name: string, make: (bytes: Uint8Array) => Uint8Array])[] = [
  ["a Uint8Array", (bytes) => bytes.slice()],
  [
    "a view into a larger buffer",
    (bytes) => concat(run(0xee, 5), bytes, run(0xee, 7)).subarray(5, 5 + bytes.length),
  ],
  ["a Buffer", (bytes) => (typeof Buffer === "undefined" ? bytes.slice() : Buffer.from(bytes))],
];

/** One check for each form of buffer, which the caller overwrites after the call. */
function reuse(
  name: string,
  promises: string | readonly string[],
  run: (trial: Trial, make: (bytes: Uint8Array) => Uint8Array, form: string) => void,
): Draft {
  return check(name, promises, (trial) => {
    for (const [form, make] of forms) run(trial, make, form);
  });
}

const [key, value] = [pattern(9, 1), pattern(500, 2)];

export const bufferChecks: readonly Check[] = section("buffers", [
  reuse("the caller may reuse the value buffer after put", promise.bytesReturned, (trial, make, form) => {
    const store = trial.open();
    write(store, (transaction) => {
      const given = make(value);
      transaction.put(space, key, given);
      given.fill(0xaa);
      expectBytes(transaction.get(space, key), value, `a value given as ${form}, in its transaction`);
    });
    expectBytes(store.get(space, key), value, `a value given as ${form}`);
  }),

  reuse("the caller may reuse the value buffer after commit", promise.bytesReturned, (trial, make, form) => {
    const store = trial.open();
    const given = make(value);
    putAll(store, space, [[key, given]]);
    given.fill(0xaa);
    expectBytes(store.get(space, key), value, `a value given as ${form}`);
  }),

  reuse(
    "the caller may reuse the key buffer after put",
    [promise.bytesReturned, promise.keysNotKept],
    (trial, make, form) => {
      const store = trial.open();
      const given = make(key);
      const model = new PlainMap();
      write(store, (transaction) => {
        for (let at = 0; at < 20; at++) {
          given[0] = at * 11;
          model.put(space, given, text(`value ${at}`));
          transaction.put(space, given, text(`value ${at}`));
        }
        given.fill(0xaa);
        expectState(transaction, model, space, `keys given as ${form}, in their transaction`);
      });
      expectState(store, model, space, `keys given as ${form}`);
    },
  ),

  reuse("the caller may reuse the key buffer after delete", promise.keysNotKept, (trial, make, form) => {
    const store = trial.open();
    putAll(store, space, letters);
    const given = make(text("b"));
    write(store, (transaction) => {
      transaction.delete(space, given);
      given.set(text("c"));
      expectEntries(
        entriesOf(transaction, space),
        letters.filter((_, at) => at !== 1),
        `a deletion of ${form}, in its transaction`,
      );
    });
    expectEntries(
      entriesOf(store, space),
      letters.filter((_, at) => at !== 1),
      `a deletion of ${form}`,
    );
  }),

  reuse(
    "the caller may reuse the key buffer after get and getMany",
    promise.keysNotKept,
    (trial, make, form) => {
      const store = trial.open();
      putAll(store, space, letters);
      const given = make(text("x"));
      for (const reader of [store, store.snapshot(), store.begin()]) {
        for (const [letter, expected] of letters) {
          given.set(letter);
          expectBytes(
            reader.get(space, given),
            expected,
            `get of ${show(letter)} in a reused buffer (${form})`,
          );
          const answers = reader.getMany?.(space, [given, given]);
          given.fill(0);
          for (const answer of answers ?? [])
            expectBytes(answer, expected, `getMany of ${show(letter)} in a reused buffer (${form})`);
        }
      }
    },
  ),

  reuse(
    "the caller may reuse the buffers of bounds during a scan",
    [promise.keysNotKept, promise.scanState],
    (trial, make, form) => {
      const store = trial.open();
      putAll(store, space, letters);
      for (const [who, reader] of [
        ["store", store],
        ["snapshot", store.snapshot()],
        ["transaction", store.begin()],
      ] as const) {
        for (const reverse of [false, true]) {
          const [low, high] = [make(text("b")), make(text("c"))];
          const scan = reader.scan(space, { gte: low, lte: high, reverse });
          low.set(text("a"));
          high.set(text("d"));
          const first = take(scan, 1);
          low.set(text("d"));
          high.set(text("a"));
          const expected = reverse ? letters.slice(1, 3).reverse() : letters.slice(1, 3);
          expectEntries(
            [...first, ...take(scan)],
            expected,
            `${who}: a scan whose bounds (${form}) were overwritten after the call`,
          );
        }
      }
    },
  ),

  check("a view into a larger buffer stores its own bytes only", promise.bytesReturned, (trial) => {
    const store = trial.open();
    const page = pattern(1000, 7);
    const parts = [
      [10, 20],
      [0, 5],
      [990, 1000],
      [500, 500],
      [30, 400],
    ] as const;
    const model = new PlainMap();
    for (const [from, to] of parts) model.put(space, page.slice(from, from + 3), page.slice(from, to));
    write(store, (transaction) => {
      for (const [from, to] of parts)
        transaction.put(space, page.subarray(from, from + 3), page.subarray(from, to));
      expectState(transaction, model, space, "transaction");
      page.fill(0);
    });
    expectState(store, model, space, "store");
  }),
]);
