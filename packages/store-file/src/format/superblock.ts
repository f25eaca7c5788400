/**
 * Superblocks: two slots of 4096 bytes that are written in turns and point at the latest manifest and checkpoint. The
 * valid one with the larger generation counts. Nothing depends on them but a quicker way in; without either, the log is read whole.
 *
 *     0 magic TSB0 | 4 u16 version 1 | 8 u64 generation | 16 u64 manifest offset | 24 u32 manifest payload bytes | 28 u8 checksum kind 0
 *     36 u64 checkpoint offset | 44 u32 checkpoint payload bytes | 48 u32 CRC32C of bytes 0 to 48 | 52 zeros
 *
 * Version 0 ends at 32 with its checksum behind and has no checkpoint. Offsets of 0 mean none.
 */
import { crc32c } from "./crc32c.ts";
import { SLOT_BYTES } from "./layout.ts";

/** What a slot says. Generations are 64 bits. */
export interface Superblock {
  readonly generation: bigint;
  readonly manifestOffset: number;
  readonly manifestBytes: number;
  readonly checkpointOffset: number;
  readonly checkpointBytes: number;
}

/** A slot as read: its content when it is valid, else why not. */
export type Slot =
  | { readonly valid: true; readonly superblock: Superblock }
  | {
      readonly valid: false;
      readonly reason: "empty" | "magic" | "version" | "checksum";
      /** The generation as it stands, where magic and version are right: upstream refuses a file in which it is the larger one. */
      readonly rawGeneration?: bigint;
    };

export const EMPTY_SUPERBLOCK: Superblock = {
  generation: 0n,
  manifestOffset: 0,
  manifestBytes: 0,
  checkpointOffset: 0,
  checkpointBytes: 0,
};

/** The largest generation; it is not passed. */
export const GENERATION_MAX: bigint = 2n ** 64n - 1n;

export function encodeSlot(superblock: Superblock): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.write("TSB0", 0, "latin1");
  bytes.writeUInt16LE(1, 4);
  bytes.writeBigUInt64LE(superblock.generation, 8);
  bytes.writeBigUInt64LE(BigInt(superblock.manifestOffset), 16);
  bytes.writeUInt32LE(superblock.manifestBytes, 24);
  bytes.writeBigUInt64LE(BigInt(superblock.checkpointOffset), 36);
  bytes.writeUInt32LE(superblock.checkpointBytes, 44);
  bytes.writeUInt32LE(crc32c(bytes, 0, 48), 48);
  return bytes;
}

/** Reads one slot of 4096 bytes, or what there is of it. */
export function decodeSlot(bytes: Buffer): Slot {
  if (bytes.length < SLOT_BYTES) return { valid: false, reason: "empty" };
  if (bytes.toString("latin1", 0, 4) !== "TSB0") {
    return { valid: false, reason: bytes.subarray(0, 4).equals(Buffer.alloc(4)) ? "empty" : "magic" };
  }
  const version = bytes.readUInt16LE(4);
  if (version > 1) return { valid: false, reason: "version" };
  const generation = bytes.readBigUInt64LE(8);
  if (bytes[28] !== 0) return { valid: false, reason: "version", rawGeneration: generation };
  const covered = version === 0 ? 32 : 48;
  if (crc32c(bytes, 0, covered) !== bytes.readUInt32LE(covered)) {
    return { valid: false, reason: "checksum", rawGeneration: generation };
  }
  return {
    valid: true,
    superblock: {
      generation,
      manifestOffset: offsetAt(bytes, 16),
      manifestBytes: bytes.readUInt32LE(24),
      checkpointOffset: version === 0 ? 0 : offsetAt(bytes, 36),
      checkpointBytes: version === 0 ? 0 : bytes.readUInt32LE(44),
    },
  };
}

/** Which slot counts, and whether upstream would open a file with these two. */
export interface SlotChoice {
  readonly current: "A" | "B" | undefined;
  readonly superblock: Superblock;
  /** Upstream refuses the file although a slot is good, for the bad one carries a larger generation, or none is good. */
  readonly upstreamRefuses: boolean;
}

/** Chooses between the slots; on a tie A counts. */
export function chooseSlot(a: Slot, b: Slot): SlotChoice {
  if (a.valid && (!b.valid || a.superblock.generation >= b.superblock.generation)) {
    return { current: "A", superblock: a.superblock, upstreamRefuses: outranks(b, a.superblock) };
  }
  if (b.valid) return { current: "B", superblock: b.superblock, upstreamRefuses: outranks(a, b.superblock) };
  return { current: undefined, superblock: EMPTY_SUPERBLOCK, upstreamRefuses: true };
}

function outranks(bad: Slot, good: Superblock): boolean {
  return !bad.valid && bad.rawGeneration !== undefined && bad.rawGeneration > good.generation;
}

/** An offset as a number; what no file can have becomes infinity, which lies past every end. */
function offsetAt(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}
