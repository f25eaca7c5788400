/** Bytes handed out by reads: whoever holds them sees them unchanged, and owns none that another call fills again. */
import type { Keyspace, StoreReader } from "@modelvault/core";
import { concat, pattern, run, show, text, toHex } from "../bytes/bytes.ts";
import { PlainMap } from "../model/plain-map.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, section } from "../suite/check.ts";
import {
  expectBytes,
  expectEntries,
  expectEqual,
  expectState,
  expectThat,
  take,
} from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, write } from "../suite/trial.ts";

const space = rows(1);
const [key, value] = [pattern(9, 1), pattern(500, 2)];
const letters = ["a", "b", "c", "d"].map((letter) => [text(letter), text(`value of ${letter}`)] as const);

export const handedOutChecks: readonly Check[] = section("buffers", [
  check(
    "bytes handed out are not the ones the caller passed",
    [promise.bytesReturned, promise.bytesStay],
    (trial) => {
      const store = trial.open();
      const given = value.slice();
      const givenKey = key.slice();
      write(store, (transaction) => {
        transaction.put(space, givenKey, given);
        const answer = transaction.get(space, key);
        const [entry] = take(transaction.scan(space), 1);
        given.fill(0xaa);
        givenKey.fill(0xaa);
        expectBytes(answer, value, "what get handed out before the caller wrote into the buffer it had put");
        expectEntries(
          entry ? [entry] : [],
          [[key, value]],
          "what a scan handed out before the caller wrote into the buffers it had put",
        );
      });
    },
  ),

  check("bytes handed out stay, whatever is committed later", promise.bytesStay, (trial) => {
    const store = trial.open();
    const held = new Held();
    for (let commit = 0; commit < 12; commit++) {
      write(store, (transaction) => {
        for (let at = 0; at < 60; at++) {
          if ((at + commit) % 5 === 0) transaction.delete(space, keyNumber(at));
          else transaction.put(space, keyNumber(at), pattern(10 + at * commit, commit));
        }
      });
      held.hold(store, space, `the store after commit ${commit}`);
    }
    held.expectUnchanged();
  }),

  check(
    "bytes handed out by a transaction stay, whatever it writes later and however it ends",
    promise.bytesStay,
    (trial) => {
      for (const end of ["commit", "abort"] as const) {
        const store = trial.open();
        putAll(store, space, letters);
        const held = new Held();
        const transaction = store.begin();
        for (let round = 0; round < 10; round++) {
          for (let at = 0; at < 40; at++)
            transaction.put(space, keyNumber(at), pattern(30 + round, round + at));
          for (const [letter] of letters) transaction.put(space, letter, pattern(11, round));
          held.hold(transaction, space, `the transaction after round ${round}`);
          for (let at = round; at < 40; at += 10) transaction.delete(space, keyNumber(at));
        }
        transaction[end]();
        putAll(
          store,
          space,
          Array.from({ length: 40 }, (_, at) => [keyNumber(at), run(0x55, 30)]),
        );
        held.expectUnchanged();
      }
    },
  ),

  check("bytes handed out by a snapshot stay after it is closed", promise.bytesStay, (trial) => {
    const store = trial.open();
    const held = new Held();
    putAll(store, space, letters);
    for (let round = 0; round < 5; round++) {
      const snapshot = store.snapshot();
      held.hold(snapshot, space, `snapshot ${round}`);
      snapshot.close();
      putAll(
        store,
        space,
        letters.map(([letter]) => [letter, pattern(14, round)]),
      );
    }
    held.expectUnchanged();
  }),

  check("bytes handed out stay after the store is closed", promise.bytesStay, (trial) => {
    const place = trial.place();
    const store = trial.open(place);
    const held = new Held();
    putAll(store, space, [...letters, [key, pattern(5000, 1)]]);
    held.hold(store, space, "the store");
    store.close();
    const next = trial.open(place);
    putAll(next, space, [
      ...letters.map(([letter]) => [letter, run(0x11, 10)] as const),
      [key, run(0x22, 5000)],
    ]);
    held.expectUnchanged();
  }),

  check("each step of a scan hands out bytes of its own", promise.bytesStay, (trial) => {
    const store = trial.open();
    const model = new PlainMap();
    for (let at = 0; at < 300; at++) model.put(space, keyNumber(at), pattern(3 + (at % 50), at));
    putAll(store, space, model.scan(space));
    for (const [who, reader] of [
      ["store", store],
      ["snapshot", store.snapshot()],
      ["transaction", store.begin()],
    ] as const) {
      for (const reverse of [false, true]) {
        const entries: (readonly [Uint8Array, Uint8Array])[] = [];
        for (const entry of reader.scan(space, { reverse })) entries.push(entry);
        expectEntries(
          entries,
          model.scan(space, { reverse }),
          `${who}: the entries of a scan, all held to its end,`,
        );
      }
    }
  }),

  check("two calls do not hand out one buffer that the next call fills", promise.bytesStay, (trial) => {
    const store = trial.open();
    putAll(store, space, letters);
    for (const [who, reader] of [
      ["store", store],
      ["snapshot", store.snapshot()],
      ["transaction", store.begin()],
    ] as const) {
      const answers = letters.map(([letter]) => reader.get(space, letter));
      for (const [at, [letter, expected]] of letters.entries())
        expectBytes(
          answers[at],
          expected,
          `${who}: what get of ${show(letter)} handed out, after three more calls,`,
        );
      const many =
        reader.getMany?.(
          space,
          letters.map(([letter]) => letter),
        ) ?? letters.map(([, each]) => each);
      for (const [at, [letter, expected]] of letters.entries())
        expectBytes(many[at], expected, `${who}: what getMany handed out for ${show(letter)}`);
    }
  }),

  check(
    "bytes handed out can be put under another key",
    [promise.bytesReturned, promise.bytesStay],
    (trial) => {
      const store = trial.open();
      putAll(store, space, letters);
      write(store, (transaction) => {
        for (const [letter, bytes] of take(transaction.scan(space)))
          transaction.put(space, concat(letter, letter), bytes);
        for (const [letter] of letters) transaction.put(space, letter, run(0x33, 3));
        const model = new PlainMap();
        for (const [letter, bytes] of letters) {
          model.put(space, letter, run(0x33, 3));
          model.put(space, concat(letter, letter), bytes);
        }
        expectState(transaction, model, space, "transaction");
      });
      for (const [letter, bytes] of letters)
        expectBytes(store.get(space, concat(letter, letter)), bytes, `the copy of ${show(letter)}`);
    },
  ),

  check("keys and values are handed out as Uint8Arrays of their own length", promise.atomicMaps, (trial) => {
    const store = trial.open();
    putAll(store, space, [[key, value]]);
    for (const reader of [store, store.snapshot(), store.begin()]) {
      const answer = reader.get(space, key);
      const [entry] = take(reader.scan(space), 1);
      for (const bytes of [answer, entry?.[0], entry?.[1]])
        expectThat(bytes instanceof Uint8Array, `${show(bytes)} was handed out`);
      expectEqual(entry?.length, 2, "the length of an entry");
    }
  }),
]);
function keyNumber(at: number): Uint8Array {
  return text(`key ${at}`);
}

/** Bytes that were handed out, with what they were at that time. */
class Held {
  readonly #items: { readonly bytes: Uint8Array; readonly was: string; readonly from: string }[] = [];

  /** Reads every entry in each way there is, and keeps what comes. */
  hold(reader: StoreReader, where: Keyspace, from: string): void {
    for (const [eachKey, eachValue] of take(reader.scan(where))) {
      this.#keep(eachKey, `a key scanned from ${from}`);
      this.#keep(eachValue, `a value scanned from ${from}`);
      this.#keep(reader.get(where, eachKey), `a value got from ${from}`);
      this.#keep(reader.getMany?.(where, [eachKey])[0], `a value of getMany from ${from}`);
    }
  }

  expectUnchanged(): void {
    for (const { bytes, was, from } of this.#items) {
      if (toHex(bytes) !== was) expectEqual(toHex(bytes), was, from);
    }
  }

  #keep(bytes: Uint8Array | undefined, from: string): void {
    if (bytes !== undefined) this.#items.push({ bytes, was: toHex(bytes), from });
  }
}
