/**
 * @modelvault/store-file: a vault in one `.modelvault` file, which upstream's Python and Rust engines read and write as well.
 */

export { type FileStoreDriver, fileStore } from "./driver.ts";
export { type RestoreOptions, restore } from "./maintenance/restore.ts";
export type { RestoreReport } from "./maintenance/restore-report.ts";
export { salvage } from "./maintenance/salvage.ts";
export type { LostStretch, SalvageReport, UnusableRecord } from "./maintenance/salvage-report.ts";
export { diagnosticsObserver } from "./observe/diagnostics-observer.ts";
export type { FileStoreOptions } from "./options.ts";
export { type SnapshotStoreOptions, snapshotStore } from "./snapshot-store.ts";
export type { RefusedSchema } from "./vault/log-catalog.ts";
export type { RecoveryInfo } from "./vault/recovery-info.ts";
