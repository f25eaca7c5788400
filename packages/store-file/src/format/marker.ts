/**
 * Transaction markers: the 24 bytes of TxnBegin, TxnCommit and TxnAbort.
 *
 *     0 u16 version 0 | 2 u64 transaction id | 10 reserved, 8 | 18 u32 CRC32C of bytes 0 to 18 | 22 zeros
 *
 * Upstream writes ids that start anew at every open and leaves the reserved bytes zero; it checks neither. We write the revision as
 * id and sign the reserved bytes, so that we know our own transactions:
 *
 *     10 ASCII MVTS | 14 u8 1 | 15 u8 flags: 1 = not synced on its own | 16 zeros
 */
import { crc32c } from "./crc32c.ts";

export const MARKER_BYTES = 24;

/** Its own checksum and two zero bytes at the end make the checksum of a whole marker this constant, whatever it says. */
export const MARKER_CRC: number = 0x572a7c8a;

const SIGNATURE = 0x5354564d;
const SIGNATURE_VERSION = 1;
const FLAG_UNSYNCED = 1;

export interface Marker {
  readonly id: bigint;
  /** Signed by us. */
  readonly own: boolean;
  /** Ours, and acknowledged before it was synced: a power loss may have taken parts of it and of its neighbours. */
  readonly unsynced: boolean;
}

export function writeMarker(bytes: Buffer, at: number, id: bigint, unsynced: boolean): void {
  bytes.fill(0, at, at + MARKER_BYTES);
  bytes.writeBigUInt64LE(id, at + 2);
  bytes.writeUInt32LE(SIGNATURE, at + 10);
  bytes[at + 14] = SIGNATURE_VERSION;
  bytes[at + 15] = unsynced ? FLAG_UNSYNCED : 0;
  bytes.writeUInt32LE(crc32c(bytes, at, at + 18), at + 18);
}

/** The marker in a payload; undefined when it is none. */
export function readMarker(bytes: Buffer, at: number, length: number): Marker | undefined {
  if (length !== MARKER_BYTES || bytes.readUInt16LE(at) !== 0) return undefined;
  if (crc32c(bytes, at, at + 18) !== bytes.readUInt32LE(at + 18)) return undefined;
  const own = bytes.readUInt32LE(at + 10) === SIGNATURE && bytes[at + 14] === SIGNATURE_VERSION;
  return {
    id: bytes.readBigUInt64LE(at + 2),
    own,
    unsynced: own && ((bytes[at + 15] as number) & FLAG_UNSYNCED) !== 0,
  };
}
