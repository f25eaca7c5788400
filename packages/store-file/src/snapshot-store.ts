/** Snapshots as stores: a vault's bytes, or a copy of its file, opened in memory to be read, queried and tried out. */
import { readFileSync } from "node:fs";
import type { Store, StoreDriver } from "@modelvault/core";
import { argumentInvalid, checkOptions, type OptionChecks } from "@modelvault/core";
import { emptySource } from "./maintenance/restore-vault.ts";
import { checkFileOptions } from "./options.ts";
import { withIoErrors } from "./port/io-error.ts";
import { memoryPort } from "./port/memory-port.ts";
import { FileStore } from "./vault/file-store.ts";
import { Vault } from "./vault/vault.ts";

export interface SnapshotStoreOptions {
  /**
   * `"strict"` (default): bytes that are not exactly what was saved are an error. `"auto"`: what opening a vault file would mend is mended, in memory.
   */
  readonly recovery?: "auto" | "strict";
}

const CHECKS: OptionChecks<SnapshotStoreOptions> = {
  recovery: ['"auto" or "strict"', (value) => value === "auto" || value === "strict"],
};

/** Name of the one file in the memory of a snapshot, in messages. */
const NAME = "snapshot";

/**
 * A vault in memory that begins as a snapshot. It can be read and written; nothing that is written outlives `close`, and each `open` begins
 * with the snapshot again.
 * @param source the bytes of `db.snapshotBytes()`, kept as a copy, or the path of any vault file, which is read at `open` and neither locked nor changed
 * @throws argument_invalid; `open` throws log_unclean, log_damaged, file_not_vault and the other format errors, and store_io
 * @example
 * using copy = Database.open(snapshotStore(db.snapshotBytes()));
 */
export function snapshotStore(source: string | Uint8Array, options?: SnapshotStoreOptions): StoreDriver {
  if (typeof source !== "string" && !(source instanceof Uint8Array))
    throw argumentInvalid("source", "the bytes of a vault or the path of its file", source);
  const { recovery = "strict" } = checkOptions(CHECKS, options);
  const path = typeof source === "string" ? source : NAME;
  const checked = checkFileOptions(path, { recovery, durability: "none", createIfMissing: false });
  // What is written to an open one must not reach the caller's bytes, nor the other way round.
  const kept = typeof source === "string" ? source : Uint8Array.prototype.slice.call(source);
  return {
    name: "snapshot",
    moduleUrl: import.meta.url,
    factory: "snapshotStore",
    args: options === undefined ? [kept] : [kept, options],
    open(): Store {
      const bytes =
        typeof kept === "string"
          ? withIoErrors(kept, "read", () => readFileSync(kept))
          : Uint8Array.prototype.slice.call(kept);
      if (bytes.length === 0) throw emptySource(path);
      return new FileStore(Vault.open(memoryPort(path, bytes), path, checked, new Date()));
    },
  };
}
