/**
 * Looks at a file before LMDB does: lmdb 3.5.6 ends the process when LMDB refuses to open one, and so does a page that points elsewhere. Checked is
 * the head, and every page that opening a vault reads: those of the driver's own rows and of the catalog, the first of the tree. A file begins with
 * two meta pages (`pages/page-format.ts`), of which the one with the higher transaction is the head.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isModelVaultError, ModelVaultError } from "@modelvault/core";
import { isCatalogOrBefore } from "../format/keys.ts";
import { judgeFormat } from "../format/own-rows.ts";
import {
  checkLongPage,
  type Head,
  PageProblem,
  type ReadAt,
  readPage,
  refuseForeign,
  type TreeHead,
} from "../pages/checked-page.ts";
import {
  DATA_VERSION,
  FLAGS_AT,
  MAGIC,
  META_FREE_LIST_AT,
  META_LAST_PAGE_AT,
  META_MAGIC_AT,
  META_PAGE,
  META_PAGE_BYTES_AT,
  META_TRANSACTION_AT,
  META_TREE_AT,
  META_VERSION_AT,
  TREE_ENTRIES_AT,
  TREE_FLAGS_AT,
  TREE_ROOT_AT,
} from "../pages/page-format.ts";
import { fileError } from "./files.ts";

const HEAD_BYTES = 160;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
const DEPTH_MAX = 32;
const ATTEMPTS = 100;

/** Where LMDB's structures are not those above, it is left to LMDB. */
export const knowsPages: boolean = process.arch === "x64" || process.arch === "arm64";

/** An empty file passes: LMDB makes a vault of it. @throws store_io, file_not_vault, file_version_unsupported, file_damaged */
export function checkHead(path: string): void {
  if (!knowsPages) return;
  withFile(path, (read, size) => {
    let seen: Head | undefined;
    for (let attempt = 1; size() > 0; attempt++) {
      let head: Head | undefined;
      try {
        head = readHead(path, read, size);
        checkFirstPages(path, read, head);
        return;
      } catch (error) {
        // Pages are put to another use when others commit, and a head may be met while it is being written. What is wrong twice in one state is wrong.
        const mayPass =
          head === undefined
            ? isModelVaultError(error, "file_damaged") && attempt < ATTEMPTS
            : !isSameState(seen, head);
        if (!mayPass) throw error instanceof PageProblem ? damaged(path, error.message) : error;
        // Whoever writes as fast as that has a vault.
        if (attempt >= ATTEMPTS) return;
        seen = head;
      }
    }
  });
}

function isSameState(one: Head | undefined, other: Head): boolean {
  return (
    one !== undefined &&
    one.transaction === other.transaction &&
    one.lastPage === other.lastPage &&
    one.tree.root === other.tree.root
  );
}

/** @throws store_io */
export function withFile<T>(path: string, work: (read: ReadAt, size: () => number) => T): T {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw fileError(error, path, "open");
  }
  try {
    const read: ReadAt = (position, length) => {
      const bytes = new Uint8Array(length);
      try {
        return bytes.subarray(0, readSync(file, bytes, 0, length, position));
      } catch (error) {
        throw fileError(error, path, "read");
      }
    };
    return work(read, () => fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** The head that is valid now. @throws file_not_vault, file_version_unsupported, file_damaged */
export function readHead(path: string, read: ReadAt, size: () => number): Head {
  const first = headAt(read, 0);
  if (
    first === undefined ||
    (first.getUint16(FLAGS_AT * 2, true) & META_PAGE) === 0 ||
    first.getUint32(META_MAGIC_AT * 4, true) !== MAGIC
  )
    throw new ModelVaultError(
      "file_not_vault",
      `"${path}" is no vault: it does not begin as an LMDB file does.`,
      { path },
    );
  const format = first.getUint32(META_VERSION_AT * 4, true) & 0xffff;
  if (format !== DATA_VERSION) {
    throw new ModelVaultError(
      "file_version_unsupported",
      `"${path}" is an LMDB file in data format ${format}; vaults are in format ${DATA_VERSION}. Another program or another version of LMDB made it.`,
      { path, format, supported: [DATA_VERSION] },
    );
  }
  const pageBytes = first.getUint32(META_PAGE_BYTES_AT * 4, true);
  const isSize = pageBytes >= 256 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
  const second = isSize ? headAt(read, pageBytes) : undefined;
  if (second === undefined) throw damaged(path, "Its head is not sound.");
  const transactionOf = (meta: DataView): bigint => meta.getBigUint64(META_TRANSACTION_AT * 4, true);
  const valid = transactionOf(second) > transactionOf(first) ? second : first;
  const lastPage = Number(valid.getBigUint64(META_LAST_PAGE_AT * 4, true));
  const head = { pageBytes, transaction: transactionOf(valid), lastPage };
  const treeAt = (at: number): TreeHead => {
    const root = valid.getBigUint64((at + TREE_ROOT_AT) * 4, true);
    const depth = valid.getUint16((at + TREE_FLAGS_AT) * 4 + 2, true);
    if (root === NO_ROOT) return { root: undefined, depth: 0, entries: 0 };
    if (root < 2n || root > BigInt(lastPage) || depth < 1 || depth > DEPTH_MAX)
      throw damaged(path, "Its head is not sound.");
    // Asked for after the head was read, for another process may be making the file longer.
    const bytes = size();
    if ((root + 1n) * BigInt(pageBytes) > BigInt(bytes))
      throw damaged(path, `With ${bytes} bytes it is shorter than its head says.`);
    return {
      root: Number(root),
      depth,
      entries: Number(valid.getBigUint64((at + TREE_ENTRIES_AT) * 4, true)),
    };
  };
  return { ...head, freeList: treeAt(META_FREE_LIST_AT), tree: treeAt(META_TREE_AT) };
}

function headAt(read: ReadAt, position: number): DataView | undefined {
  const bytes = read(position, HEAD_BYTES);
  return bytes.length === HEAD_BYTES ? new DataView(bytes.buffer) : undefined;
}

/** @throws PageProblem, file_not_vault, file_version_unsupported */
function checkFirstPages(path: string, read: ReadAt, head: Head): void {
  const { root, depth } = head.tree;
  if (root === undefined) return;
  let isFirst = true;
  const visit = (number: number, level: number): void => {
    const { isLeaf, nodes } = readPage(read, head, number);
    if (isLeaf !== (level === depth))
      throw new PageProblem(`Page ${number} is at the wrong depth of the tree.`);
    if (isFirst && isLeaf) {
      isFirst = false;
      const [node] = nodes;
      judgeFormat(
        path,
        node !== undefined && node.key.length === 1 && node.key[0] === 0 ? node.value : undefined,
      );
    }
    refuseForeign(nodes, number);
    for (const [at, { key, page, longPages }] of nodes.entries()) {
      // A branch leaves out the key of its first page.
      if (at > 0 && !isCatalogOrBefore(key)) break;
      if (!isLeaf) visit(page, level + 1);
      else if (longPages > 0) checkLongPage(read, head, page, longPages);
    }
  };
  visit(root, 1);
}

export function damaged(path: string, what: string): ModelVaultError {
  return new ModelVaultError("file_damaged", `"${path}" is damaged. ${what} Restore a copy.`, { path });
}
