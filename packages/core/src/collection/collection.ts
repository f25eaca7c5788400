/**
 * A collection as user code holds it: rows in, rows out, queries. It names a collection of a scope (a database, a
 * transaction or a view) and looks its schema up at each call, so it stays right over schema changes.
 */

import { notify } from "../database/observer.ts";
import type { Scope } from "../database/scope.ts";
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError, type ValidationIssue } from "../errors/error.ts";
import { readable } from "../errors/readable.ts";
import { show } from "../index/index-entries.ts";
import { decodeKey } from "../keys/key-codec.ts";
import type { Pause, Steps } from "../query/pause.ts";
import type { PredicateBuilder } from "../query/predicate-builder.ts";
import { Query } from "../query/query.ts";
import type { FindKeys, QueryHost } from "../query/query-host.ts";
import type { Direction, Operator, Predicate, QuerySpec } from "../query/query-spec.ts";
import type { Row, Value } from "../schema/types.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import type { CollectionState } from "./collection-state.ts";
import type { DeepPartial } from "./merge-patch.ts";
import { deleteRow, insertRow, putRow, type RowChange, type RowWrite, updateRow } from "./write-rows.ts";

/**
 * Rows of one collection.
 *
 * @example
 * const books = db.collection("books");
 * books.insert({ isbn: "978-0", title: "Dune", year: 1965 });
 * books.where("year", "<", 1970).orderBy("title").all();
 */
export class Collection<R extends object = Row> {
  readonly name: string;
  readonly #scope: Scope;
  readonly #host: QueryHost;

  /** Made by `db.collection(name)`. @throws collection_unknown */
  constructor(scope: Scope, name: unknown) {
    if (typeof name !== "string") throw argumentInvalid("name", "the name of a collection", name);
    this.#scope = scope;
    this.name = scope.current().catalog.require(name).name;
    this.#host = queryHost(scope, this.name);
  }

  /**
   * Stores a new row and returns its primary key, as it would be read (an integer too large for a number as `bigint`).
   * @throws validation_failed with every problem of the row, row_exists, unique_violation, row_too_large
   */
  insert(row: R): Value {
    const integers = this.#scope.options.integers === "bigint" ? "bigint" : "exact";
    return this.#write((write) => decodeKey(write.state.primaryKind, insertRow(write, row), integers));
  }

  /** Stores new rows, all or none; returns how many. An error's `details.position` says which row it was, from 0. @throws as insert */
  insertMany(rows: Iterable<R>): number {
    if (!isIterable("rows", rows))
      throw argumentInvalid("rows", "an array or another iterable of rows", rows);
    return this.#statement((write) => {
      let position = 0;
      for (const row of rows) {
        try {
          insertRow(write, row);
        } catch (error) {
          throw withPosition(error, position);
        }
        position++;
      }
      return position;
    });
  }

  /** Stores a row, replacing the one with its key; returns whether there was one. @throws validation_failed, unique_violation, row_too_large */
  put(row: R): boolean {
    return this.#write((write) => putRow(write, row));
  }

  /**
   * Changes the row under a key, atomically, and returns it. A patch is merged: nested objects field by field, lists
   * and JSON values are replaced, `null` empties, `undefined` leaves alone. A function gets the row and returns the whole new one.
   * @throws row_not_found, validation_failed, primary_key_changed, unique_violation, row_too_large
   */
  update(key: Value, change: DeepPartial<R> | ((row: R) => R)): R {
    const { integers } = this.#scope.options;
    return this.#statement((write) => {
      const payload = updateRow(write, write.state.encodeKey(key), change as RowChange, integers);
      if (payload === undefined) throw notFound(write.state, key);
      return write.state.decoder(integers)(payload) as R;
    });
  }

  /** Every problem that keeps a row from being stored, other rows left out of account; empty when there is none. Writes nothing. @throws row_unreadable */
  validate(row: unknown): readonly ValidationIssue[] {
    const state = this.#scope.current().catalog.require(this.name);
    const copy = state.copy(row);
    state.fill?.(copy);
    return state.validate(copy);
  }

  /** Removes the row under a key; returns whether there was one. */
  delete(key: Value): boolean {
    return this.#write((write) => deleteRow(write, write.state.encodeKey(key)));
  }

  /** The row under a key. @throws primary_key_invalid, integer_unsafe */
  get(key: Value): R | undefined {
    const { reader, catalog } = this.#scope.current();
    const state = catalog.require(this.name);
    const payload = reader.get(state.rows, state.encodeKey(key));
    return payload === undefined ? undefined : (state.decoder(this.#scope.options.integers)(payload) as R);
  }

  /** The row under a key. @throws row_not_found */
  getOrThrow(key: Value): R {
    const row = this.get(key);
    if (row === undefined) throw notFound(this.#scope.current().catalog.require(this.name), key);
    return row;
  }

  /** The rows under several keys, in their order, `undefined` where there is none. */
  getMany(keys: Iterable<Value>): (R | undefined)[] {
    if (!isIterable("keys", keys))
      throw argumentInvalid("keys", "an array or another iterable of primary keys", keys);
    // Before the state is looked at: the iterable may be a generator that writes. What it throws is its own, but for a list.
    const list = Array.isArray(keys) ? readable("keys", () => Array.from(keys)) : Array.from(keys);
    return this.#scope.read(({ reader, catalog }) => {
      const state = catalog.require(this.name);
      const decode = state.decoder(this.#scope.options.integers);
      const keyBytes = list.map((key) => state.encodeKey(key));
      const payloads =
        reader.getMany?.(state.rows, keyBytes) ?? keyBytes.map((key) => reader.get(state.rows, key));
      return payloads.map((payload) => (payload === undefined ? undefined : (decode(payload) as R)));
    });
  }

  /** Whether there is a row under a key. */
  has(key: Value): boolean {
    const { reader, catalog } = this.#scope.current();
    const state = catalog.require(this.name);
    return reader.get(state.rows, state.encodeKey(key)) !== undefined;
  }

  /** Version of the schema, from 1. It grows when anyone who holds the store gives the collection a new one. */
  get version(): number {
    return this.#scope.current().catalog.require(this.name).version;
  }

  /** How many rows there are; kept, not counted. */
  count(): number {
    const { reader, catalog } = this.#scope.current();
    return reader.count(catalog.require(this.name).rows);
  }

  /**
   * A query over all rows, to be narrowed; with a spec, as `toSpec` of another query gives it, the query that it describes.
   * @throws argument_invalid, query_operator_unknown, query_value_invalid, query_too_complex
   */
  query(spec?: QuerySpec): Query<R> {
    return spec === undefined ? new Query<R>(this.#host, {}) : Query.fromSpec<R>(this.#host, spec);
  }

  /** A query for the rows that match; further calls are AND-ed. */
  where(path: string | readonly string[], op: Operator, value?: Value): Query<R>;
  where(predicate: Predicate | ((is: PredicateBuilder) => Predicate)): Query<R>;
  where(...args: unknown[]): Query<R> {
    return (this.query().where as (...args: unknown[]) => Query<R>).apply(this.query(), args);
  }

  orderBy(path: string | readonly string[], direction?: Direction): Query<R> {
    return this.query().orderBy(path, direction);
  }

  limit(rows: number): Query<R> {
    return this.query().limit(rows);
  }

  offset(rows: number): Query<R> {
    return this.query().offset(rows);
  }

  after(cursor: string | null | undefined): Query<R> {
    return this.query().after(cursor);
  }

  select(...paths: readonly (string | readonly string[])[]): Query<R> {
    return this.query().select(...paths);
  }

  /** Every row, in the order of the primary key. */
  all(): R[] {
    return this.query().all();
  }

  /** Rows one by one, in the order of the primary key, as they were when iteration began. */
  iterate(): IterableIterator<R> {
    return this.query().iterate();
  }

  /** A statement of one row: it checks before it writes and needs no savepoint. */
  #write<T>(work: (write: RowWrite) => T): T {
    return this.#scope.write((session) => work(rowWrite(session, this.name)));
  }

  /** A statement that may fail half-way or calls user code. */
  #statement<T>(work: (write: RowWrite) => T): T {
    return this.#scope.statement((session) => work(rowWrite(session, this.name)));
  }
}

/** @throws argument_invalid where even that cannot be told */
function isIterable(argument: string, value: unknown): value is Iterable<unknown> {
  const iterate = readable(
    argument,
    () => (value as { [Symbol.iterator]?: unknown } | null | undefined)?.[Symbol.iterator],
  );
  // A text is one of its characters, which nobody means.
  return typeof iterate === "function" && typeof value !== "string";
}

/** A write to a collection in a session. @throws collection_unknown */
export function rowWrite(session: WriteSession, name: string): RowWrite {
  const state = session.catalog.require(name);
  return {
    writer: session.journal,
    state,
    valueBytesMax: session.traits.valueBytesMax,
    isCurrent: () => session.catalog.find(name) === state,
  };
}

/** What queries of a collection work on. */
export function queryHost(scope: Scope, name: string): QueryHost {
  const { integers, observer, now } = scope.options;
  return {
    integers,
    now,
    read: (work) => scope.read(({ reader, catalog }) => work({ reader, state: catalog.require(name) })),
    open() {
      const { catalog, ...source } = scope.open();
      try {
        return { ...source, state: catalog.require(name) };
      } catch (error) {
        source.close();
        throw error;
      }
    },
    deleteAll: (find, pause) =>
      scope.steps((session) => {
        const write = rowWrite(session, name);
        return changeAll(session, write, find, (key) => deleteRow(write, key), pause);
      }),
    updateAll: (find, change, pause) =>
      scope.steps((session) => {
        const write = rowWrite(session, name);
        const update = (key: Uint8Array): boolean => updateRow(write, key, change, integers) !== undefined;
        return changeAll(session, write, find, update, pause);
      }),
    ...(observer.onQuery === undefined
      ? {}
      : { onQuery: (report): void => notify(observer, observer.onQuery, report) }),
  };
}

/** Changes the rows that are found, one after another; returns how many there were to change. */
function* changeAll(
  session: WriteSession,
  { state }: RowWrite,
  find: FindKeys,
  change: (key: Uint8Array) => boolean,
  pause: Pause | undefined,
): Steps<number> {
  let changed = 0;
  for (const key of yield* find({ reader: session.journal, state })) {
    if (change(key)) changed++;
    if (pause?.due() !== true) continue;
    yield;
    pause.resume();
  }
  return changed;
}

/** The error for a key without a row. */
export function notFound(state: CollectionState, key: Value): ModelVaultError {
  return new ModelVaultError("row_not_found", `"${state.name}" has no row with the key ${show(key)}.`, {
    collection: state.name,
    key,
  });
}

function withPosition(error: unknown, position: number): unknown {
  if (!(error instanceof ModelVaultError)) return error;
  const { code, message, details, issues, cause } = error;
  return new ModelVaultError(
    code,
    `Row ${position} of rows: ${message}`,
    { ...details, position },
    { issues, cause },
  );
}
