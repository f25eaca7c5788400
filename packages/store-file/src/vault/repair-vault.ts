/**
 * Opening, the writing half: mends what {@link readVault} found wrong, for a writer only. Bytes that are cut off are kept in a file
 * beside the vault first. Each step leaves a file that opens to the same state.
 */
import { HEADER_BYTES, SEGMENT_HEADER_BYTES, SLOT_A_OFFSET, SLOT_B_OFFSET } from "../format/layout.ts";
import { encodeManifestSegment, MANIFEST_BYTES } from "../format/manifest.ts";
import {
  EMPTY_SUPERBLOCK,
  encodeSlot,
  GENERATION_MAX,
  type SlotChoice,
  type Superblock,
} from "../format/superblock.ts";
import { writeFiller } from "../log/spare-room.ts";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { EMPTY_VAULT_BYTES, finishCreation } from "./create-file.ts";
import type { ReadVault } from "./read-vault.ts";
import type { RecoveryInfo } from "./recovery-info.ts";

const PAGE_BYTES = 4096;

/** What a manifest said: where it is, or nothing at all. */
function manifestAt(offset: number, payloadBytes: number): Buffer {
  if (payloadBytes === MANIFEST_BYTES) return encodeManifestSegment(offset);
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES + payloadBytes);
  writeFiller(bytes, 0, bytes.length);
  return bytes;
}

/** What was found, where nothing is mended. */
export function describeVault(path: string, vault: ReadVault): RecoveryInfo {
  const { contents, image, minor, tail, fileBytes, checkpointIgnored } = vault;
  const cutBytes = tail === undefined ? 0 : fileBytes - contents.end;
  const { refused } = image.catalog;
  const clean =
    tail === undefined &&
    checkpointIgnored === undefined &&
    refused.length === 0 &&
    contents.abandoned.length === 0 &&
    contents.badManifests.length === 0 &&
    !vault.unfinished &&
    !vault.pointersStale &&
    !vault.slots.upstreamRefuses;
  return {
    path,
    formatMinor: minor,
    transactions: contents.transactions,
    clean,
    cutBytes,
    ...(tail === undefined ? {} : { cutOffset: contents.end, cutReason: tail.reason }),
    ...(checkpointIgnored === undefined ? {} : { checkpointIgnored }),
    refusedSchemas: refused,
    abandonedTransactions: contents.abandoned.length,
    repairs: [],
  };
}

/** Mends the file; afterwards the log ends with the file. */
export function repairVault(port: FilePort, file: OpenFile, vault: ReadVault): RecoveryInfo {
  const info = describeVault(file.path, vault);
  const { contents } = vault;
  const repairs: string[] = [];
  let cutFile: string | undefined;
  if (vault.unfinished) {
    finishCreation(file);
    contents.end = EMPTY_VAULT_BYTES;
    return { ...info, repairs: vault.fileBytes > 0 && vault.fileBytes !== HEADER_BYTES ? ["creation"] : [] };
  }
  if (vault.tail !== undefined) {
    cutFile = keepTail(port, file, contents.end, vault.fileBytes);
    file.truncate(contents.end);
    file.syncData();
    repairs.push("tail");
  }
  if (contents.badManifests.length > 0) {
    for (let index = 0; index < contents.badManifests.length; index++) {
      const offset = contents.badManifests.offset(index);
      file.write(manifestAt(offset, contents.badManifests.bytes(index)), offset);
    }
    file.syncData();
    repairs.push("manifest");
  }
  if (vault.slots.upstreamRefuses || vault.pointersStale) {
    const { checkpoint } = vault;
    const { checkpointOffset, checkpointBytes } = vault.slots.superblock;
    publish(file, vault.slots, checkpoint === undefined ? {} : { checkpointOffset, checkpointBytes });
    repairs.push("superblock");
  }
  return { ...info, repairs, ...(cutFile === undefined ? {} : { cutFile }) };
}

/**
 * Publishes a superblock with these pointers and no other, in the slot that does not count. Returns the choice as it is now.
 */
export function publish(file: OpenFile, slots: SlotChoice, pointers: Partial<Superblock>): SlotChoice {
  const { current } = slots;
  if (current === undefined) {
    file.write(encodeSlot({ ...EMPTY_SUPERBLOCK, generation: 1n }), SLOT_A_OFFSET);
    file.syncData();
    return publish(
      file,
      { current: "A", superblock: { ...EMPTY_SUPERBLOCK, generation: 1n }, upstreamRefuses: false },
      pointers,
    );
  }
  const { generation } = slots.superblock;
  const superblock = {
    ...EMPTY_SUPERBLOCK,
    ...pointers,
    generation: generation === GENERATION_MAX ? generation : generation + 1n,
  };
  const next = current === "A" ? "B" : "A";
  file.write(encodeSlot(superblock), next === "A" ? SLOT_A_OFFSET : SLOT_B_OFFSET);
  file.syncData();
  return { current: next, superblock, upstreamRefuses: false };
}

/** Copies what is about to be cut off, but for pages of zeros, to a file of its own; undefined when it is all zeros. */
function keepTail(port: FilePort, file: OpenFile, from: number, to: number): string | undefined {
  const piece = Buffer.alloc(Math.min(to - from, 1_048_576));
  let target: OpenFile | undefined;
  let name: string | undefined;
  try {
    for (let at = from; at < to; at += piece.length) {
      const count = file.read(piece, 0, Math.min(piece.length, to - at), at);
      const bytes = piece.subarray(0, lengthWithoutZeros(piece, count));
      if (bytes.length === 0) continue;
      if (target === undefined) {
        name = freeName(port, `${file.path}.cut-${from}`);
        target = port.open(name, "create");
      }
      target.write(bytes, at - from);
    }
    target?.syncData();
  } finally {
    target?.close();
  }
  if (name !== undefined) port.syncFolderOf(name);
  return name;
}

/** Length up to the last byte that is not zero, rounded up to pages. */
function lengthWithoutZeros(bytes: Buffer, length: number): number {
  let end = length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return Math.min(length, Math.ceil(end / PAGE_BYTES) * PAGE_BYTES);
}

function freeName(port: FilePort, base: string): string {
  let name = base;
  for (let count = 2; port.stat(name) !== undefined; count++) name = `${base}-${count}`;
  return name;
}
