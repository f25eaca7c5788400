/** Spare room: what a vault file looks like while and after commits are written into it, and what is done with room of others. */
import { readFileSync } from "node:fs";
import { Database } from "@modelvault/core";
import { type FileStoreOptions, fileStore } from "@modelvault/store-file";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteSink } from "../../src/format/byte-sink.ts";
import { crc32c } from "../../src/format/crc32c.ts";
import { LOG_START, SEGMENT, SEGMENT_HEADER_BYTES } from "../../src/format/layout.ts";
import { header, readSegmentHeader, writeSegmentHeader } from "../../src/format/segment.ts";
import { FrameWriter } from "../../src/log/frame-writer.ts";
import { fillerBytes, LEAD_BYTES, writeFiller, writeRoomHeader } from "../../src/log/spare-room.ts";
import type { OpenFile } from "../../src/port/file-port.ts";
import { readWhileWritten } from "../../src/vault/follow.ts";
import { errorOf } from "../support/errors.ts";
import { FakeDisk } from "../support/fake-disk.ts";
import { openOn } from "../support/open-on.ts";
import { fileWith, newPlace } from "../support/places.ts";
import { segmentsOf } from "../support/segments.ts";

const PATH = "/vaults/room.modelvault";
const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: "string" },
] as const;

function register(db: Database): Database {
  db.register({ name: "t", primaryKey: "id", fields });
  return db;
}

function put(db: Database, id: number, text = `row ${id}`): void {
  db.collection("t").put({ id, s: text });
}

const lastOf = (bytes: Uint8Array) => segmentsOf(fileWith(bytes)).at(-1);
const bytesOf = (disk: FakeDisk): Buffer => disk.bytesOf(PATH) ?? Buffer.alloc(0);

describe("a commit that is waited for", () => {
  test("leaves the size of the file as it is", () => {
    const disk = new FakeDisk();
    using db = register(openOn(disk, PATH));
    put(db, 1);
    const size = bytesOf(disk).length;
    for (let id = 2; id <= 50; id++) put(db, id);
    expect(bytesOf(disk).length).toBe(size);
    expect(lastOf(bytesOf(disk))?.type).toBe(SEGMENT.temp);
    expect(size % 4096).toBe(0);
  });

  test("is one write and one sync", () => {
    const disk = new FakeDisk();
    using db = register(openOn(disk, PATH));
    put(db, 1);
    const { calls } = disk;
    put(db, 2);
    expect(disk.calls - calls).toBe(2);
  });

  test("makes new room, of half of the log and no more than a megabyte, when there is too little", () => {
    const disk = new FakeDisk();
    using db = register(openOn(disk, PATH));
    const rooms: number[] = [];
    for (let id = 1; id <= 60; id++) {
      const { length } = bytesOf(disk);
      put(db, id, "x".repeat(60_000));
      if (bytesOf(disk).length > length) rooms.push(lastOf(bytesOf(disk))?.payload.length ?? 0);
    }
    expect(rooms.length).toBeLessThan(20);
    expect(Math.max(...rooms)).toBeLessThanOrEqual(1_048_576 + 4096);
    expect(Math.max(...rooms)).toBeGreaterThan(1_000_000);
  });

  test("goes without room when there is space for the transaction alone", () => {
    const disk = new FakeDisk();
    using db = register(openOn(disk, PATH));
    // The first call of a commit is its write; this one asks for more room than there is.
    put(db, 1, "x".repeat(60_000));
    disk.fault = { call: disk.calls + 1, errno: "ENOSPC" };
    put(db, 2, "x".repeat(60_000));
    disk.fault = undefined;
    expect(lastOf(bytesOf(disk))?.type).toBe(SEGMENT.commit);
    put(db, 3);
    expect(openOn(disk.afterExit(), PATH).collection("t").count()).toBe(3);
  });

  test.each(["none", "batched"] as const)(
    "has no room with durability %s, where nothing is waited for",
    (durability) => {
      const disk = new FakeDisk();
      using db = register(openOn(disk, PATH, { durability }));
      put(db, 1);
      expect(lastOf(bytesOf(disk))?.type).toBe(SEGMENT.commit);
    },
  );
});

describe("closing", () => {
  test("gives the room back", () => {
    const disk = new FakeDisk();
    const db = register(openOn(disk, PATH));
    put(db, 1);
    db.close();
    expect(lastOf(bytesOf(disk))?.type).toBe(SEGMENT.commit);
  });

  test("leaves it where the medium refuses to shorten the file, and the file is sound", () => {
    const disk = new FakeDisk();
    const db = register(openOn(disk, PATH));
    put(db, 1);
    disk.fault = { call: disk.calls + 1, errno: "EIO", forever: true };
    db.close();
    using again = openOn(disk.afterExit(), PATH, { recovery: "strict" });
    expect(again.collection("t").count()).toBe(1);
  });
});

/** A vault whose writer is gone, with room that the file ends with. */
function leftBehind(): Buffer {
  const disk = new FakeDisk();
  const db = register(openOn(disk, PATH));
  put(db, 1);
  return Buffer.from(bytesOf(disk));
}

describe("room that a killed writer has left", () => {
  const modes: readonly FileStoreOptions[] = [
    {},
    { recovery: "strict" },
    { mode: "read" },
    { mode: "follow" },
  ];

  test.each(modes)("is no damage, and stays as it is when nothing is written: %o", (options) => {
    const path = fileWith(leftBehind());
    const before = readFileSync(path);
    const driver = fileStore(path, options);
    using db = Database.open(driver);
    expect(db.verify().problems).toEqual([]);
    expect(db.collection("t").count()).toBe(1);
    db.close();
    expect(driver.recoveryInfo()).toMatchObject({ clean: true, cutBytes: 0, repairs: [] });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  // A torn commit whose first page was lost stands in the room, behind its old header. Were the next transaction, of the same shape, torn
  // over it, the two halves could pass for one.
  test("is cut off before the first write, with what may be in it", () => {
    const bytes = leftBehind();
    bytes.fill(0x77, bytes.length - 60_000);
    const path = fileWith(bytes);
    const db = Database.open(fileStore(path));
    expect(db.collection("t").count()).toBe(1);
    put(db, 2);
    const { payload } = lastOf(readFileSync(path)) ?? { payload: Buffer.from("none") };
    expect(payload.every((byte) => byte === 0)).toBe(true);
    db.close();
    expect(Database.open(fileStore(path)).collection("t").count()).toBe(2);
  });

  test("may be followed by what another engine appends", () => {
    const bytes = leftBehind();
    const frame = new ByteSink();
    new FrameWriter(frame, 99, false).commit();
    const path = fileWith(Buffer.concat([bytes, frame.view()]));
    using db = Database.open(fileStore(path));
    put(db, 2);
    expect(db.collection("t").count()).toBe(2);
    expect(db.verify().problems).toEqual([]);
  });
});

test("what a failed write left is gone for good before the next one", () => {
  const disk = new FakeDisk();
  using db = register(openOn(disk, PATH));
  put(db, 1);
  disk.failNext = "write";
  expect(errorOf(() => put(db, 2)).code).toBe("store_io");
  expect(disk.unsyncedIn(PATH)).toBe(0);
  put(db, 3);
  expect(db.verify().problems).toEqual([]);
});

describe("followers", () => {
  test("see commits that are written into the room", () => {
    const path = newPlace();
    using db = register(Database.open(fileStore(path)));
    put(db, 1);
    const driver = fileStore(path, { mode: "follow" });
    using follower = Database.open(driver);
    for (let id = 2; id <= 40; id++) {
      put(db, id, "x".repeat(id * 100));
      driver.refresh();
      expect(follower.collection("t").count()).toBe(id);
    }
  });

  // The reader gets the first page as it was during a commit, and the second as it was after the next one.
  test("read again what looks like damage while a commit is being written", () => {
    const disk = new FakeDisk();
    using db = register(openOn(disk, PATH));
    put(db, 1, "x".repeat(3500));
    const before = Buffer.from(bytesOf(disk));
    for (let id = 2; id <= 4; id++) put(db, id, "y".repeat(3000));
    const after = bytesOf(disk);
    const torn = Buffer.from(after);
    const at = segmentsOf(fileWith(before)).at(-1)?.offset ?? 0;
    torn.fill(0, at + 40, at + 80);
    const file = disk.open(PATH, "read");
    let readings = 0;
    const racing: OpenFile = {
      path: PATH,
      identity: () => file.identity(),
      read: (into, start, length, position) => {
        readings++;
        return (readings === 1 ? torn : after).copy(into, start, position, position + length);
      },
      write: () => undefined,
      truncate: () => undefined,
      syncData: () => undefined,
      lock: () => true,
      close: () => undefined,
    };
    expect(readWhileWritten(racing, false).contents.end).toBe(segmentsOf(fileWith(after)).at(-1)?.offset);
    expect(readings).toBe(2);
  });
});

/** Where upstream's tolerant scan stops: at a checksum of a payload or the end, or at a header, for which it refuses the file. */
function upstreamStops(bytes: Buffer): "header" | "payload" | "end" {
  for (let at = LOG_START; at + SEGMENT_HEADER_BYTES <= bytes.length; ) {
    if (readSegmentHeader(bytes, at) !== undefined) return "header";
    const { type, payloadBytes, payloadCrc } = header;
    const payload = at + SEGMENT_HEADER_BYTES;
    at = payload + payloadBytes;
    if (at > bytes.length) return "payload";
    const checked = type !== SEGMENT.temp && type !== SEGMENT.checkpoint;
    if (checked && crc32c(bytes, payload, at) !== payloadCrc) return "payload";
  }
  return "end";
}

test("a commit of a few pages is torn between pages only where upstream looks at a checksum", () => {
  const payload = fc
    .uint8Array({ minLength: 0, maxLength: 900 })
    .chain((bytes) => fc.nat({ max: 60 }).map((zeros) => Buffer.concat([bytes, Buffer.alloc(zeros)])));
  fc.assert(
    fc.property(
      fc.array(payload, { maxLength: 8 }),
      fc.nat({ max: 4096 }),
      fc.nat({ max: 255 }),
      (payloads, shift, lost) => {
        const sink = new ByteSink();
        sink.take(LEAD_BYTES);
        const frame = new FrameWriter(sink, 7, false);
        for (const each of payloads) frame.schema(each);
        frame.commit();
        // The room begins where an earlier commit has put it: its header within a page.
        const position =
          LOG_START + 64 + (((LOG_START + 64 + shift) % 4096) + 32 > 4096 ? shift + 40 : shift);
        const size = position + 40_000;
        const file = Buffer.alloc(size);
        writeSegmentHeader(file, LOG_START, SEGMENT.temp, position - LOG_START - SEGMENT_HEADER_BYTES, 0);
        writeRoomHeader(file, position, size - position);
        const filler = fillerBytes(sink.bytes, LEAD_BYTES, sink.length, position);
        const from = LEAD_BYTES - filler;
        if (filler > 0) writeFiller(sink.bytes, from, filler);
        const to = sink.length;
        writeRoomHeader(sink.bytes, sink.take(SEGMENT_HEADER_BYTES), size - position - (to - from));
        const written = Buffer.from(file);
        sink.bytes.copy(written, position, from, to + SEGMENT_HEADER_BYTES);
        expect(upstreamStops(written)).toBe("end");
        const first = Math.floor(position / 4096);
        for (let page = first; page * 4096 < size; page++) {
          if ((lost >> ((page - first) % 8)) & 1)
            file.copy(written, page * 4096, page * 4096, (page + 1) * 4096);
        }
        expect(upstreamStops(written)).not.toBe("header");
      },
    ),
    { numRuns: 2000 },
  );
});

test("a filler that is damaged holds nothing up, and is mended", () => {
  const path = newPlace();
  const db = register(Database.open(fileStore(path)));
  for (let id = 1; id <= 400; id++) put(db, id, "x".repeat(150 + (id % 70)));
  db.close();
  const bytes = readFileSync(path);
  const filler = segmentsOf(path).find(
    ({ type, payload }) => type === SEGMENT.manifest && payload.length !== 18 && payload.length > 8,
  );
  expect(filler).toBeDefined();
  const damaged = Buffer.from(bytes);
  damaged[(filler?.offset ?? 0) + 40] = 0;
  const other = fileWith(damaged);
  const driver = fileStore(other);
  using again = Database.open(driver);
  expect(again.collection("t").count()).toBe(400);
  expect(driver.recoveryInfo()).toMatchObject({ cutBytes: 0, repairs: ["manifest"] });
  expect(readFileSync(other).equals(bytes)).toBe(true);
});
