/**
 * A scope answers where reads and writes go: to the database handle (each call its own transaction, or the open one),
 * to one transaction, or to one view. Collections and queries work on a scope and know nothing of stores and locks.
 */
import type { Catalog } from "../catalog/catalog.ts";
import type { IntegerMode } from "../collection/collection-state.ts";
import type { Steps } from "../query/pause.ts";
import type { OpenSource } from "../query/query-host.ts";
import type { StoreReader } from "../store/store.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import type { CheckedOptions } from "./options.ts";

/** A catalogue and a reader that belong together. */
export interface ReadState {
  readonly reader: StoreReader;
  readonly catalog: Catalog;
}

export interface OpenState extends ReadState, OpenSource {}

export interface Scope {
  readonly options: CheckedOptions;
  /** The present state, for work of a single look-up. @throws database_closed, transaction_closed, snapshot_closed */
  current(): ReadState;
  /** Runs work of several look-ups on one frozen state. */
  read<T>(work: (state: ReadState) => T): T;
  /** A state that lasts until it is closed, or until the transaction or view ends that it belongs to. */
  open(): OpenState;
  /** Runs a statement that writes. @throws view_read_only and what the statement throws */
  write<T>(work: (session: WriteSession) => T): T;
  /** The same for a statement that may fail half-way: all of it or nothing. */
  statement<T>(work: (session: WriteSession) => T): T;
  /** A statement in steps. A transaction that was begun by hand is as it was before when it is given up; any other scope runs it in one go. */
  steps<T>(work: (session: WriteSession) => Steps<T>): Steps<T>;
}

/** The same scope, with 64-bit integers read in another way. */
export function withIntegers(scope: Scope, integers: IntegerMode): Scope {
  return {
    options: { ...scope.options, integers },
    current: () => scope.current(),
    read: (work) => scope.read(work),
    open: () => scope.open(),
    write: (work) => scope.write(work),
    statement: (work) => scope.statement(work),
    steps: (work) => scope.steps(work),
  };
}
