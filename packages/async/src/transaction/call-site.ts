/**
 * Where the calls of a handle go: to the database, to one transaction, or to one view. Collections and queries are built on a call
 * site and know nothing of workers. Arguments are copied when a call is made; whatever is wrong rejects the call's promise.
 */
import { AsyncResource } from "node:async_hooks";
import type { IntegerMode, Row } from "@modelvault/core";
import { Settling } from "../link/pending.ts";
import { CollectedRows, RowStream } from "../link/row-stream.ts";
import type { WorkerLink } from "../link/worker-link.ts";
import {
  CALLED_OFF,
  type Claim,
  type CollectionRef,
  type RunOp,
  type ScopeId,
  WAITING,
} from "../protocol/messages.ts";
import { type Copying, portable } from "../protocol/portable.ts";
import { onAbort } from "./abort-listeners.ts";
import type { Ending } from "./run-transaction.ts";

/** How deep in a list of arguments rows are. */
const ROW_DEPTH = 1;
/** Calls that take keys and queries, and no rows. */
const WITHOUT_ROWS: ReadonlySet<string> = new Set([
  ...["get", "has", "delete", "getMany", "updateBy"],
  ...["first", "one", "countRows", "exists", "explain", "deleteRows", "updateRowsBy"],
]);
const LENIENT: Copying = { isLenient: true };

function copying(op: string): Copying {
  if (WITHOUT_ROWS.has(op)) return LENIENT;
  return { rowDepth: op === "insertMany" ? ROW_DEPTH + 1 : ROW_DEPTH };
}

/** Options of every call. */
export interface CallOptions {
  /**
   * Calls the call off: it rejects with the signal's reason. One that has not begun never will; a query stops at its next chunk of rows. A write that
   * has begun is not stopped, and its promise says what became of it.
   */
  readonly signal?: AbortSignal | undefined;
}

/** What a call needs beside its arguments. */
export interface Sending extends CallOptions {
  readonly integers?: IntegerMode | undefined;
  /** The function of the caller that the worker asks for rows. */
  readonly apply?: ((row: Row) => unknown) | undefined;
  readonly progress?: ((progress: never) => void) | undefined;
}

/** A worker, and a scope in it. */
export interface Route {
  readonly link: WorkerLink;
  readonly scope: ScopeId;
  /** What the transaction or view has ended with, once it has. */
  readonly ended?: () => { readonly error: unknown } | undefined;
}

/** What a call does to the database, which says who may serve it and whether it can be called off while it runs. A look-up is a read of a moment. */
export type Access = "lookUp" | "read" | "write";

export abstract class CallSite {
  /** How integers are given where a collection does not say. */
  abstract readonly integers: IntegerMode;

  /** The way for a call that is made now; a promise where it must wait. @throws what keeps the call from being made */
  abstract route(access: Access): Route | Promise<Route>;

  /** Runs work of several calls, all or none: in a transaction of its own, or a savepoint where it is inside one. */
  abstract apart<T>(work: (tx: CallSite & Ending) => Promise<T>, options: CallOptions): Promise<T>;

  /** A call with one argument. */
  run(op: RunOp, access: Access, ref: CollectionRef, item: unknown, sending: Sending): Promise<unknown> {
    try {
      if (sending.signal !== undefined) return this.call(op, access, [ref, item], sending);
      const { value, odd } = portable(item, op === "insert" || op === "put" ? {} : LENIENT);
      const integers = sending.integers ?? this.integers;
      const go = ({ link, scope }: Route): Promise<unknown> => {
        if (!odd) return link.run(op, scope, ref, value, integers);
        const pending = new Settling(integers);
        link.call(pending, op, scope, [ref, value], true);
        return pending.promise;
      };
      const route = this.route(access);
      return route instanceof Promise ? route.then(go) : go(route);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Any call that ends in one value. */
  call(op: string, access: Access, args: readonly unknown[], sending: Sending = {}): Promise<unknown> {
    try {
      sending.signal?.throwIfAborted();
      const { value, odd } = portable(args, copying(op));
      const pending = new Settling(sending.integers ?? this.integers);
      if (sending.apply !== undefined) pending.apply = sending.apply;
      if (sending.progress !== undefined) pending.progress = inOwnContext(sending.progress);
      const go = (route: Route): Promise<unknown> => {
        send(route, pending, op, access, value as readonly unknown[], odd, sending.signal);
        return pending.promise;
      };
      const route = this.route(access);
      return route instanceof Promise ? route.then(go) : go(route);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A call that ends in many rows. */
  collect(
    op: string,
    args: readonly unknown[],
    sending: Sending,
  ): Promise<{ readonly rows: (Row | undefined)[]; readonly next: string | null }> {
    try {
      sending.signal?.throwIfAborted();
      const { value, odd } = portable(args, LENIENT);
      const rows = new CollectedRows(sending.integers ?? this.integers);
      const go = (route: Route): typeof rows.promise => {
        const id = send(route, rows, op, "read", value as readonly unknown[], odd, sending.signal);
        rows.more = (): void => route.link.more(id, 1);
        rows.leave = (): void => route.link.leave(id);
        return rows.promise;
      };
      const route = this.route("read");
      return route instanceof Promise ? route.then(go) : go(route);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A call whose rows are handed out as they come; it is made when the first is asked for. */
  stream(op: string, args: () => readonly unknown[], sending: Sending): RowStream {
    const begin = (stream: RowStream): void => {
      const go = (route: Route, { value, odd }: ReturnType<typeof portable>): void => {
        const id = send(route, stream, op, "read", value as readonly unknown[], odd, sending.signal);
        stream.more = (): void => route.link.more(id, 1);
        stream.leave = (): void => route.link.leave(id);
        stream.ended = route.ended;
      };
      try {
        sending.signal?.throwIfAborted();
        const copied = portable(args(), LENIENT);
        const route = this.route("read");
        if (!(route instanceof Promise)) go(route, copied);
        else
          route.then(
            (found) => go(found, copied),
            (error: unknown) => stream.reject(error),
          );
      } catch (error) {
        stream.reject(error);
      }
    };
    return new RowStream(sending.integers ?? this.integers, begin);
  }
}

/** A callback of the caller, in the context of the call it was given to: what it does belongs to the transaction around that. */
function inOwnContext(progress: (progress: never) => void): (progress: never) => void {
  const context = new AsyncResource("modelvault.progress");
  return (told) => context.runInAsyncScope(() => progress(told));
}

type SentPending = Settling | CollectedRows | RowStream;

/** Sends a call, and sees to it that its signal calls it off. Returns the call's number. */
export function send(
  { link, scope }: Route,
  pending: SentPending,
  op: string,
  access: Access,
  args: readonly unknown[],
  odd: boolean,
  signal: AbortSignal | undefined,
): number {
  if (signal === undefined) return link.call(pending, op, scope, args, odd);
  if (signal.aborted) {
    pending.reject(signal.reason);
    return 0;
  }
  const claim: Claim = new Int32Array(new SharedArrayBuffer(4));
  const callOff = (): void => {
    if (Atomics.compareExchange(claim, 0, WAITING, CALLED_OFF) === WAITING) link.forget(id);
    else if (access === "write") return;
    else {
      Atomics.store(claim, 0, CALLED_OFF);
      link.leave(id);
    }
    pending.reject(signal.reason);
  };
  // Settled either way, the call lets go of the signal, which may live much longer.
  const resolve = pending.resolve.bind(pending);
  const reject = pending.reject.bind(pending);
  const release = onAbort(signal, callOff);
  if (pending instanceof RowStream) pending.over = release;
  pending.resolve = (value: unknown): void => {
    release();
    resolve(value);
  };
  pending.reject = (error: unknown): void => {
    release();
    reject(error);
  };
  const id = link.call(pending, op, scope, args, odd, claim);
  return id;
}
