/**
 * @modelvault/store-lmdb: a vault in LMDB, larger than memory and shared by many processes.
 */
export { type LmdbStoreDriver, lmdbStore } from "./driver.ts";
export { type RestoreOptions, type RestoreReport, restore } from "./maintenance/restore.ts";
export type { LmdbStoreOptions } from "./options.ts";
export type { SnapshotReport } from "./read/pin-watch.ts";
