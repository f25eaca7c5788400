import { Database, type DatabaseOptions } from "@modelvault/core";
import { type FileStoreOptions, fileStore } from "@modelvault/store-file";
import { checkFileOptions } from "../../src/options.ts";
import type { FilePort } from "../../src/port/file-port.ts";
import { FileStore } from "../../src/vault/file-store.ts";
import { Vault } from "../../src/vault/vault.ts";

/** Opens a vault on any file system. */
export function openOn(
  port: FilePort,
  path: string,
  options?: FileStoreOptions,
  database?: DatabaseOptions,
): Database {
  return Database.open({ ...fileStore(path), open: () => openStoreOn(port, path, options).store }, database);
}

/** The store and the vault below it. */
export function openStoreOn(
  port: FilePort,
  path: string,
  options?: FileStoreOptions,
): { readonly store: FileStore; readonly vault: Vault } {
  const vault = Vault.open(port, path, checkFileOptions(path, options), new Date(0));
  return { store: new FileStore(vault), vault };
}
