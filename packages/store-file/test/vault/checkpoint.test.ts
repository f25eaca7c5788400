/** Opening from a checkpoint of ours: what stands before it is not read until something is written, and never believed over it. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../src/format/crc32c.ts";
import { SEGMENT } from "../../src/format/layout.ts";
import { nodePort } from "../../src/port/node-port.ts";
import { readVault } from "../../src/vault/read-vault.ts";
import { errorOf } from "../support/errors.ts";
import { fileWith, newPlace } from "../support/places.ts";
import { segmentsOf } from "../support/segments.ts";

const COLLECTION = {
  name: "things",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "text", type: "string" },
    { path: "size", type: { optional: "int64" } },
  ],
  indexes: [{ path: "text", kind: "unique" }, { path: "size" }],
} as const;

/** A vault of `count` rows, three of them deleted and one replaced, a checkpoint, and `tail` rows behind it. */
function checkpointed(count: number, tail: number): { path: string; expected: unknown[] } {
  const path = newPlace();
  using db = Database.open(fileStore(path));
  db.register(COLLECTION);
  const things = db.collection("things");
  things.insertMany(Array.from({ length: count }, (_, id) => ({ id, text: `thing ${id}`, size: id % 7 })));
  for (const id of [0, 3, 5]) things.delete(id);
  things.update(1, { text: "replaced", size: null });
  db.checkpoint();
  for (let id = count; id < count + tail; id++) things.insert({ id, text: `later ${id}`, size: id });
  return { path, expected: things.all() };
}

/** Where the log was read from, as opening decides. */
function readFrom(path: string): number {
  const file = nodePort.open(path, "read");
  try {
    const { image, readFrom: from } = readVault(file, false);
    image.store.close();
    return from;
  } finally {
    file.close();
  }
}

function checkpointOf(path: string): { offset: number; payload: Buffer } {
  const found = segmentsOf(path).find(({ type }) => type === SEGMENT.checkpoint);
  if (found === undefined) throw new Error("there is no checkpoint");
  return found;
}

/** Flips a bit of the first record of the log. */
function damageBeginning(path: string): void {
  const bytes = readFileSync(path);
  const first = segmentsOf(path).find(({ type }) => type === SEGMENT.record)?.offset ?? 0;
  bytes[first + 40] = (bytes[first + 40] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe("a vault with a checkpoint of ours", () => {
  test.each([
    [20, 0],
    [20, 4],
    [40_000, 30],
  ])("of %i rows and %i behind it is read from there, and has all rows and indexes", (count, tail) => {
    const { path, expected } = checkpointed(count, tail);
    expect(readFrom(path)).toBe(checkpointOf(path).offset);
    for (const recovery of ["auto", "strict"] as const) {
      using db = Database.open(fileStore(path, { recovery }));
      const things = db.collection("things");
      expect(things.all()).toEqual(expected);
      expect(things.where("text", "=", "replaced").all()).toEqual([{ id: 1, text: "replaced", size: null }]);
      expect(errorOf(() => things.insert({ id: -1, text: "thing 2", size: 0 })).code).toBe(
        "unique_violation",
      );
      expect(db.verify().problems).toEqual([]);
    }
  });

  test("goes on with its revision, from one checkpoint to the next", () => {
    const { path } = checkpointed(10, 2);
    let before = 0;
    for (let round = 0; round < 3; round++) {
      using db = Database.open(fileStore(path));
      expect(db.revision()).toBeGreaterThan(before);
      before = db.revision();
      db.checkpoint();
      expect(db.revision()).toBe(before);
      db.collection("things").insert({ id: 100 + round, text: `round ${round}` });
    }
  });

  test("opens although the log before it is damaged, says so when verified, and is written anew by the first commit", () => {
    const { path, expected } = checkpointed(50, 3);
    damageBeginning(path);
    const before = statSync(path).size;
    {
      using db = Database.open(fileStore(path));
      expect(db.collection("things").all()).toEqual(expected);
      expect(JSON.stringify(db.verify().problems)).toContain("is damaged");
      db.collection("things").insert({ id: 1000, text: "the first" });
      expect(db.verify().problems).toEqual([]);
    }
    expect(statSync(path).size).toBeLessThan(before);
    expect(segmentsOf(path).some(({ type }) => type === SEGMENT.checkpoint)).toBe(false);
    using db = Database.open(fileStore(path, { recovery: "strict" }));
    expect(db.collection("things").count()).toBe(expected.length + 1);
  });

  test("is read whole in strict mode, which finds damage anywhere", () => {
    const { path } = checkpointed(50, 3);
    damageBeginning(path);
    expect(errorOf(() => fileStore(path, { recovery: "strict" }).open()).code).toBe("log_damaged");
  });
});

describe("a checkpoint that cannot be used is passed over, and the log read whole", () => {
  /** The vault with another payload in its checkpoint. */
  function withPayload(path: string, change: (payload: Buffer) => void, checksum: boolean): string {
    const bytes = readFileSync(path);
    const { offset, payload } = checkpointOf(path);
    const changed = Buffer.from(payload);
    change(changed);
    bytes.set(changed, offset + 32);
    if (checksum) {
      bytes.writeUInt32LE(crc32c(changed), offset + 20);
      bytes.writeUInt32LE(crc32c(bytes, offset, offset + 28), offset + 28);
    }
    return fileWith(bytes);
  }

  /** Position of the count of records in a checkpoint payload. */
  function recordCountAt(payload: Buffer): number {
    let at = 14;
    for (let count = payload.readUInt32LE(10); count > 0; count--) at += 4 + payload.readUInt32LE(at);
    return at;
  }

  test.each<[string, (payload: Buffer) => void, boolean]>([
    ["a flipped bit", (payload) => payload.writeUInt8((payload[100] ?? 0) ^ 4, 100), false],
    ["another version", (payload) => payload.writeUInt16LE(1, 0), true],
    ["a catalogue longer than itself", (payload) => payload.writeUInt32LE(1_000_000, 10), true],
    ["one record too few", (payload) => addTo(payload, recordCountAt(payload), -1), true],
    ["one record too many", (payload) => addTo(payload, recordCountAt(payload), 1), true],
    ["a billion records", (payload) => payload.writeUInt32LE(1e9, recordCountAt(payload)), true],
    [
      "a record longer than itself",
      (payload) => payload.writeUInt32LE(1e9, recordCountAt(payload) + 4),
      true,
    ],
  ])("%s", (_, change, checksum) => {
    const { path, expected } = checkpointed(30, 2);
    const damaged = withPayload(path, change, checksum);
    const driver = fileStore(damaged);
    using db = Database.open(driver);
    expect(db.collection("things").all()).toEqual(expected);
    expect(driver.recoveryInfo().checkpointIgnored).toBeDefined();
    expect(readFrom(damaged)).toBe(8224);
  });

  function addTo(payload: Buffer, at: number, number: number): void {
    payload.writeUInt32LE(payload.readUInt32LE(at) + number, at);
  }
});
