/**
 * Puts a copy in the place of a vault. Where there is none, a new file is made. Where there is one, it is filled anew in one transaction: processes
 * that have it open see the former state until the commit and the restored one after it, and a crash leaves one of the two.
 */
import { checkOptions, type MaintenanceProgress, type OptionChecks } from "@modelvault/core";
import { TREE } from "../format/keys.ts";
import { readRevision, writeRevision } from "../format/own-rows.ts";
import { type Environment, WRITER } from "../native/environment.ts";
import { FileRoom, LONG_PAGES_BETWEEN_LOOKS, longPagesOf } from "../native/file-room.ts";
import { statOf } from "../open/files.ts";
import { openFile } from "../open/open-file.ts";
import { checkLmdbOptions, checkPath } from "../options.ts";
import { copyFile } from "./copy-file.ts";
import { wholeTree } from "./whole-tree.ts";

export interface RestoreOptions {
  /** Whether a vault at the destination is replaced. Default false: then something there is `argument_invalid`. */
  readonly overwrite?: boolean;
  readonly onProgress?: (progress: MaintenanceProgress) => void;
}

const CHECKS: OptionChecks<RestoreOptions> = {
  overwrite: ["a boolean", (value) => typeof value === "boolean"],
  onProgress: ["a function", (value) => typeof value === "function"],
};

/** What was restored. */
export interface RestoreReport {
  /** Revision of the vault at the destination: that of the source, or a later one where a vault was overwritten. */
  readonly revision: number;
}

/**
 * Copies a vault, such as a copy that `db.copyTo` made, to where it is to be used. Neither needs to be closed: the source is read at one commit,
 * and a vault that is overwritten goes from one state to the next. Its revision only grows.
 *
 * @example
 * restore("backup.lmdb", "app.lmdb", { overwrite: true });
 * @throws argument_invalid, store_in_use when this thread has the destination open, store_io, store_full, file_not_vault, file_version_unsupported
 */
export function restore(source: string, destination: string, options: RestoreOptions = {}): RestoreReport {
  checkPath("source", source);
  checkPath("destination", destination);
  const { overwrite, onProgress } = checkOptions(CHECKS, options);
  const reading = checkLmdbOptions(source, { mode: "read" });
  const writing = checkLmdbOptions(destination, { createIfMissing: false });
  const from = openFile(source, reading);
  try {
    const txn = from.env.first;
    from.env.renew(txn);
    const { pagesUsed, pageBytes } = from.env.figures();
    const bytesTotal = pagesUsed * pageBytes;
    if (!overwrite || statOf(destination) === undefined) {
      copyFile(from.env, txn.address, destination, bytesTotal, onProgress);
      return { revision: readRevision(from.env, txn.address) };
    }
    const to = openFile(destination, writing);
    try {
      return { revision: replaceContent(from.env, txn.address, to.env, bytesTotal, onProgress) };
    } finally {
      to.close();
    }
  } finally {
    from.close();
  }
}

const BYTES_BETWEEN_REPORTS = 8_388_608;

function replaceContent(
  from: Environment,
  txn: number,
  to: Environment,
  total: number,
  onProgress?: (progress: MaintenanceProgress) => void,
): number {
  to.begin(true);
  const room = new FileRoom(to);
  let revision: number;
  try {
    const before = readRevision(to, WRITER);
    to.clear();
    let done = 0;
    let told = 0;
    let operations = 3;
    let longPages = 0;
    let longPagesNext = LONG_PAGES_BETWEEN_LOOKS;
    const ensure = (): void => room.ensure({ operations, longPages, treePagesBefore: 0, appends: true });
    for (const [key, value] of wholeTree(from, txn)) {
      to.append(TREE, key, value);
      operations++;
      longPages += longPagesOf(value.length);
      // What is written is the tree, and what was there before is still needed.
      if (operations % 8_192 === 0 || longPages >= longPagesNext) {
        longPagesNext = longPages + LONG_PAGES_BETWEEN_LOOKS;
        ensure();
      }
      done = Math.min(done + key.length + value.length, total);
      if (done - told < BYTES_BETWEEN_REPORTS) continue;
      told = done;
      onProgress?.({ done, total, unit: "bytes" });
    }
    revision = Math.max(before + 1, readRevision(from, txn));
    writeRevision(to, revision);
    ensure();
    onProgress?.({ done: total, total, unit: "bytes" });
  } catch (error) {
    to.abort();
    throw error;
  } finally {
    room.close();
  }
  to.commit();
  return revision;
}
