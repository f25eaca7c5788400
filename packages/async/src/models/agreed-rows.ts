/**
 * Rows of a collection as a model knows them. Rows are made, and read, in the caller's thread, by the schema that the collection had when it was last compared with the model; each call says
 * which edition that was, and the engine refuses it where there is another by now. Then the two are compared again.
 */
import { isModelVaultError, type Row, type SchemaDescription } from "@modelvault/core";
import type { AsyncCollection } from "../database/async-collection.ts";
import type { AsyncReadHandle, AsyncWriteHandle } from "../database/async-handle.ts";

/** How often the schema may change between a comparison and a call. */
const ATTEMPTS_MAX = 5;

/** What a model and its collection were last found to agree on. */
export class Agreement {
  edition = "";
  /** Required fields that a subset model does not know. */
  missing: readonly string[] = [];
  readonly #compare: (schema: SchemaDescription) => readonly string[];

  /** `compare` gives what is missing. @throws model_mismatch */
  constructor(compare: (schema: SchemaDescription) => readonly string[]) {
    this.#compare = compare;
  }

  /** Compares again. Rejects with model_mismatch, collection_unknown. */
  async renew(rows: AsyncCollection<Row>): Promise<void> {
    const { edition, schema } = await rows.edition();
    this.missing = this.#compare(schema);
    this.edition = edition;
  }
}

interface Transactional {
  transaction<T>(callback: (tx: AsyncWriteHandle) => Promise<T>): Promise<T>;
}

/** Whether a handle has transactions: a view has none. */
export function isTransactional(handle: object): handle is Transactional {
  return "transaction" in handle;
}

export class AgreedRows {
  /** Whatever the edition: for what gives no rows. */
  readonly rows: AsyncCollection<Row>;
  readonly #handle: AsyncReadHandle;
  readonly #open: (handle: AsyncReadHandle) => AsyncCollection<Row>;
  readonly #agreement: Agreement;
  #agreed: AsyncCollection<Row>;
  #edition: string;

  constructor(
    handle: AsyncReadHandle,
    open: (handle: AsyncReadHandle) => AsyncCollection<Row>,
    agreement: Agreement,
  ) {
    this.#handle = handle;
    this.#open = open;
    this.#agreement = agreement;
    this.rows = open(handle);
    this.#edition = agreement.edition;
    this.#agreed = this.rows.inEdition(this.#edition);
  }

  /** The same rows in a transaction, or savepoint, of their own; a view has none. */
  async apart<T>(work: (rows: AgreedRows, tx: AsyncReadHandle) => Promise<T>): Promise<T> {
    const handle = this.#handle;
    if (!isTransactional(handle)) return work(this, handle);
    return handle.transaction((tx) => work(new AgreedRows(tx, this.#open, this.#agreement), tx));
  }

  /**
   * Runs a statement on rows of the edition that was agreed on; again, where there is another that the model agrees with as well. `once`: the statement cannot be run again.
   * Rejects with model_mismatch.
   */
  async run<T>(statement: (rows: AsyncCollection<Row>) => Promise<T>, once: boolean = false): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const rows = this.#current();
      const edition = this.#edition;
      try {
        return await statement(rows);
      } catch (error) {
        if (!isOutdated(error) || attempt === ATTEMPTS_MAX) throw error;
        await this.#agreement.renew(this.rows);
        if (once || this.#agreement.edition === edition) throw error;
      }
    }
  }

  #current(): AsyncCollection<Row> {
    const { edition } = this.#agreement;
    if (edition !== this.#edition) {
      this.#edition = edition;
      this.#agreed = this.rows.inEdition(edition);
    }
    return this.#agreed;
  }
}

/** Whether a call was refused because of its edition, not yet compared with the model; or for what a subset model lacks, which may be another by now. */
function isOutdated(error: unknown): boolean {
  if (isModelVaultError(error, "model_mismatch")) return error.details.findings === undefined;
  return isModelVaultError(error, "model_subset_incomplete");
}
