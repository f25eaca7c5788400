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

/** Reads the header at a position with 32 bytes behind it, into {@link header}. Undefined when it is sound. */
export function readSegmentHeader(bytes: Buffer, at: number): HeaderProblem | undefined {
  if (bytes.readUInt32LE(at) !== MAGIC) return "magic";
  if (bytes.readUInt16LE(at + 4) !== 0 || bytes[at + 24] !== 0) return "version";
  const type = bytes.readUInt16LE(at + 6);
  if (type < SEGMENT.schema || type > SEGMENT.temp) return "type";
  const payloadBytes = bytes.readUInt32LE(at + 12);
  const tooLong = bytes.readUInt32LE(at + 16) !== 0 || payloadBytes > PAYLOAD_BYTES_MAX;
  if (tooLong || bytes.readUInt32LE(at + 8) !== SEGMENT_HEADER_BYTES) return "length";
  if (crc32c(bytes, at, at + 28) !== bytes.readUInt32LE(at + 28)) return "checksum";
  header.type = type;
  header.payloadBytes = payloadBytes;
  header.payloadCrc = bytes.readUInt32LE(at + 20);
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
  bytes.writeUInt32LE(MAGIC, at);
  bytes.writeUInt32LE(type << 16, at + 4);
  bytes.writeUInt32LE(SEGMENT_HEADER_BYTES, at + 8);
  bytes.writeUInt32LE(payloadBytes, at + 12);
  bytes.writeUInt32LE(0, at + 16);
  bytes.writeUInt32LE(payloadCrc, at + 20);
  bytes.writeUInt32LE(0, at + 24);
  bytes.writeUInt32LE(crc32c(bytes, at, at + 28), at + 28);
}

function payloadChecksum(bytes: Buffer, at: number, payloadBytes: number): number {
  const payload = at + SEGMENT_HEADER_BYTES;
  return crc32c(bytes, payload, payload + payloadBytes);
}
