/**
 * Keys that a model counts up, in an asynchronous transaction: what the counting asks of the vault is read first, and what it notes is
 * written at the end, so that the counting itself is that of the synchronous API.
 */
import type { Row, Value } from "@modelvault/core";
import { generatedKeys, type Model, type WithKey } from "@modelvault/models";
import type { AsyncCollection } from "../database/async-collection.ts";
import type { AsyncWriteHandle } from "../database/async-handle.ts";

const NOTES = "modelvault/auto-increment/";

/** Runs work in a transaction with keys counted up in it. */
export async function counting<T>(
  tx: AsyncWriteHandle,
  rows: AsyncCollection<Row>,
  model: Model,
  work: (withKey: WithKey) => Promise<T>,
): Promise<T> {
  const { primaryKey } = model;
  const [notes, last] = await Promise.all([
    tx.notes(NOTES),
    rows.orderBy([primaryKey], "desc").select([primaryKey]).first(),
  ]);
  const counted = new Counted(new Map(notes), primaryKey, last?.[primaryKey]);
  // It stands for a transaction and its rows, as far as counting asks.
  const keys = generatedKeys(counted as never, counted as never, model);
  const result = await work((row) => (keys === undefined ? row : keys.run((withKey) => withKey(row))));
  for (const [key, value] of counted.changed) await tx.setNote(key, value);
  return result;
}

/** What the counting asks of a handle and a collection, out of what was read. */
class Counted {
  readonly changed = new Map<string, Uint8Array>();
  readonly #notes: Map<string, Uint8Array>;
  readonly #primaryKey: string;
  readonly #highest: Value | undefined;

  constructor(notes: Map<string, Uint8Array>, primaryKey: string, highest: Value | undefined) {
    this.#notes = notes;
    this.#primaryKey = primaryKey;
    this.#highest = highest;
  }

  note(key: string): Uint8Array | undefined {
    return this.#notes.get(key);
  }

  setNote(key: string, value: Uint8Array): void {
    this.#notes.set(key, value);
    this.changed.set(key, value);
  }

  transaction<T>(callback: () => T): T {
    return callback();
  }

  /** Whether a number may be taken: none above the highest is. */
  has(key: number | bigint): boolean {
    const highest = this.#highest;
    return (typeof highest === "number" || typeof highest === "bigint") && key <= highest;
  }

  orderBy(): this {
    return this;
  }

  select(): this {
    return this;
  }

  first(): Row | undefined {
    return this.#highest === undefined ? undefined : { [this.#primaryKey]: this.#highest };
  }
}
