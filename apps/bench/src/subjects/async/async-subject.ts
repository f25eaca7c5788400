/**
 * A database that is asked from a thread that must not be held up: every answer is a promise. The rows are those of the synchronous
 * subjects. What a subject does on the caller's thread it says, and is then not compared where that decides the figure.
 */
import type { City } from "../../data/cities.ts";

export interface AsyncSubject {
  /** Stores new rows in one transaction. */
  insert(rows: readonly City[]): Promise<void>;
  /** Stores one row, in a transaction of its own, durable when the promise is fulfilled. May be called many times without waiting. */
  commit(row: City): Promise<void>;
  delete(ids: readonly number[]): Promise<void>;
  get(id: number): Promise<City | undefined>;
  /** How many rows of a population between the two there are, whose names begin so. No index knows names. */
  countNamed(low: number, high: number, prefix: string): Promise<number>;
  /** Hands every row to `visit`, by id. */
  scan(visit: (row: City) => void): Promise<void>;
  close(): Promise<void>;
}

/** How an asynchronous subject is opened, and where its work is done. */
export interface AsyncOpening {
  readonly open: (folder: string) => Promise<AsyncSubject>;
  /** Reads run on the caller's thread. */
  readonly readsHere?: boolean;
  /** It does nothing but wait: what the machine itself holds the event loop up. */
  readonly idle?: boolean;
  /** Threads that read; absent where there is no such choice. */
  readonly readers?: number;
}
