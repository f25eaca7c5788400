/**
 * The 32 bytes at the start of the file. They have no checksum: magic and version are compared, the rest is not looked at.
 *
 *     0 magic TDB0 | 4 u16 major 0 | 6 u16 minor | 8 u32 header size 32 | 12 u64 flags 0 | 20 zeros
 */
import { ModelVaultError } from "@modelvault/core";
import { FORMAT_MINOR, FORMAT_MINOR_MIN, HEADER_BYTES } from "./layout.ts";

/** The header of a file of the minor that is written. */
export function encodeFileHeader(minor: number = FORMAT_MINOR): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write("TDB0", 0, "latin1");
  bytes.writeUInt16LE(minor, 6);
  bytes.writeUInt32LE(HEADER_BYTES, 8);
  return bytes;
}

/** Whether a file begins as those of LMDB do: its magic stands behind a page header of 24 bytes. */
function isLmdb(bytes: Buffer): boolean {
  return bytes.length >= 28 && bytes.readUInt32LE(24) === 0xbeefc0de;
}

/**
 * The format minor of a file.
 * @throws file_not_vault, file_version_unsupported
 */
export function decodeFileHeader(bytes: Buffer, path: string): number {
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, 4) !== "TDB0") {
    throw new ModelVaultError(
      "file_not_vault",
      `"${path}" is not a .modelvault file: it does not begin with the header of one.${isLmdb(bytes) ? " It seems to be an LMDB file: open it with lmdbStore." : ""}`,
      { path, found: bytes.toString("hex", 0, Math.min(bytes.length, 4)), fileBytes: bytes.length },
    );
  }
  const major = bytes.readUInt16LE(4);
  const minor = bytes.readUInt16LE(6);
  if (major !== 0 || minor < FORMAT_MINOR_MIN || minor > FORMAT_MINOR) {
    throw versionUnsupported(path, major, minor);
  }
  return minor;
}

/** The error for a version that cannot be read. */
export function versionUnsupported(path: string, major: number, minor: number): ModelVaultError {
  return new ModelVaultError(
    "file_version_unsupported",
    `"${path}" has format version ${major}.${minor} and cannot be read; 0.${FORMAT_MINOR_MIN + 1} to 0.${FORMAT_MINOR} can, and 0.${FORMAT_MINOR_MIN} where the file holds a header only.`,
    { path, major, minor },
  );
}
