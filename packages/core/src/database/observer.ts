/**
 * Watching a database: an observer is told of what happened, after it happened. It cannot change or break
 * what it watches: what it throws is thrown again in a microtask of its own. Durations are in milliseconds.
 */
import type { QueryReport } from "../query/query-host.ts";

export interface OpenReport {
  /** Name of the driver. */
  readonly driver: string;
  readonly collections: number;
  readonly durationMs: number;
}

export interface CommitReport {
  readonly revision: number;
  /** Puts and deletes handed to the store, index entries included. */
  readonly operations: number;
  /** From `begin` to the end of `commit`: for `transaction` the callback is part of it. */
  readonly durationMs: number;
}

export interface ConflictReport {
  readonly code: "store_busy" | "store_conflict";
  readonly durationMs: number;
}

/** Any of these may be left out; what nobody watches is not measured. */
export interface DatabaseObserver {
  onOpen?(report: OpenReport): void;
  onCommit?(report: CommitReport): void;
  onQuery?(report: QueryReport): void;
  /** The store was held by another writer, or a commit lost against one. */
  onConflict?(report: ConflictReport): void;
}

/** Calls one method of an observer, apart from what it watches. */
export function notify<T>(
  observer: DatabaseObserver,
  method: ((report: T) => void) | undefined,
  report: T,
): void {
  if (method === undefined) return;
  try {
    method.call(observer, report);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
