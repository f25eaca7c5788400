/** Puts a file together the way upstream does: a manifest and a superblock after every commit, markers without a signature. */
import { crc32c } from "../../src/format/crc32c.ts";
import { encodeFileHeader } from "../../src/format/file-header.ts";
import { LOG_START, SLOT_A_OFFSET, SLOT_B_OFFSET } from "../../src/format/layout.ts";
import { encodeManifestSegment } from "../../src/format/manifest.ts";
import { writeSegmentHeader } from "../../src/format/segment.ts";
import { EMPTY_SUPERBLOCK, encodeSlot, type Superblock } from "../../src/format/superblock.ts";

export class UpstreamLikeFile {
  bytes: Buffer = Buffer.alloc(LOG_START);
  #superblock: Superblock = { ...EMPTY_SUPERBLOCK, generation: 1n };

  constructor(minor = 6) {
    this.bytes.set(encodeFileHeader(minor), 0);
    this.bytes.set(encodeSlot(this.#superblock), SLOT_A_OFFSET);
    this.#publish({});
  }

  /** Appends one segment; returns its offset. */
  segment(type: number, payload: Uint8Array): number {
    const segment = Buffer.alloc(32 + payload.length);
    segment.set(payload, 32);
    writeSegmentHeader(segment, 0, type, payload.length);
    return this.#append(segment);
  }

  marker(type: number, id: bigint): void {
    const payload = Buffer.alloc(24);
    payload.writeBigUInt64LE(id, 2);
    payload.writeUInt32LE(crc32c(payload, 0, 18), 18);
    this.segment(type, payload);
  }

  /** One transaction, published. */
  commit(id: bigint, segments: readonly (readonly [type: number, payload: Uint8Array])[]): void {
    this.marker(6, id);
    for (const [type, payload] of segments) this.segment(type, payload);
    this.marker(7, id);
    this.#publish({});
  }

  /** One operation of an engine that knew no transactions, published. */
  unframed(segments: readonly (readonly [type: number, payload: Uint8Array])[]): void {
    for (const [type, payload] of segments) this.segment(type, payload);
    this.#publish({});
  }

  checkpoint(payload: Uint8Array): void {
    const checkpointOffset = this.segment(4, payload);
    this.#publish({ checkpointOffset, checkpointBytes: payload.length });
  }

  #publish(pointers: Partial<Superblock>): void {
    const manifestOffset = this.#append(encodeManifestSegment(this.bytes.length));
    const generation = this.#superblock.generation + 1n;
    this.#superblock = { ...this.#superblock, ...pointers, generation, manifestOffset, manifestBytes: 18 };
    this.bytes.set(encodeSlot(this.#superblock), generation % 2n === 1n ? SLOT_A_OFFSET : SLOT_B_OFFSET);
  }

  #append(bytes: Buffer): number {
    const offset = this.bytes.length;
    this.bytes = Buffer.concat([this.bytes, bytes]);
    return offset;
  }
}
