/**
 * Manifest payloads: 18 bytes that describe nothing but the manifest segment itself. Upstream appends one with every commit and points
 * a superblock at it; we write one where we publish.
 *
 *     0 u16 version 0 | 2 u64 offset of this segment | 10 u64 its length, 50
 */
import { SEGMENT, SEGMENT_HEADER_BYTES } from "./layout.ts";
import { writeSegmentHeader } from "./segment.ts";

export const MANIFEST_BYTES = 18;
export const MANIFEST_SEGMENT_BYTES: number = SEGMENT_HEADER_BYTES + MANIFEST_BYTES;

/** The whole segment for an offset of the file. */
export function encodeManifestSegment(offset: number): Buffer {
  const bytes = Buffer.alloc(MANIFEST_SEGMENT_BYTES);
  bytes.writeBigUInt64LE(BigInt(offset), SEGMENT_HEADER_BYTES + 2);
  bytes.writeUInt32LE(MANIFEST_SEGMENT_BYTES, SEGMENT_HEADER_BYTES + 10);
  writeSegmentHeader(bytes, 0, SEGMENT.manifest, MANIFEST_BYTES);
  return bytes;
}
