/**
 * @modelvault/store-file: a vault in one `.modelvault` file, which upstream's Python and Rust engines read and write as well.
 */

export { type FileStoreDriver, fileStore } from "./driver.ts";
export {
  type LostStretch,
  type SalvageReport,
  salvage,
  type UnusableRecord,
} from "./maintenance/salvage.ts";
export type { FileStoreOptions } from "./options.ts";
export type { RefusedSchema } from "./vault/log-catalog.ts";
export type { RecoveryInfo } from "./vault/recovery-info.ts";
