/** A collection whose calls are awaited. It names a collection of a database, a transaction or a view; whether there is one is found out by the first call. */
import type {
  DeepPartial,
  Direction,
  IntegerMode,
  Operator,
  Predicate,
  QuerySpec,
  Row,
  SchemaDescription,
  ValidationIssue,
  Value,
} from "@modelvault/core";
import { argumentInvalid, readable } from "@modelvault/core";
import type { CollectionRef } from "../protocol/messages.ts";
import { portable } from "../protocol/portable.ts";
import type { CallOptions, CallSite, Sending } from "../transaction/call-site.ts";
import { AsyncQuery, type PredicateBuilder } from "./async-query.ts";
import { callerFunction } from "./caller-function.ts";
import { insertInChunks } from "./insert-many.ts";
import { checkCallOptions } from "./options.ts";
import { notFound } from "./row-not-found.ts";

/** A collection in one version of its schema. */
export interface Edition {
  readonly edition: string;
  readonly schema: SchemaDescription;
  /** What is noted of its variants. */
  readonly notes: readonly [key: string, value: Uint8Array][];
}

/**
 * Rows of one collection. Every method is that of the synchronous collection, awaited; mistakes reject, nothing throws at the call.
 *
 * @example
 * const books = db.collection("books");
 * await books.insert({ isbn: "978-0", title: "Dune", year: 1965 });
 * const old = await books.where("year", "<", 1970).orderBy("title").all();
 */
export class AsyncCollection<R extends object = Row> {
  readonly name: string;
  readonly #site: CallSite;
  readonly #ref: CollectionRef;
  readonly #integers: IntegerMode | undefined;

  /** Made by `db.collection(name)`. */
  constructor(site: CallSite, name: string, integers?: IntegerMode, edition?: string) {
    this.name = name;
    this.#site = site;
    this.#integers = integers;
    if (edition !== undefined) this.#ref = [name, integers, edition];
    // What is no name must not be taken for more than that, either.
    else this.#ref = integers === undefined && typeof name === "string" ? name : [name, integers];
  }

  /** Which collection it is, and what models are compared with, at one moment. For {@link inEdition}; not for user code. */
  async edition(): Promise<Edition> {
    return (await this.#call("edition", [], undefined)) as Edition;
  }

  /** The same rows for as long as they are of this edition; then its calls reject with model_mismatch. Not for user code. */
  inEdition(edition: string): AsyncCollection<R> {
    return new AsyncCollection<R>(this.#site, this.name, this.#integers, edition);
  }

  /** Stores a new row and gives its primary key. Rejects with validation_failed (every problem of the row), row_exists, unique_violation, row_too_large. */
  insert(row: R, options?: CallOptions): Promise<Value> {
    return this.#run("insert", row, options, "write") as Promise<Value>;
  }

  /**
   * Stores new rows, all or none; gives how many. Rows are taken as they are sent, in slices, from an array or any other iterable, asynchronous
   * ones included. An error's `details.position` says which row it was, from 0. A source that takes longer than 30 seconds for 256 rows, while others wait for
   * its transaction, makes it reject with transaction_timeout; the signal is heeded while the source is waited for.
   */
  async insertMany(rows: Iterable<R> | AsyncIterable<R>, options?: CallOptions): Promise<number> {
    return insertInChunks(this.#site, this.#ref, rows, this.#sending(options));
  }

  /** Stores a row, replacing the one with its key; gives whether there was one. */
  put(row: R, options?: CallOptions): Promise<boolean> {
    return this.#run("put", row, options, "write") as Promise<boolean>;
  }

  /**
   * Changes the row under a key, atomically, and gives it. A patch is merged: nested objects field by field, lists and JSON values are
   * replaced, `null` empties, `undefined` leaves alone. A function gets the row and returns the whole new one; it runs in the caller's thread while the engine waits in
   * the middle of the statement, so it should be short.
   */
  async update(key: Value, change: DeepPartial<R> | ((row: R) => R), options?: CallOptions): Promise<R> {
    const sending = this.#sending(options);
    if (typeof change !== "function")
      return (await this.#site.call("update", "write", [this.#ref, copyOfKey(key), change], sending)) as R;
    const apply = callerFunction(change as (row: R) => R, "change", "update");
    return (await this.#site.call("updateBy", "write", [this.#ref, key], { ...sending, apply })) as R;
  }

  /** Every problem that keeps a row from being stored, other rows left out of account. Writes nothing. */
  async validate(row: unknown, options?: CallOptions): Promise<readonly ValidationIssue[]> {
    return (await this.#call("validate", [row], options)) as readonly ValidationIssue[];
  }

  /** Removes the row under a key; gives whether there was one. */
  delete(key: Value, options?: CallOptions): Promise<boolean> {
    return this.#run("delete", key, options, "write") as Promise<boolean>;
  }

  /** The row under a key, or undefined. */
  get(key: Value, options?: CallOptions): Promise<R | undefined> {
    return this.#run("get", key, options, "lookUp") as Promise<R | undefined>;
  }

  /** The row under a key. Rejects with row_not_found. */
  async getOrThrow(key: Value, options?: CallOptions): Promise<R> {
    const row = await this.get(key, options);
    if (row === undefined) throw notFound(this.name, key);
    return row;
  }

  /** The rows under several keys, in their order, `undefined` where there is none. */
  async getMany(keys: Iterable<Value>, options?: CallOptions): Promise<(R | undefined)[]> {
    if (typeof keys === "string")
      throw argumentInvalid("keys", "an array or another iterable of primary keys", keys);
    const iterate = readable(
      "keys",
      () => (keys as { [Symbol.iterator]?: unknown } | null | undefined)?.[Symbol.iterator],
    );
    if (typeof iterate !== "function")
      throw argumentInvalid("keys", "an array or another iterable of primary keys", keys);
    const { rows } = await this.#site.collect(
      "getMany",
      [this.#ref, Array.isArray(keys) ? readable("keys", () => Array.from(keys)) : Array.from(keys)],
      this.#sending(options),
    );
    return rows as (R | undefined)[];
  }

  /** Whether there is a row under a key. */
  has(key: Value, options?: CallOptions): Promise<boolean> {
    return this.#run("has", key, options, "lookUp") as Promise<boolean>;
  }

  /** How many rows there are; kept, not counted. */
  async count(options?: CallOptions): Promise<number> {
    return (await this.#call("count", [], options)) as number;
  }

  /** Version of the schema, from 1. */
  async version(options?: CallOptions): Promise<number> {
    return (await this.#call("version", [], options)) as number;
  }

  /** A query over all rows, to be narrowed; with a spec, as `toSpec` of a query gives it, the query that it describes. */
  query(spec?: QuerySpec): AsyncQuery<R> {
    const place = { site: this.#site, ref: this.#ref, integers: this.#integers };
    return spec === undefined ? new AsyncQuery<R>(place) : AsyncQuery.fromSpec<R>(place, spec);
  }

  /** A query, run on these rows. Not for user code. */
  run(query: AsyncQuery<R>): AsyncQuery<R> {
    return query.at({ site: this.#site, ref: this.#ref, integers: this.#integers });
  }

  /** A query for the rows that match; further calls are AND-ed. */
  where(path: string | readonly string[], op: Operator, value?: Value): AsyncQuery<R>;
  where(predicate: Predicate | ((is: PredicateBuilder) => Predicate)): AsyncQuery<R>;
  where(...args: unknown[]): AsyncQuery<R> {
    const query = this.query();
    return (query.where as (...args: unknown[]) => AsyncQuery<R>).apply(query, args);
  }

  orderBy(path: string | readonly string[], direction?: Direction): AsyncQuery<R> {
    return this.query().orderBy(path, direction);
  }

  limit(rows: number): AsyncQuery<R> {
    return this.query().limit(rows);
  }

  offset(rows: number): AsyncQuery<R> {
    return this.query().offset(rows);
  }

  after(cursor: string | null | undefined): AsyncQuery<R> {
    return this.query().after(cursor);
  }

  select(...paths: readonly (string | readonly string[])[]): AsyncQuery<R> {
    return this.query().select(...paths);
  }

  /** Every row, in the order of the primary key. */
  all(options?: CallOptions): Promise<R[]> {
    return this.query().all(options);
  }

  /** Rows one by one, in the order of the primary key, as they were when the first was asked for. */
  iterate(options?: CallOptions): AsyncIterableIterator<R> & AsyncDisposable {
    return this.query().iterate(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return this.iterate();
  }

  #sending(options: CallOptions | undefined): Sending {
    const checked = checkCallOptions(options);
    return this.#integers === undefined ? checked : { ...checked, integers: this.#integers };
  }

  #run(
    op: "insert" | "put" | "delete" | "get" | "has",
    item: unknown,
    options: CallOptions | undefined,
    access: "lookUp" | "write",
  ): Promise<unknown> {
    let sending: Sending;
    try {
      sending = this.#sending(options);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#site.run(op, access, this.#ref, item, sending);
  }

  #call(op: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    return this.#site.call(op, "read", [this.#ref, ...args], this.#sending(options));
  }
}

/** A key that cannot be read is refused as a key, not as a part of the row. */
function copyOfKey(key: unknown): unknown {
  return portable(key, { isLenient: true }).value;
}
