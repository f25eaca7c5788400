/** The second interface of the store: hot copies, checks and figures. LMDB uses dead pages again by itself; a copy is compact. */
import type { StoreMaintenance } from "@modelvault/core";
import { damaged, knowsPages } from "../open/check-head.ts";
import { statOf } from "../open/files.ts";
import type { OpenFile } from "../open/open-file.ts";
import type { ReadTxn } from "../read/read-txn.ts";
import type { Readers } from "../read/readers.ts";
import { checkPages } from "./check-pages.ts";
import { copyFile } from "./copy-file.ts";
import { verifyTree } from "./verify-tree.ts";

/** @throws file_damaged when the pages are such that LMDB had better not read them */
function verifyFile({ env, refuseMoved }: OpenFile, txn: number): string[] {
  // Pages are read by the path.
  refuseMoved();
  const problem = knowsPages ? checkPages(env.path) : undefined;
  if (problem !== undefined) throw damaged(env.path, problem);
  return verifyTree(env, txn);
}

/** @param maintain does the work while nothing closes the file; throws store_closed and transaction_open */
export function lmdbMaintenance(
  file: OpenFile,
  readers: Readers,
  snapshotsOpen: () => number,
  maintain: <T>(work: () => T) => T,
): StoreMaintenance {
  const { env } = file;
  const onSnapshot = <T>(work: (txn: ReadTxn) => T): T =>
    maintain(() => {
      const txn = readers.take();
      try {
        return work(txn);
      } finally {
        readers.release(txn);
      }
    });
  return {
    copyTo: (destination, onProgress) =>
      onSnapshot(({ address }) => {
        const { pagesUsed, pageBytes } = env.figures();
        copyFile(env, address, destination, pagesUsed * pageBytes, onProgress);
      }),
    verify: () => onSnapshot(({ address }) => verifyFile(file, address)),
    stats: () =>
      maintain(() => {
        // What this very call reads with would count as open otherwise.
        readers.refresh();
        return { fileBytes: statOf(env.path)?.size ?? 0, ...env.figures(), snapshotsOpen: snapshotsOpen() };
      }),
  };
}
