/** A collection typed by a model, awaited. Rows are validated by the model's schema in the caller's thread, and by the engine in its own. */
import {
  argumentInvalid,
  type Direction,
  isModelVaultError,
  ModelVaultError,
  type Row as StoredRow,
  type Value,
} from "@modelvault/core";
import type {
  CompiledModel,
  FieldIn,
  KeysOf,
  Model,
  OperandOf,
  OperatorsOf,
  PatchOf,
  PredicateBuilder,
  RowPathsOf,
  ScalarPathsOf,
  ValueAt,
  WithKey,
} from "@modelvault/models";
import { notFound } from "../database/row-not-found.ts";
import type { CallOptions } from "../transaction/call-site.ts";
import type { AgreedRows } from "./agreed-rows.ts";
import { AsyncModelQuery } from "./async-model-query.ts";
import { changerOf } from "./changer.ts";

/** Type of a row's primary key. */
type KeyIn<Row, Key extends string> = Key extends KeysOf<Row> ? FieldIn<Row, Key> : never;

/** What a collection of a model works with. */
export interface AsyncModelParts {
  readonly compiled: CompiledModel;
  readonly rows: AgreedRows;
  /** Runs a statement that writes rows with their keys, on the rows it is given. */
  readonly withKeys: <T>(work: (rows: AgreedRows, withKey: WithKey) => Promise<T>) => Promise<T>;
}

/** Rows of a model. Made with `asyncCollection(db, Model)`. */
export class AsyncModelCollection<Row, Input, Key extends string> {
  readonly model: Model;
  readonly #agreed: AgreedRows;
  readonly #rows: AgreedRows["rows"];
  readonly #compiled: CompiledModel;
  readonly #withKeys: AsyncModelParts["withKeys"];

  constructor({ compiled, rows, withKeys }: AsyncModelParts) {
    this.model = compiled.model;
    this.#compiled = compiled;
    this.#agreed = rows;
    this.#rows = rows.rows;
    this.#withKeys = withKeys;
  }

  /** Stores a new row and gives its primary key. Rejects with validation_failed (every problem of the row), row_exists, unique_violation. */
  async insert(row: Input, options?: CallOptions): Promise<KeyIn<Row, Key>> {
    const key = await this.#withKeys((agreed, withKey) =>
      agreed.write(async (rows) => rows.insert(this.#compiled.validate(withKey(row)), options)),
    );
    return this.#compiled.keyToModel(key) as KeyIn<Row, Key>;
  }

  /** Stores new rows, all or none; gives how many. Any iterable will do, asynchronous ones too. */
  async insertMany(rows: Iterable<Input> | AsyncIterable<Input>, options?: CallOptions): Promise<number> {
    const { [Symbol.iterator]: each, [Symbol.asyncIterator]: eachAsync } = Object(rows) as Partial<
      Iterable<Input> & AsyncIterable<Input>
    >;
    if (typeof each !== "function" && typeof eachAsync !== "function")
      throw argumentInvalid("rows", "an array or another iterable of rows", rows);
    return this.#withKeys((agreed, withKey) =>
      agreed.write(
        (stored) => stored.insertMany(this.#validated(rows, withKey), options),
        !Array.isArray(rows),
      ),
    );
  }

  /** Stores a row, replacing the one with its key; gives whether there was one. */
  async put(row: Input, options?: CallOptions): Promise<boolean> {
    const { layOver, model } = this.#compiled;
    return this.#withKeys((agreed, withKey) => {
      const valid = (): StoredRow => this.#compiled.validate(withKey(row));
      if (layOver === undefined) return agreed.write(async (rows) => rows.put(valid(), options));
      // What a subset model does not know of the row that is there is kept.
      return agreed.apart((own) =>
        own.write(async (rows) => {
          const after = valid();
          const key = after[model.primaryKey] ?? null;
          const replaces = await rows.has(key, options);
          if (replaces) await rows.update(key, (before) => layOver(before, after), options);
          else await rows.insert(after, options);
          return replaces;
        }),
      );
    });
  }

  /** Changes the row under a key, atomically, and gives it; as in the synchronous API. The change is made in the caller's thread. */
  async update(
    key: KeyIn<Row, Key>,
    change: PatchOf<Row, Key> | ((row: Row) => Input),
    options?: CallOptions,
  ): Promise<Row> {
    const changed = changerOf(this.#compiled, change);
    const engineKey = this.#compiled.keyToEngine(key);
    return this.#revive(await this.#agreed.write((rows) => rows.update(engineKey, changed, options)));
  }

  /** Removes the row under a key; gives whether there was one. */
  async delete(key: KeyIn<Row, Key>, options?: CallOptions): Promise<boolean> {
    return this.#rows.delete(this.#compiled.keyToEngine(key), options);
  }

  /** The row under a key, or undefined. */
  async get(key: KeyIn<Row, Key>, options?: CallOptions): Promise<Row | undefined> {
    const row = await this.#find(this.#compiled.keyToEngine(key), options);
    return row === undefined ? undefined : this.#revive(row);
  }

  /** The row under a key. Rejects with row_not_found. */
  async getOrThrow(key: KeyIn<Row, Key>, options?: CallOptions): Promise<Row> {
    const engineKey = this.#compiled.keyToEngine(key);
    const row = await this.#find(engineKey, options);
    if (row === undefined) throw notFound(this.model.name, engineKey);
    return this.#revive(row);
  }

  /** The rows under several keys, in their order, `undefined` where there is none. */
  async getMany(keys: Iterable<KeyIn<Row, Key>>, options?: CallOptions): Promise<(Row | undefined)[]> {
    if (
      typeof keys === "string" ||
      typeof (keys as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function"
    )
      throw argumentInvalid("keys", "an array or another iterable of primary keys", keys);
    const engineKeys = Array.from(keys, (key) => this.#compiled.keyToEngine(key));
    const rows = await this.#agreed.read((stored) => stored.getMany(engineKeys, options));
    return rows.map((row) => (row === undefined ? undefined : this.#revive(row)));
  }

  /** Whether there is a row under a key. */
  async has(key: KeyIn<Row, Key>, options?: CallOptions): Promise<boolean> {
    return this.#rows.has(this.#compiled.keyToEngine(key), options);
  }

  /** How many rows there are. */
  count(options?: CallOptions): Promise<number> {
    return this.#rows.count(options);
  }

  /** A query over all rows, to be narrowed. */
  query(): AsyncModelQuery<Row, Input, Key> {
    return new AsyncModelQuery<Row, Input, Key>(this.#rows.query(), {
      compiled: this.#compiled,
      rows: this.#agreed,
    });
  }

  /** A query for the rows for which this holds. */
  where<
    Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>],
    Op extends OperatorsOf<ValueAt<Row, Path>>,
  >(path: Path, op: Op, ...operand: OperandOf<ValueAt<Row, Path>, Op>): AsyncModelQuery<Row, Input, Key>;
  where(
    predicate: (is: PredicateBuilder<Row>) => ReturnType<PredicateBuilder<Row>["and"]>,
  ): AsyncModelQuery<Row, Input, Key>;
  where(...args: unknown[]): AsyncModelQuery<Row, Input, Key> {
    const query = this.query();
    return (query.where as (...args: unknown[]) => AsyncModelQuery<Row, Input, Key>).apply(query, args);
  }

  orderBy(
    path: { [P in ScalarPathsOf<Row>]: P }[ScalarPathsOf<Row>],
    direction?: Direction,
  ): AsyncModelQuery<Row, Input, Key> {
    // The same type, which is not worked out while the model is not known.
    return this.query().orderBy(path as never, direction);
  }

  limit(rows: number): AsyncModelQuery<Row, Input, Key> {
    return this.query().limit(rows);
  }

  offset(rows: number): AsyncModelQuery<Row, Input, Key> {
    return this.query().offset(rows);
  }

  after(cursor: string | null | undefined): AsyncModelQuery<Row, Input, Key> {
    return this.query().after(cursor);
  }

  select<const Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>]>(
    ...paths: readonly Path[]
  ): AsyncModelQuery<Row, Input, Key, Path> {
    // The same paths, whose type is not worked out while the model is not known.
    return this.query().select(...(paths as readonly never[])) as AsyncModelQuery<Row, Input, Key, Path>;
  }

  /** Every row, in the order of the primary key. */
  all(options?: CallOptions): Promise<Row[]> {
    return this.query().all(options) as Promise<Row[]>;
  }

  /** Rows one by one, in the order of the primary key. */
  iterate(options?: CallOptions): AsyncGenerator<Row, void, undefined> {
    return this.query().iterate(options) as AsyncGenerator<Row, void, undefined>;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    return this.iterate();
  }

  async *#validated(
    rows: Iterable<Input> | AsyncIterable<Input>,
    withKey: WithKey,
  ): AsyncGenerator<StoredRow, void, undefined> {
    let position = 0;
    for await (const row of rows) {
      try {
        yield this.#compiled.validate(withKey(row));
      } catch (error) {
        if (!isModelVaultError(error)) throw error;
        const { code, message, details, issues } = error;
        throw new ModelVaultError(
          code,
          `Row ${position} of rows: ${message}`,
          { ...details, position },
          { issues },
        );
      }
      position++;
    }
  }

  /** The row under a key of the engine; of a subset model no more than it knows. */
  #find(key: Value, options: CallOptions | undefined): Promise<StoredRow | undefined> {
    const { paths, model } = this.#compiled;
    if (paths === undefined) return this.#agreed.read((rows) => rows.get(key, options));
    return this.#agreed.read((rows) =>
      rows
        .where([model.primaryKey], "=", key)
        .select(...paths)
        .first(options),
    );
  }

  readonly #revive = (row: StoredRow): Row => this.#compiled.revive(row) as Row;
}
