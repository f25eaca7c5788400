/**
 * Looks at a file before LMDB does: lmdb 3.5.6 ends the process when LMDB refuses to open one. What is checked is what LMDB would refuse,
 * and that the roots of the trees lie within the file, for reading a page beyond its end ends the process too.
 *
 * A file begins with two pages of this form, of which the one with the higher transaction is valid (little-endian; LMDB on 64 bits):
 *
 *   18 flags, 8 for such a page   24 mark   28 data format   48 page bytes   88 root of the free list   136 root of the tree   152 transaction
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ModelVaultError } from "@modelvault/core";
import { fileError } from "./files.ts";

const HEAD_BYTES = 160;
const META_FLAG = 8;
const MARK = 0xbeef_c0de;
const DATA_FORMAT = 2;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;

/** Where LMDB's structures are not those above, it is left to LMDB. */
const KNOWN_ARCHITECTURES: readonly string[] = ["x64", "arm64"];

/** An empty file passes: LMDB makes a vault of it. @throws store_io, file_not_vault, file_version_unsupported, file_damaged */
export function checkHead(path: string): void {
  if (!KNOWN_ARCHITECTURES.includes(process.arch)) return;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw fileError(error, path, "open");
  }
  try {
    checkPages(file, path, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function checkPages(file: number, path: string, size: number): void {
  if (size === 0) return;
  const first = headAt(file, 0);
  if (
    first === undefined ||
    (first.getUint16(18, true) & META_FLAG) === 0 ||
    first.getUint32(24, true) !== MARK
  )
    throw new ModelVaultError(
      "file_not_vault",
      `"${path}" is no vault: it does not begin as an LMDB file does.`,
      {
        path,
      },
    );
  const format = first.getUint32(28, true) & 0xffff;
  if (format !== DATA_FORMAT) {
    throw new ModelVaultError(
      "file_version_unsupported",
      `"${path}" is an LMDB file in data format ${format}; vaults are in format ${DATA_FORMAT}. Another program or another version of LMDB made it.`,
      { path, format, supported: [DATA_FORMAT] },
    );
  }
  const pageBytes = first.getUint32(48, true);
  const second = headAt(file, pageBytes);
  if (pageBytes < 256 || pageBytes > 65_536 || second === undefined) throw damaged(path, size);
  const valid = second.getBigUint64(152, true) > first.getBigUint64(152, true) ? second : first;
  for (const at of [88, 136]) {
    const root = valid.getBigUint64(at, true);
    if (root !== NO_ROOT && (root + 1n) * BigInt(pageBytes) > BigInt(size)) throw damaged(path, size);
  }
}

function headAt(file: number, position: number): DataView | undefined {
  const bytes = new Uint8Array(HEAD_BYTES);
  return readSync(file, bytes, 0, HEAD_BYTES, position) === HEAD_BYTES
    ? new DataView(bytes.buffer)
    : undefined;
}

function damaged(path: string, size: number): ModelVaultError {
  return new ModelVaultError(
    "file_damaged",
    `"${path}" is damaged: with ${size} bytes it is shorter than its head says, or its head is not sound. Restore a copy.`,
    { path, bytes: size },
  );
}
