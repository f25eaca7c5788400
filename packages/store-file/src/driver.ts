/** The driver value: a path and options, not yet open. */
import { ModelVaultError, type Store, type StoreDriver } from "@modelvault/core";
import { checkFileOptions, type FileStoreOptions } from "./options.ts";
import { nodePort } from "./port/node-port.ts";
import { FileStore } from "./vault/file-store.ts";
import type { RecoveryInfo } from "./vault/recovery-info.ts";
import { Vault } from "./vault/vault.ts";

/** Restoring goes with the driver, for those who only know its module URL. */
export { restore } from "./maintenance/restore.ts";

/** What {@link fileStore} returns. */
export interface FileStoreDriver extends StoreDriver {
  readonly name: "file";
  /** The path, as it was given. */
  readonly location: string;
  open(): Store;
  /** What the last `open` of this value found and did. @throws store_closed before the first */
  recoveryInfo(): RecoveryInfo;
  /**
   * Brings the store that this value opened last up to the last commit of the file, where it was opened with mode "follow"; returns the
   * revision it shows then. In the other modes it always shows the last commit. @throws store_closed
   */
  refresh(): number;
}

/**
 * A vault in one `.modelvault` file.
 * @param path of the file; made by the first writer
 * @throws argument_invalid
 * @example
 * using db = Database.open(fileStore("app.modelvault"));
 */
export function fileStore(path: string, options?: FileStoreOptions): FileStoreDriver {
  const checked = checkFileOptions(path, options);
  let last: Vault | undefined;
  const opened = (): Vault => {
    if (last !== undefined) return last;
    throw new ModelVaultError("store_closed", `"${path}" was not opened yet through this value.`, { path });
  };
  return {
    name: "file",
    moduleUrl: import.meta.url,
    factory: "fileStore",
    args: options === undefined ? [path] : [path, options],
    location: path,
    open(): Store {
      const vault = Vault.open(nodePort, path, checked, new Date());
      last = vault;
      return new FileStore(vault);
    },
    recoveryInfo: () => opened().info,
    refresh: () => opened().refresh(),
  };
}
