/** A file that grows while its pages are looked at: past one stretch of memory (16 MiB), past LMDB's map (64 MiB), under a snapshot and a scan of before. */
import type { Keyspace, Store, StoreScan } from "@modelvault/core";
import { expect, test, vi } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { Environment } from "../../src/native/environment.ts";
import { directReads } from "../../src/read/direct-pages.ts";
import { newPlace } from "../support/places.ts";

const BEFORE: Keyspace = { kind: "rows", collection: 1 };
const LONG: Keyspace = { kind: "rows", collection: 2 };
const MIB = 1_048_576;

const key = (number: number): Uint8Array => Uint8Array.of(number >> 8, number & 0xff);

function commit(store: Store, space: Keyspace, rows: readonly (readonly [number, Uint8Array])[]): void {
  const transaction = store.begin();
  for (const [number, value] of rows) transaction.put(space, key(number), value);
  transaction.commit();
}

/** Told apart by their number all the way, and by where in the value a byte is. */
function longValue(number: number): Uint8Array {
  const words = new Uint32Array(MIB / 4);
  for (let at = 0; at < words.length; at++) words[at] = at * 256 + number;
  return new Uint8Array(words.buffer);
}

const numbersOf = (scan: StoreScan): number[] =>
  Array.from(scan, ([found]) => (found[0] as number) * 256 + (found[1] as number));

test("what is read is right at any length of the file, and a snapshot of the beginning stays what it was", async () => {
  directReads.after = 0;
  const path = newPlace();
  const writer = lmdbStore(path).open();
  const small = Array.from(
    { length: 600 },
    (_, number) => [number, new Uint8Array(90).fill(number)] as const,
  );
  commit(writer, BEFORE, small);
  const reader = lmdbStore(path, { mode: "read" }).open();
  const snapshot = reader.snapshot();
  const scan = snapshot.scan(BEFORE);
  for (let taken = 0; taken < 300; taken++) scan.next();
  const asked = vi.spyOn(Environment.prototype, "get");
  const count = 70;
  for (let number = 0; number < count; number++) {
    commit(writer, LONG, [[number, longValue(number)]]);
    if (number % 10 === 0)
      commit(
        writer,
        BEFORE,
        small.slice(number, number + 9).map(([at]) => [at, key(at)]),
      );
    await null;
    asked.mockClear();
    for (const at of [number, number >> 1, number >> 2])
      expect(Buffer.compare(reader.get(LONG, key(at)) as Uint8Array, longValue(at))).toBe(0);
    expect(
      reader
        .getMany?.(
          BEFORE,
          small.map(([at]) => key(at)),
        )
        .every((value) => value !== undefined),
    ).toBe(true);
    // LMDB was asked for the revision, and for no row.
    expect(asked).toHaveBeenCalledTimes(1);
  }
  expect(reader.maintenance?.stats?.().mapBytes).toBeGreaterThan(64 * MIB);
  expect(numbersOf(reader.scan(LONG))).toEqual(Array.from({ length: count }, (_, number) => number));
  expect(numbersOf(reader.scan(LONG, { reverse: true }))).toHaveLength(count);
  expect(numbersOf(scan)).toEqual(Array.from({ length: 300 }, (_, at) => at + 300));
  expect(snapshot.tallyRange?.(LONG, {})).toBe(0);
  for (const [at, value] of small) expect(snapshot.get(BEFORE, key(at))).toEqual(value);
  snapshot.close();
  reader.close();
  writer.close();
});
