/**
 * Many rows into one collection, all or none. They are taken and sent in slices, so that neither copying nor cloning them holds the
 * event loop up; more than one slice makes a transaction.
 */
import { argumentInvalid, isModelVaultError, ModelVaultError, type Row, readable } from "@modelvault/core";
import { Deferred } from "../link/deferred.ts";
import type { CollectionRef } from "../protocol/messages.ts";
import { portable } from "../protocol/portable.ts";
import { onAbort } from "../transaction/abort-listeners.ts";
import type { CallSite, Sending } from "../transaction/call-site.ts";
import { type Ending, limit } from "../transaction/run-transaction.ts";

const SLICE_ROWS = 256;

/** How long the source may take for a slice while a transaction is open for it. */
const STALL_MS = 30_000;

export function insertInChunks(
  site: CallSite,
  ref: CollectionRef,
  rows: Iterable<object> | AsyncIterable<object>,
  sending: Sending,
): Promise<number> {
  // Few rows are sent at once, and keep their place among the calls around them.
  if (readable("rows", () => Array.isArray(rows) && rows.length <= SLICE_ROWS))
    return insertFew(site, ref, rows as readonly object[], sending);
  return insertSlices(site, ref, rows, sending);
}

async function insertFew(
  site: CallSite,
  ref: CollectionRef,
  rows: readonly object[],
  sending: Sending,
): Promise<number> {
  try {
    return await insert(site, ref, rows, 0, sending);
  } catch (error) {
    // All were copied in one go: which of them cannot be read is found out now.
    if (isModelVaultError(error, "row_unreadable") && error.details.position === undefined)
      for (const [position, row] of rows.entries()) copyRow(row, position);
    throw error;
  }
}

async function insertSlices(
  site: CallSite,
  ref: CollectionRef,
  rows: Iterable<object> | AsyncIterable<object>,
  sending: Sending,
): Promise<number> {
  sending.signal?.throwIfAborted();
  const slices = new Slices(rows);
  const early = watched(sending.signal);
  try {
    // Nobody waits for these two: the transaction begins when there are more rows than go in one message.
    const first = await early.within(slices.next());
    if (first === undefined) return await insert(site, ref, [], 0, sending);
    const second = await early.within(slices.next());
    if (second === undefined) return await insert(site, ref, first, 0, sending);
    early.release();
    return await site.apart((tx) => insertAll(tx, ref, slices, [first, second], sending), sending);
  } catch (error) {
    await slices.leave();
    throw error;
  } finally {
    early.release();
  }
}

/** Sends slice after slice to a transaction, which is stopped when its signal says so, or when the source keeps it waiting. */
async function insertAll(
  tx: CallSite & Ending,
  ref: CollectionRef,
  slices: Slices,
  [first, second]: readonly [first: unknown[], second: unknown[]],
  sending: Sending,
): Promise<number> {
  const release = limit(tx, { signal: sending.signal, timeoutMs: undefined });
  // Whatever has ended it is thrown there.
  const over = handled(
    tx.over.then((): undefined => {
      tx.refuseEnded();
    }),
  );
  let position = first.length;
  let left = handled(insert(tx, ref, first, 0, sending));
  let slice: unknown[] | undefined = second;
  try {
    while (slice !== undefined) {
      const sent = handled(insert(tx, ref, slice, position, sending));
      position += slice.length;
      // One slice is on its way while the next one is taken.
      await left;
      left = sent;
      const enough = limitStall(tx);
      try {
        slice = await Promise.race([slices.next(), over]);
      } finally {
        enough();
      }
    }
    await left;
    return position;
  } finally {
    release();
  }
}

/** Stops a transaction whose source keeps it waiting for too long. Returns what ends the watch. */
function limitStall(tx: Ending): () => void {
  const timer = setTimeout(() => {
    tx.stop(
      new ModelVaultError(
        "transaction_timeout",
        `insertMany waited ${STALL_MS} ms for its next rows, and what it had stored has been rolled back: others wait for it. Take the rows from a source that has them, or store them in smaller parts.`,
        { timeoutMs: STALL_MS },
      ),
    );
  }, STALL_MS);
  return () => clearTimeout(timer);
}

/** What a signal cuts short while there is no transaction yet. */
function watched(signal: AbortSignal | undefined): {
  within<T>(promise: Promise<T>): Promise<T>;
  release(): void;
} {
  if (signal === undefined) return { within: (promise) => promise, release: () => undefined };
  const aborted = new Deferred<never>();
  handled(aborted.promise);
  const release = onAbort(signal, () => aborted.reject(signal.reason));
  return {
    within: (promise) => Promise.race([promise, aborted.promise]),
    release,
  };
}

/** A promise that may be left alone when one before it rejects. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function insert(
  site: CallSite,
  ref: CollectionRef,
  rows: readonly unknown[],
  position: number,
  sending: Sending,
): Promise<number> {
  return site.call("insertMany", "write", [ref, rows, position], sending) as Promise<number>;
}

/** Rows as they were when they were taken, in slices. */
class Slices {
  readonly #source: Source;
  #taken = 0;
  /** Whether the source was asked for a row and has not answered. */
  #asked = false;
  #ended = false;

  /** @throws argument_invalid */
  constructor(rows: unknown) {
    this.#source = sourceOf(rows);
  }

  /** The next rows; undefined when there are no more. Rejects with what the source throws, row_unreadable. */
  async next(): Promise<unknown[] | undefined> {
    // Between slices the event loop gets its turn.
    if (this.#taken > 0 && !this.#ended) await new Promise<void>((resolve) => setImmediate(resolve));
    const { asynchronous, iterator } = this.#source;
    const slice: unknown[] = [];
    while (!this.#ended && slice.length < SLICE_ROWS) {
      this.#asked = true;
      let next: unknown;
      try {
        next = iterator.next();
        if (asynchronous) next = await next;
      } catch (error) {
        this.#ended = true;
        throw error;
      }
      this.#asked = false;
      const { done, value } = next as IteratorResult<unknown>;
      if (done === true) this.#ended = true;
      else slice.push(copyRow(value, this.#taken++));
    }
    return slice.length === 0 ? undefined : slice;
  }

  /** Tells the source that no more rows are wanted. One that is asked for a row may never answer, so it is not waited for then. */
  async leave(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // What the caller hears of is why the source is left, not what it says to that.
    const left = handled((async () => this.#source.iterator.return?.())());
    if (!this.#asked) await left.catch(() => undefined);
  }
}

function copyRow(row: unknown, position: number): unknown {
  try {
    const { value, odd } = portable(row);
    return odd ? row : value;
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    const { code, message, details, issues, cause } = error;
    throw new ModelVaultError(
      code,
      `Row ${position} of rows: ${message}`,
      { ...details, position },
      { issues, cause },
    );
  }
}

interface Source {
  readonly asynchronous: boolean;
  readonly iterator: {
    next(): unknown;
    return?(): unknown;
  };
}

/** @throws argument_invalid */
function sourceOf(rows: unknown): Source {
  const given = rows as Partial<Iterable<Row> & AsyncIterable<Row>> | null | undefined;
  if (typeof given === "object" || typeof given === "function") {
    const asynchronous = readable("rows", () => given?.[Symbol.asyncIterator]);
    if (typeof asynchronous === "function") return { asynchronous: true, iterator: asynchronous.call(given) };
    const iterate = given?.[Symbol.iterator];
    if (typeof iterate === "function") return { asynchronous: false, iterator: iterate.call(given) };
  }
  throw argumentInvalid("rows", "an array or another iterable of rows", rows);
}
