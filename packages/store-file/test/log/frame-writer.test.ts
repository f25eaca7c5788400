/** Frames of many index changes: divided, in order, every segment far below the limit of the format. */
import { expect, test } from "vitest";
import { ByteSink } from "../../src/format/byte-sink.ts";
import { DeltaList, INDEX_SEGMENT_BYTES, INDEX_SEGMENT_ENTRIES } from "../../src/format/delta-list.ts";
import { type IndexDelta, readIndexPayload } from "../../src/format/index-payload.ts";
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../../src/format/layout.ts";
import { PayloadReader } from "../../src/format/payload-reader.ts";
import { header, readSegmentHeader } from "../../src/format/segment.ts";
import { FrameWriter } from "../../src/log/frame-writer.ts";

function delta(number: number, insert: boolean, keyBytes: number): IndexDelta {
  const primaryKey = Buffer.alloc(4);
  primaryKey.writeUInt32LE(number);
  return {
    collection: 3,
    unique: false,
    insert,
    name: "by-ä",
    key: Buffer.alloc(keyBytes, number),
    primaryKey,
  };
}

function listOf(deltas: readonly IndexDelta[]): DeltaList {
  const list = new DeltaList();
  for (const each of deltas) list.add(each);
  return list;
}

/** Payload bytes and changes of every Index segment of a frame of these lists. */
function framed(...lists: DeltaList[]): { bytes: number; changes: (readonly [number, boolean])[] }[] {
  const sink = new ByteSink();
  const frame = new FrameWriter(sink, 1, false);
  frame.deltas(lists);
  frame.commit();
  const segments: { bytes: number; changes: (readonly [number, boolean])[] }[] = [];
  const bytes = sink.view();
  for (let at = 0; at < bytes.length; at += SEGMENT_HEADER_BYTES + header.payloadBytes) {
    expect(readSegmentHeader(bytes, at)).toBeUndefined();
    if (header.type !== SEGMENT.index) continue;
    const payload = at + SEGMENT_HEADER_BYTES;
    const changes: (readonly [number, boolean])[] = [];
    readIndexPayload(new PayloadReader(bytes, payload, payload + header.payloadBytes), (each) => {
      expect([each.collection, each.unique, each.name]).toEqual([3, false, "by-ä"]);
      changes.push([Buffer.from(each.primaryKey).readUInt32LE(), each.insert]);
    });
    segments.push({ bytes: header.payloadBytes, changes });
  }
  return segments;
}

test("deletions and insertions of a small transaction share a segment, deletions first", () => {
  const segments = framed(listOf([delta(1, false, 8), delta(2, false, 0)]), listOf([delta(1, true, 8)]));
  expect(segments.map(({ changes }) => changes)).toEqual([
    [
      [1, false],
      [2, false],
      [1, true],
    ],
  ]);
  expect(framed(new DeltaList(), new DeltaList())).toEqual([]);
});

test.each([
  ["many", 3 * INDEX_SEGMENT_ENTRIES + 5, 0],
  ["long", 40, 700_000],
  ["one longer than a segment should be, among others", 3, INDEX_SEGMENT_BYTES + 1],
])("%s changes are divided in their order", (_, count, keyBytes) => {
  const numbers = Array.from({ length: count }, (_each, index) => index);
  const half = count >> 1;
  const segments = framed(
    listOf(numbers.slice(0, half).map((number) => delta(number, false, keyBytes))),
    listOf(numbers.slice(half).map((number) => delta(number, true, number === count - 1 ? 1 : keyBytes))),
  );
  expect(segments.length).toBeGreaterThan(1);
  for (const { bytes, changes } of segments) {
    expect(changes.length).toBeLessThanOrEqual(INDEX_SEGMENT_ENTRIES);
    expect(bytes <= INDEX_SEGMENT_BYTES + 100 || changes.length === 1).toBe(true);
  }
  expect(segments.flatMap(({ changes }) => changes)).toEqual(
    numbers.map((number) => [number, number >= half]),
  );
});

test("a list that was cleared starts anew", () => {
  const list = listOf([delta(1, true, 5_000_000), delta(2, true, 5_000_000)]);
  list.clear();
  expect([list.count, list.pieces()]).toEqual([0, []]);
  list.add(delta(9, true, 3));
  expect(framed(list).map(({ changes }) => changes)).toEqual([[[9, true]]]);
});
