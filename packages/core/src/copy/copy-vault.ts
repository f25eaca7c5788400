/**
 * Copies a whole vault from one driver to another: schemas with their history, rows, index entries and what the engine keeps beside them. The
 * bytes are the same in every store, so nothing is decoded. One snapshot of the source, one transaction of the target: all of it arrives
 * or nothing. Entries stream, so memory is what the target's transaction takes.
 */
import { CATALOG_SPACE } from "../catalog/catalog.ts";
import { loadCatalog } from "../catalog/load-catalog.ts";
import type { CollectionState } from "../collection/collection-state.ts";
import { argumentInvalid, checkOptions, type OptionChecks } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { INDEX_KEY_OVERHEAD_BYTES_MAX } from "../keys/key-codec.ts";
import type { MaintenanceProgress } from "../store/maintenance.ts";
import type {
  Keyspace,
  Store,
  StoreDriver,
  StoreReader,
  StoreTraits,
  StoreTransaction,
} from "../store/store.ts";

export interface CopyOptions {
  /** Told now and then how many rows have been copied, and of how many; before the commit both are equal. What it throws ends the copy: nothing is kept. */
  readonly onProgress?: (progress: MaintenanceProgress) => void;
  /** Longest wait for another process that writes to the target, in milliseconds. Default 5000. */
  readonly lockWaitMs?: number;
}

/** What was copied. */
export interface CopyReport {
  readonly collections: number;
  /** Rows of user code. */
  readonly rows: number;
  readonly indexEntries: number;
  /** The revision of the target after it; its own, not the source's. */
  readonly revision: number;
}

const ROWS_BETWEEN_REPORTS = 1_000;
const LOCK_WAIT_MS = 5_000;

const CHECKS: OptionChecks<CopyOptions> = {
  onProgress: ["a function", (value) => typeof value === "function"],
  lockWaitMs: ["milliseconds from 0", (value) => typeof value === "number" && value >= 0],
};

/**
 * Copies the vault that one driver opens into the one that another opens, which must hold nothing yet. Both are opened and closed here. Keys
 * and rows that are too long for the target are found before anything is written. A source that is not there is an empty one to a driver that may make it:
 * have it say `mode: "read"` or `createIfMissing: false`.
 *
 * @example
 * copyVault(fileStore("app.modelvault"), lmdbStore("app.lmdb"));
 * @throws vault_not_empty, store_key_too_long, store_value_too_long, unsupported_operation for a target that keeps nothing, argument_invalid,
 *   and what opening and writing the two throw
 */
export function copyVault(from: StoreDriver, to: StoreDriver, options: CopyOptions = {}): CopyReport {
  checkDriver("from", from);
  checkDriver("to", to);
  const { onProgress, lockWaitMs = LOCK_WAIT_MS } = checkOptions(CHECKS, options);
  const source = from.open();
  try {
    const target = to.open();
    try {
      return copyStore(source, target, to.name, onProgress ?? ignore, lockWaitMs);
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

type Report = (progress: MaintenanceProgress) => void;

const ignore: Report = () => undefined;
const uncounted = (): void => undefined;

function copyStore(
  source: Store,
  target: Store,
  targetName: string,
  report: Report,
  waitMs: number,
): CopyReport {
  if (!target.traits.persistent) {
    throw new ModelVaultError(
      "unsupported_operation",
      `A ${targetName} store keeps nothing once it is closed: a copy into it would be lost.`,
      { operation: "copyVault", driver: targetName },
    );
  }
  const snapshot = source.snapshot();
  try {
    const states = loadCatalog(snapshot, source.traits);
    const transaction = target.begin({ waitMs });
    try {
      refuseContent(transaction, targetName);
      for (const state of states.all) refuseTooLong(snapshot, state, source.traits, target.traits);
      const rowsTotal = states.all.reduce((sum, state) => sum + snapshot.count(state.rows), 0);
      const progress = new Progress(report, rowsTotal);
      copySpace(snapshot, transaction, CATALOG_SPACE, uncounted);
      let rows = 0;
      let indexEntries = 0;
      for (const state of states.all) {
        const copied = copySpace(snapshot, transaction, state.rows, () => progress.step());
        if (state !== states.system) rows += copied;
        for (const { space } of state.indexes)
          indexEntries += copySpace(snapshot, transaction, space, uncounted);
      }
      progress.end();
      const revision = transaction.commit();
      return { collections: states.collections.length, rows, indexEntries, revision };
    } catch (error) {
      transaction.abort();
      throw error;
    }
  } finally {
    snapshot.close();
  }
}

/** Counts rows, and tells of them in steps. */
class Progress {
  readonly #report: Report;
  readonly #total: number;
  #done = 0;

  constructor(report: Report, total: number) {
    this.#report = report;
    this.#total = total;
  }

  step(): void {
    this.#done++;
    if (this.#done % ROWS_BETWEEN_REPORTS === 0 && this.#done < this.#total) this.#tell();
  }

  end(): void {
    this.#done = this.#total;
    this.#tell();
  }

  #tell(): void {
    this.#report({ done: this.#done, total: this.#total, unit: "rows" });
  }
}

function copySpace(
  reader: StoreReader,
  transaction: StoreTransaction,
  space: Keyspace,
  step: () => void,
): number {
  let entries = 0;
  for (const [key, value] of reader.scan(space)) {
    transaction.put(space, key, value);
    entries++;
    step();
  }
  return entries;
}

function refuseContent(transaction: StoreTransaction, driver: string): void {
  if (transaction.count(CATALOG_SPACE) === 0) return;
  throw new ModelVaultError(
    "vault_not_empty",
    `The vault to copy to has collections already; copyVault fills a new one. (It is the ${driver} store given as "to".)`,
    { driver },
  );
}

/** A look at every row, which only drivers that take less than the source make necessary. */
function refuseTooLong(
  reader: StoreReader,
  state: CollectionState,
  from: StoreTraits,
  to: StoreTraits,
): void {
  const keys = (to.keyBytesMax ?? Number.POSITIVE_INFINITY) < (from.keyBytesMax ?? Number.POSITIVE_INFINITY);
  const values =
    (to.valueBytesMax ?? Number.POSITIVE_INFINITY) < (from.valueBytesMax ?? Number.POSITIVE_INFINITY);
  if (!keys && !values) return;
  // What core allows on the target: the longest index entry ends with the primary key.
  const keyBytesMax = (to.keyBytesMax ?? Number.POSITIVE_INFINITY) - INDEX_KEY_OVERHEAD_BYTES_MAX;
  const valueBytesMax = to.valueBytesMax ?? Number.POSITIVE_INFINITY;
  for (const [key, value] of reader.scan(state.rows)) {
    if (keys && key.length > keyBytesMax) {
      throw new ModelVaultError(
        "store_key_too_long",
        `A row of "${state.name}" has a primary key of ${key.length} bytes; the vault to copy to takes ${keyBytesMax}. Nothing was copied.`,
        { collection: state.name, keyBytes: key.length, keyBytesMax },
      );
    }
    if (values && value.length > valueBytesMax) {
      throw new ModelVaultError(
        "store_value_too_long",
        `A row of "${state.name}" takes ${value.length} bytes; the vault to copy to takes ${valueBytesMax}. Nothing was copied.`,
        { collection: state.name, valueBytes: value.length, valueBytesMax },
      );
    }
  }
}

function checkDriver(argument: string, driver: unknown): void {
  if (typeof driver !== "object" || driver === null || typeof (driver as StoreDriver).open !== "function")
    throw argumentInvalid(argument, 'a store driver such as fileStore("app.modelvault")', driver);
}
