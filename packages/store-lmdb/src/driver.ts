/** The driver value: a path and options, not yet open. */
import type { Store, StoreDriver } from "@modelvault/core";
import { noteElsewhere, openFile } from "./open/open-file.ts";
import { checkLmdbOptions, type LmdbStoreOptions } from "./options.ts";
import { LmdbStore } from "./store/lmdb-store.ts";

/** Restoring goes with the driver, for those who only know its module URL. */
export { restore } from "./maintenance/restore.ts";

/** What {@link lmdbStore} returns. */
export interface LmdbStoreDriver extends StoreDriver {
  readonly name: "lmdb";
  readonly location: string;
  open(): Store;
}

/**
 * A vault in one LMDB file: larger than memory, open in milliseconds, read and written by many processes.
 * @param path of the file; made by the first writer, with a lock file of the same name and "-lock" beside it
 * @throws argument_invalid
 * @example
 * using db = Database.open(lmdbStore("app.lmdb"));
 */
export function lmdbStore(path: string, options?: LmdbStoreOptions): LmdbStoreDriver {
  const checked = checkLmdbOptions(path, options);
  return {
    name: "lmdb",
    moduleUrl: import.meta.url,
    location: path,
    factory: "lmdbStore",
    args: options === undefined ? [path] : [path, options],
    open: () => LmdbStore.open(openFile(path, checked), checked),
    openedElsewhere: () => (checked.mode === "read" ? () => undefined : noteElsewhere(path)),
  };
}
