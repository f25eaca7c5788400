/**
 * New vault files. One is written whole under another name, synced and then linked to its own, so that a crash leaves either no file or
 * a sound one. A file that exists and holds nothing but the beginning of a creation is filled in place, its header last.
 */
import { encodeFileHeader } from "../format/file-header.ts";
import { HEADER_BYTES, LOG_START, SLOT_A_OFFSET, SLOT_B_OFFSET } from "../format/layout.ts";
import { encodeManifestSegment, MANIFEST_BYTES, MANIFEST_SEGMENT_BYTES } from "../format/manifest.ts";
import { EMPTY_SUPERBLOCK, encodeSlot } from "../format/superblock.ts";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { errnoOf } from "../port/io-error.ts";

/** Length of a vault without a commit. */
export const EMPTY_VAULT_BYTES: number = LOG_START + MANIFEST_SEGMENT_BYTES;

let attempts = 0;

/** A name beside a vault that no other call of this process uses. */
export function nameBeside(path: string, purpose: string): string {
  attempts++;
  return `${path}.${purpose}.${process.pid}.${attempts}.tmp`;
}

/** An empty vault, byte for byte what upstream makes. */
export function encodeEmptyVault(): Buffer {
  const bytes = Buffer.alloc(EMPTY_VAULT_BYTES);
  bytes.set(encodeFileHeader(), 0);
  bytes.set(encodeSlot({ ...EMPTY_SUPERBLOCK, generation: 1n }), SLOT_A_OFFSET);
  const published = { ...EMPTY_SUPERBLOCK, manifestOffset: LOG_START, manifestBytes: MANIFEST_BYTES };
  bytes.set(encodeSlot({ ...published, generation: 2n }), SLOT_B_OFFSET);
  bytes.set(encodeManifestSegment(LOG_START), LOG_START);
  return bytes;
}

/** Makes an empty vault where there is no file; one that somebody else makes meanwhile stays. */
export function createVaultFile(port: FilePort, path: string): void {
  const temporary = nameBeside(path, "create");
  const file = port.open(temporary, "create");
  try {
    try {
      file.write(encodeEmptyVault(), 0);
      file.syncData();
    } finally {
      file.close();
    }
    putInPlace(port, temporary, path);
    port.syncFolderOf(path);
  } finally {
    if (port.stat(temporary) !== undefined) port.remove(temporary);
  }
}

function putInPlace(port: FilePort, temporary: string, path: string): void {
  try {
    port.link(temporary, path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return;
    // Some file systems know no second names.
    if (errno !== "EPERM" && errno !== "ENOTSUP" && errno !== "EOPNOTSUPP" && errno !== "ENOSYS") throw error;
    if (port.stat(path) === undefined) port.rename(temporary, path);
  }
}

/** Completes a file that holds no more than the beginning of a creation. */
export function finishCreation(file: OpenFile): void {
  const bytes = encodeEmptyVault();
  file.write(bytes.subarray(HEADER_BYTES), HEADER_BYTES);
  file.syncData();
  file.write(bytes.subarray(0, HEADER_BYTES), 0);
  file.syncData();
}
