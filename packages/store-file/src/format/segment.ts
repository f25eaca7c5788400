/**
 * Segment headers, 32 bytes:
 *
 *     0 magic TSG0 | 4 u16 version 0 | 6 u16 type | 8 u32 header bytes 32 | 12 u64 payload bytes | 20 u32 payload CRC32C
 *     24 u8 checksum kind 0 | 25 zeros | 28 u32 CRC32C of bytes 0 to 28
 */
import { crc32c } from "./crc32c.ts";
import { PAYLOAD_BYTES_MAX, SEGMENT, SEGMENT_HEADER_BYTES } from "./layout.ts";

/** "TSG0" as the number a little-endian read of its bytes gives. */
const MAGIC = 0x30475354;
export const SEGMENT_MAGIC: Buffer = Buffer.from("TSG0", "latin1");

/** Why a header is none. */
export type HeaderProblem = "magic" | "version" | "type" | "length" | "checksum";

/** The last header that {@link readSegmentHeader} accepted; valid until its next call, so that millions cost no objects. */
export interface SegmentHeader {
  type: number;
  payloadBytes: number;
  payloadCrc: number;
}

export const header: SegmentHeader = { type: 0, payloadBytes: 0, payloadCrc: 0 };

/**
 * Checksums of the twelve bytes that headers of a type begin with: magic, version, type, header length. Every header is checked, and a log
 * of small rows has one for a hundred bytes.
 */
const BEGINNING_BYTES = 12;
const beginnings: readonly number[] = Array.from({ length: SEGMENT.temp + 1 }, (_, type) => {
  const bytes = Buffer.alloc(BEGINNING_BYTES);
  writeBeginning(bytes, 0, type);
  return crc32c(bytes);
});

/** Reads the header at a position with 32 bytes behind it, into {@link header}. Undefined when it is sound. */
export function readSegmentHeader(bytes: Buffer, at: number): HeaderProblem | undefined {
  if (i32(bytes, at) !== MAGIC) return "magic";
  const versionAndType = i32(bytes, at + 4);
  if ((versionAndType & 0xffff) !== 0 || bytes[at + 24] !== 0) return "version";
  const type = versionAndType >>> 16;
  if (type < SEGMENT.schema || type > SEGMENT.temp) return "type";
  const payloadBytes = i32(bytes, at + 12);
  const tooLong = i32(bytes, at + 16) !== 0 || payloadBytes < 0 || payloadBytes > PAYLOAD_BYTES_MAX;
  if (tooLong || i32(bytes, at + 8) !== SEGMENT_HEADER_BYTES) return "length";
  const checksum = crc32c(bytes, at + BEGINNING_BYTES, at + 28, beginnings[type]);
  if ((checksum | 0) !== i32(bytes, at + 28)) return "checksum";
  header.type = type;
  header.payloadBytes = payloadBytes;
  header.payloadCrc = i32(bytes, at + 20) >>> 0;
  return undefined;
}

/** Writes the header of a segment whose payload stands already behind it, unless its checksum is given. */
export function writeSegmentHeader(
  bytes: Buffer,
  at: number,
  type: number,
  payloadBytes: number,
  payloadCrc: number = payloadChecksum(bytes, at, payloadBytes),
): void {
  writeBeginning(bytes, at, type);
  writeI32(bytes, at + 12, payloadBytes);
  writeI32(bytes, at + 16, 0);
  writeI32(bytes, at + 20, payloadCrc);
  writeI32(bytes, at + 24, 0);
  writeI32(bytes, at + 28, crc32c(bytes, at + BEGINNING_BYTES, at + 28, beginnings[type]));
}

function writeBeginning(bytes: Buffer, at: number, type: number): void {
  writeI32(bytes, at, MAGIC);
  writeI32(bytes, at + 4, type << 16);
  writeI32(bytes, at + 8, SEGMENT_HEADER_BYTES);
}

// Little-endian words. Node's own readers and writers of buffers check and count more than is needed here.

function i32(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function writeI32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function payloadChecksum(bytes: Buffer, at: number, payloadBytes: number): number {
  const payload = at + SEGMENT_HEADER_BYTES;
  return crc32c(bytes, payload, payload + payloadBytes);
}
