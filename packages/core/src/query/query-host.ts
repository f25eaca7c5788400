/**
 * What a query needs from whoever made it (a database handle, a transaction, a view). The query knows readers and
 * collection states only; the host knows stores, locks and transactions.
 */
import type { CollectionState, IntegerMode } from "../collection/collection-state.ts";
import type { FieldPath, Row } from "../schema/types.ts";
import type { StoreReader } from "../store/store.ts";
import type { Pause, Steps } from "./pause.ts";

/** A collection as one consistent reader shows it. */
export interface QuerySource {
  readonly reader: StoreReader;
  readonly state: CollectionState;
}

/** How long a source lasts. */
export interface OpenSource {
  /** Whether it stays as it is until closed; false inside a transaction, whose later writes show. */
  readonly frozen: boolean;
  /** Inside a transaction: throws once that has ended. @throws transaction_closed */
  readonly refuseEnded?: (() => void) | undefined;
  close(): void;
}

/** Told once per finished query, when someone listens. */
export interface QueryReport {
  readonly collection: string;
  /** The one-line form of the plan. */
  readonly plan: string;
  readonly rowsExamined: number;
  readonly rowsReturned: number;
  readonly durationMs: number;
}

/** Finds the key bytes of rows. */
export type FindKeys = (source: QuerySource) => Steps<readonly Uint8Array[]>;

export interface QueryHost {
  /** How integers are handed to the user. */
  readonly integers: IntegerMode;
  /** What payloads are handed out as, in place of rows with these paths; absent: as rows. */
  readonly decoder?: (
    state: CollectionState,
    paths: readonly FieldPath[] | undefined,
  ) => (payload: Uint8Array) => object;
  /** Runs work that ends before it returns on a consistent reader. @throws database_closed, transaction_closed, collection_unknown */
  read<T>(work: (source: QuerySource) => T): T;
  /**
   * A reader that stays as it is while the caller iterates, until `close`. Inside a transaction `frozen` is false: the
   * reader shows later writes of the transaction to new scans, so the query collects its rows before it yields one, and asks
   * `refuseEnded` before each, for a transaction that was rolled back never had them.
   */
  open(): QuerySource & OpenSource;
  /** Deletes all rows the query matches, as one statement: all or nothing. `find` gives their key bytes. */
  deleteAll(find: FindKeys, pause: Pause | undefined): Steps<number>;
  /** Changes all rows the query matches, as one statement. `change` is a patch or a function of the row, as in `update`. */
  updateAll(find: FindKeys, change: Row | ((row: Row) => Row), pause: Pause | undefined): Steps<number>;
  /** Undefined when nobody listens, so that nothing is measured in vain. */
  readonly onQuery?: ((report: QueryReport) => void) | undefined;
  /** A clock in milliseconds. */
  now(): number;
}
