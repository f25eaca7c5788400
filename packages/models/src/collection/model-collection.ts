/** A collection typed by a model: every row that goes in is validated by the model's schema, every row that comes out has the model's type. */
import {
  type Collection,
  type Direction,
  ModelVaultError,
  type Predicate,
  type Row as StoredRow,
  type Value,
} from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { Model } from "../define/model.ts";
import type { GeneratedKeys, WithKey } from "../generate/generated-keys.ts";
import type { FieldIn, KeysOf } from "../types/kinds.ts";
import type { OperandOf, OperatorsOf } from "../types/operators.ts";
import type { PatchOf } from "../types/patch.ts";
import type { RowPathsOf, ScalarPathsOf, ValueAt } from "../types/paths.ts";
import type { CompiledModel } from "./compiled-model.ts";
import { checkChange } from "./merge-patch.ts";
import { ModelQuery } from "./model-query.ts";
import type { PredicateBuilder } from "./predicate-builder.ts";

/** Type of a row's primary key. */
type KeyIn<Row, Key extends string> = Key extends KeysOf<Row> ? FieldIn<Row, Key> : never;

/** What a collection of a model works with. */
export interface CollectionParts {
  readonly rows: Collection<StoredRow>;
  readonly compiled: CompiledModel;
  /** Undefined where rows bring their keys. */
  readonly keys: GeneratedKeys | undefined;
  /** Runs several statements as one. */
  readonly atomically: <T>(work: () => T) => T;
}

/**
 * Rows of a model. Made with `collection(db, Model)`.
 *
 * `Row` is what is read, `Input` what can be written (defaults may be left out), `Key` the name of the primary key.
 */
export class ModelCollection<Row, Input, Key extends string> {
  readonly model: Model;
  readonly #rows: Collection<StoredRow>;
  readonly #compiled: CompiledModel;
  readonly #keys: GeneratedKeys;
  readonly #atomically: CollectionParts["atomically"];

  constructor({ rows, compiled, keys, atomically }: CollectionParts) {
    this.model = compiled.model;
    this.#rows = rows;
    this.#compiled = compiled;
    this.#keys = keys ?? { run: (work) => work((row) => row) };
    this.#atomically = atomically;
  }

  /** Stores a new row and returns its primary key, which is generated where the model says so and the row has none. @throws validation_failed with every problem of the row, row_exists, unique_violation */
  insert(row: Input): KeyIn<Row, Key> {
    const key = this.#keys.run((withKey) => this.#rows.insert(this.#compiled.validate(withKey(row))));
    return this.#compiled.keyToModel(key) as KeyIn<Row, Key>;
  }

  /** Stores new rows, all or none; returns how many. An error's `details.position` says which row it was, from 0. @throws as insert */
  insertMany(rows: Iterable<Input>): number {
    if (typeof (rows as Partial<Iterable<Input>> | null | undefined)?.[Symbol.iterator] !== "function") {
      throw argumentInvalid("rows", "an array or another iterable of rows", rows);
    }
    return this.#keys.run((withKey) => this.#rows.insertMany(this.#validateMany(rows, withKey)));
  }

  /** Stores a row, replacing the one with its key; returns whether there was one. A row without a key gets a generated one, as with insert. @throws validation_failed, unique_violation */
  put(row: Input): boolean {
    return this.#keys.run((withKey) => this.#store(this.#compiled.validate(withKey(row))));
  }

  /**
   * Changes the row under a key, atomically, and returns it. A patch is merged: objects field by field, lists and JSON values are replaced,
   * `undefined` leaves alone, `null` empties. A function gets the row and returns the whole new one. The result is validated as a whole.
   * @throws row_not_found, validation_failed, primary_key_changed, unique_violation, model_mismatch
   */
  update(key: KeyIn<Row, Key>, change: PatchOf<Row, Key> | ((row: Row) => Input)): Row {
    return this.#revive(
      this.#rows.update(this.#compiled.keyToEngine(key), this.#compiled.changer(checkChange(change))),
    );
  }

  /** Removes the row under a key; returns whether there was one. */
  delete(key: KeyIn<Row, Key>): boolean {
    return this.#rows.delete(this.#compiled.keyToEngine(key));
  }

  /** The row under a key. @throws model_mismatch when rows are no longer of the model's types, as all that reads */
  get(key: KeyIn<Row, Key>): Row | undefined {
    const row = this.#find(this.#compiled.keyToEngine(key));
    return row === undefined ? undefined : this.#revive(row);
  }

  /** The row under a key. @throws row_not_found */
  getOrThrow(key: KeyIn<Row, Key>): Row {
    const engineKey = this.#compiled.keyToEngine(key);
    return this.#revive(this.#find(engineKey) ?? this.#rows.getOrThrow(engineKey));
  }

  /** The rows under several keys, in their order, `undefined` where there is none. */
  getMany(keys: Iterable<KeyIn<Row, Key>>): (Row | undefined)[] {
    if (
      typeof keys === "string" ||
      typeof (keys as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function"
    )
      throw argumentInvalid("keys", "an array or another iterable of primary keys", keys);
    const engineKeys = Array.from(keys, (key) => this.#compiled.keyToEngine(key));
    this.#compiled.agreeToRead();
    const rows =
      this.#compiled.paths === undefined
        ? this.#rows.getMany(engineKeys)
        : engineKeys.map((key) => this.#find(key));
    return rows.map((row) => (row === undefined ? undefined : this.#revive(row)));
  }

  /** Whether there is a row under a key. */
  has(key: KeyIn<Row, Key>): boolean {
    return this.#rows.has(this.#compiled.keyToEngine(key));
  }

  /** How many rows there are; kept, not counted. */
  count(): number {
    return this.#rows.count();
  }

  /** A query over all rows, to be narrowed. */
  query(): ModelQuery<Row, Input, Key> {
    return new ModelQuery<Row, Input, Key>(this.#rows.query(), this.#compiled);
  }

  /** A query for the rows for which this holds: `where("author.name", "=", "Le Guin")`, or with `(is) => is.or(…)`. */
  where<
    Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>],
    Op extends { [O in OperatorsOf<ValueAt<Row, Path>>]: O }[OperatorsOf<ValueAt<Row, Path>>],
  >(path: Path, op: Op, ...operand: OperandOf<ValueAt<Row, Path>, Op>): ModelQuery<Row, Input, Key>;
  where(predicate: (is: PredicateBuilder<Row>) => Predicate): ModelQuery<Row, Input, Key>;
  where(...args: unknown[]): ModelQuery<Row, Input, Key> {
    const query = this.query();
    return (query.where as (...args: unknown[]) => ModelQuery<Row, Input, Key>).apply(query, args);
  }

  orderBy(
    path: { [P in ScalarPathsOf<Row>]: P }[ScalarPathsOf<Row>],
    direction?: Direction,
  ): ModelQuery<Row, Input, Key> {
    return this.query().orderBy(path as never, direction);
  }

  limit(rows: number): ModelQuery<Row, Input, Key> {
    return this.query().limit(rows);
  }

  offset(rows: number): ModelQuery<Row, Input, Key> {
    return this.query().offset(rows);
  }

  after(cursor: string | null | undefined): ModelQuery<Row, Input, Key> {
    return this.query().after(cursor);
  }

  select<const Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>]>(
    ...paths: readonly Path[]
  ): ModelQuery<Row, Input, Key, Path> {
    return this.query().select(...(paths as readonly never[])) as ModelQuery<Row, Input, Key, Path>;
  }

  /** Every row, in the order of the primary key. */
  all(): Row[] {
    return this.query().all();
  }

  /** Rows one by one, in the order of the primary key, as they were when iteration began. */
  iterate(): Generator<Row, void, undefined> {
    return this.query().iterate();
  }

  /** Validates rows as the engine asks for them, so that any number of them can pass. */
  *#validateMany(rows: Iterable<Input>, withKey: WithKey): Generator<StoredRow, void, undefined> {
    let position = 0;
    for (const row of rows) {
      let valid: StoredRow;
      try {
        valid = this.#compiled.validate(withKey(row));
      } catch (error) {
        throw withPosition(error, position);
      }
      position++;
      yield valid;
    }
  }

  /** Puts a valid row. What a subset model does not know of the row that was there is kept. */
  #store(row: StoredRow): boolean {
    const { layOver, model } = this.#compiled;
    if (layOver === undefined) return this.#rows.put(row);
    const key = row[model.primaryKey] ?? null;
    return this.#atomically(() => {
      const replaces = this.#rows.has(key);
      if (replaces) this.#rows.update(key, (before) => layOver(before, row));
      else this.#rows.insert(row);
      return replaces;
    });
  }

  /** The row under a key of the engine. */
  #find(key: Value): StoredRow | undefined {
    const { agreeToRead, paths, model } = this.#compiled;
    agreeToRead();
    if (paths === undefined) return this.#rows.get(key);
    return this.#rows
      .where([model.primaryKey], "=", key)
      .select(...paths)
      .first();
  }

  readonly #revive = (row: StoredRow): Row => this.#compiled.revive(row) as Row;
}

function withPosition(error: unknown, position: number): unknown {
  if (!(error instanceof ModelVaultError)) return error;
  const { code, message, details, issues } = error;
  return new ModelVaultError(
    code,
    `Row ${position} of rows: ${message}`,
    { ...details, position },
    { issues },
  );
}
