/**
 * Rows of a collection as a model knows them. Rows are made, and read, in the caller's thread, by the schema that the collection had when it was last compared with the model; each call says
 * which edition that was, and the engine refuses it where there is another by now. Then the two are compared again.
 */
import { isModelVaultError, type Row } from "@modelvault/core";
import type { AsyncCollection, Edition } from "../database/async-collection.ts";
import type { AsyncReadHandle, AsyncWriteHandle } from "../database/async-handle.ts";

/** How often the schema may change between a comparison and a call. */
const ATTEMPTS_MAX = 5;

/** What a model and its collection were last found to agree on. */
export class Agreement {
  edition = "";
  /** Required fields that a subset model does not know. */
  missing: readonly string[] = [];
  readonly #compare: (found: Edition) => readonly string[];

  /** `compare` gives what is missing. @throws model_mismatch */
  constructor(compare: (found: Edition) => readonly string[]) {
    this.#compare = compare;
  }

  /** Compares again. Rejects with model_mismatch, collection_unknown. */
  async renew(rows: AsyncCollection<Row>): Promise<void> {
    const found = await rows.edition();
    this.missing = this.#compare(found);
    this.edition = found.edition;
  }
}

interface Transactional {
  transaction<T>(callback: (tx: AsyncWriteHandle) => Promise<T>): Promise<T>;
}

/** Whether a handle has transactions: a view has none. */
export function isTransactional(handle: object): handle is Transactional {
  return "transaction" in handle;
}

/** What model and collection agree on for making rows, and what for reading them, which takes less. */
export interface Agreements {
  readonly writing: Agreement;
  readonly reading: Agreement;
}

/** Rows in the edition that was last agreed on. */
class Bound {
  readonly agreement: Agreement;
  readonly #rows: AsyncCollection<Row>;
  #agreed: AsyncCollection<Row> | undefined;
  #edition = "";

  constructor(rows: AsyncCollection<Row>, agreement: Agreement) {
    this.#rows = rows;
    this.agreement = agreement;
  }

  get rows(): AsyncCollection<Row> {
    const { edition } = this.agreement;
    if (this.#agreed === undefined || edition !== this.#edition) {
      this.#edition = edition;
      this.#agreed = this.#rows.inEdition(edition);
    }
    return this.#agreed;
  }
}

export class AgreedRows {
  /** Whatever the edition: for what gives no rows. */
  readonly rows: AsyncCollection<Row>;
  readonly #handle: AsyncReadHandle;
  readonly #open: (handle: AsyncReadHandle) => AsyncCollection<Row>;
  readonly #agreements: Agreements;
  readonly #writing: Bound;
  readonly #reading: Bound;

  constructor(
    handle: AsyncReadHandle,
    open: (handle: AsyncReadHandle) => AsyncCollection<Row>,
    agreements: Agreements,
  ) {
    this.#handle = handle;
    this.#open = open;
    this.#agreements = agreements;
    this.rows = open(handle);
    this.#writing = new Bound(this.rows, agreements.writing);
    this.#reading = new Bound(this.rows, agreements.reading);
  }

  /** The same rows in a transaction, or savepoint, of their own; a view has none. */
  async apart<T>(work: (rows: AgreedRows, tx: AsyncReadHandle) => Promise<T>): Promise<T> {
    const handle = this.#handle;
    if (!isTransactional(handle)) return work(this, handle);
    return handle.transaction((tx) => work(new AgreedRows(tx, this.#open, this.#agreements), tx));
  }

  /**
   * Runs a statement that makes rows, on rows of the edition that was agreed on; again, where there is another that the model agrees with as well. `once`: the statement cannot be run again.
   * Rejects with model_mismatch.
   */
  write<T>(statement: (rows: AsyncCollection<Row>) => Promise<T>, once: boolean = false): Promise<T> {
    return this.#run(this.#writing, statement, once);
  }

  /** Runs what reads rows, likewise, as long as they have the types that the model says. Rejects with model_mismatch. */
  read<T>(query: (rows: AsyncCollection<Row>) => Promise<T>): Promise<T> {
    return this.#run(this.#reading, query, false);
  }

  async #run<T>(
    bound: Bound,
    statement: (rows: AsyncCollection<Row>) => Promise<T>,
    once: boolean,
  ): Promise<T> {
    const { agreement } = bound;
    for (let attempt = 1; ; attempt++) {
      const { edition } = agreement;
      try {
        return await statement(bound.rows);
      } catch (error) {
        if (!isOutdated(error) || attempt === ATTEMPTS_MAX) throw error;
        await agreement.renew(this.rows);
        if (once || agreement.edition === edition) throw error;
      }
    }
  }
}

/** Whether a call was refused because of its edition, not yet compared with the model; or for what a subset model lacks, which may be another by now. */
function isOutdated(error: unknown): boolean {
  if (isModelVaultError(error, "model_mismatch")) return error.details.findings === undefined;
  return isModelVaultError(error, "model_subset_incomplete");
}
