/** Runs: many calls of one kind on one collection, worked off together. */
import type { Collection, OpenTransaction, ReadHandle, Row, Value, WriteHandle } from "@modelvault/core";
import type { CollectionRef, RunOp } from "../protocol/messages.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import type { Outcome } from "./answers.ts";
import type { Write } from "./group-commit.ts";
import { packedOf, refuseMoved, rowsOf } from "./operations.ts";
import type { Outbox } from "./outbox.ts";

/** Keys looked up together: a message is not to get much longer than it should. */
const GET_ROWS = 256;

/** Answers a run of gets. Where one key is invalid, it alone is refused. */
export function runGets(
  handle: ReadHandle,
  first: number,
  ref: CollectionRef,
  keys: readonly unknown[],
  outbox: Outbox,
): void {
  for (let from = 0; from < keys.length; from += GET_ROWS) {
    const part = keys.slice(from, from + GET_ROWS) as Value[];
    try {
      getTogether(handle, first + from, ref, part, outbox);
    } catch (error) {
      if (part.length === 1) outbox.add(["error", first + from, errorToWire(error)]);
      else for (const [at, key] of part.entries()) runGets(handle, first + from + at, ref, [key], outbox);
    }
    if (outbox.full) outbox.flush();
  }
}

function getTogether(
  handle: ReadHandle,
  first: number,
  ref: CollectionRef,
  keys: readonly Value[],
  outbox: Outbox,
): void {
  const packed = packedOf(handle, ref);
  const payloads = packed.getMany(keys);
  const shape = outbox.shapes.numberOf(packed.shape());
  outbox.add(["rows", first, shape, outbox.addPayloads(payloads)]);
}

/** Answers a run of look-ups. */
export function runHas(
  handle: ReadHandle,
  first: number,
  ref: CollectionRef,
  keys: readonly unknown[],
  outbox: Outbox,
): void {
  for (const [at, key] of keys.entries()) {
    try {
      outbox.add(["values", first + at, [rowsOf(handle, ref).has(key as Value)]]);
    } catch (error) {
      outbox.add(["error", first + at, errorToWire(error)]);
    }
  }
}

/** The writes of a run, one for each item. */
export function runWrites(op: RunOp, ref: CollectionRef, items: readonly unknown[]): Write[] {
  let handle: WriteHandle | undefined;
  let rows: Collection | undefined;
  /** The same collection is asked for once a group, not once a row. */
  const rowsIn = (tx: WriteHandle): Collection => {
    if (rows === undefined || handle !== tx) {
      rows = rowsOf(tx, ref);
      handle = tx;
    } else refuseMoved(tx, ref);
    return rows;
  };
  return items.map((item): Write => {
    if (op === "insert") return (tx) => rowsIn(tx).insert(item as Row);
    if (op === "put") return (tx) => rowsIn(tx).put(item as Row);
    return (tx) => rowsIn(tx).delete(item as Value);
  });
}

/** Writes inside an open scope; a view refuses every one itself. */
export function runInScope(handle: ReadHandle, writes: readonly Write[]): Outcome[] {
  return writes.map((write): Outcome => {
    try {
      return { value: write(handle as OpenTransaction) };
    } catch (error) {
      return { error };
    }
  });
}
