/**
 * Many rows into one collection, all or none. They are taken and sent in slices, so that neither copying nor cloning them holds the
 * event loop up; more than one slice makes a transaction.
 */
import { isModelVaultError, ModelVaultError, type Row } from "@modelvault/core";
import type { CollectionRef } from "../protocol/messages.ts";
import { portable } from "../protocol/portable.ts";
import type { CallSite, Sending } from "../transaction/call-site.ts";
import { argumentInvalid } from "./arguments.ts";

const SLICE_ROWS = 256;

export function insertInChunks(
  site: CallSite,
  ref: CollectionRef,
  rows: Iterable<object> | AsyncIterable<object>,
  sending: Sending,
): Promise<number> {
  // Few rows are sent at once, and keep their place among the calls around them.
  if (Array.isArray(rows) && rows.length <= SLICE_ROWS) return insert(site, ref, rows, 0, sending);
  return insertSlices(site, ref, rows, sending);
}

async function insertSlices(
  site: CallSite,
  ref: CollectionRef,
  rows: Iterable<object> | AsyncIterable<object>,
  sending: Sending,
): Promise<number> {
  const slices = slicesOf(rows)[Symbol.asyncIterator]();
  const first = await slices.next();
  if (first.done === true) return insert(site, ref, [], 0, sending);
  const second = await slices.next();
  if (second.done === true) return insert(site, ref, first.value, 0, sending);
  return site.apart(async (tx) => {
    let position = 0;
    let left = handled(insert(tx, ref, first.value, 0, sending));
    let slice: IteratorResult<unknown[]> = second;
    position += first.value.length;
    try {
      while (slice.done !== true) {
        const sent = handled(insert(tx, ref, slice.value, position, sending));
        position += slice.value.length;
        // One slice is on its way while the next one is taken.
        await left;
        left = sent;
        slice = await slices.next();
      }
      await left;
    } catch (error) {
      await slices.return?.(undefined);
      throw error;
    }
    return position;
  }, sending);
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

/** Rows as they were when they were taken. */
async function* slicesOf(
  rows: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<unknown[], void, undefined> {
  const source = sourceOf(rows);
  let slice: unknown[] = [];
  let taken = 0;
  let ended = false;
  try {
    for (;;) {
      const next = source.asynchronous ? await source.iterator.next() : source.iterator.next();
      const { done, value } = next as IteratorResult<unknown>;
      ended = done === true;
      if (ended) break;
      slice.push(copyRow(value, taken++));
      if (slice.length < SLICE_ROWS) continue;
      yield slice;
      slice = [];
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  } finally {
    if (!ended) await source.iterator.return?.();
  }
  if (slice.length > 0) yield slice;
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
  if (typeof given === "object" || typeof given === "string" || typeof given === "function") {
    const asynchronous = given?.[Symbol.asyncIterator];
    if (typeof asynchronous === "function") return { asynchronous: true, iterator: asynchronous.call(given) };
    const iterate = given?.[Symbol.iterator];
    if (typeof iterate === "function") return { asynchronous: false, iterator: iterate.call(given) };
  }
  throw argumentInvalid("rows", "an array or another iterable of rows", rows);
}
