/** The second interface of the store: hot copies, checks and figures. LMDB uses dead pages again by itself; a copy is compact. */
import { statSync } from "node:fs";
import type { StoreMaintenance } from "@modelvault/core";
import type { Environment } from "../native/environment.ts";
import type { ReadTxn } from "../read/read-txn.ts";
import type { Readers } from "../read/readers.ts";
import { copyFile } from "./copy-file.ts";
import { verifyTree } from "./verify-tree.ts";

/** @param refuse throws store_closed and transaction_open */
export function lmdbMaintenance(
  env: Environment,
  readers: Readers,
  snapshotsOpen: () => number,
  refuse: () => void,
): StoreMaintenance {
  const onSnapshot = <T>(work: (txn: ReadTxn) => T): T => {
    refuse();
    const txn = readers.take();
    try {
      return work(txn);
    } finally {
      readers.release(txn);
    }
  };
  return {
    copyTo: (destination, onProgress) =>
      onSnapshot(({ address }) => {
        const { pagesUsed, pageBytes } = env.figures();
        copyFile(env, address, destination, pagesUsed * pageBytes, onProgress);
      }),
    verify: () => onSnapshot(({ address }) => verifyTree(env, address)),
    stats: () => {
      refuse();
      return { fileBytes: statSync(env.path).size, ...env.figures(), snapshotsOpen: snapshotsOpen() };
    },
  };
}
