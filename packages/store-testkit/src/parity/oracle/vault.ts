/**
 * The oracle: a vault of arrays and maps that does what the documentation says, in the most obvious way there is. It shares no code
 * with the engine. Handles are checked as the engine's are; nothing is stored anywhere else than in the {@link Ground}.
 */
import { OracleError } from "../outcome.ts";
import type { ParityCollection, ParityReader, ParityVault, ParityWriter, Registered } from "../vault.ts";
import { describeSchema } from "./check-schema.ts";
import type { Cursors } from "./find-rows.ts";
import { drop, register, rename } from "./names.ts";
import { OracleQuery, type QueryGround } from "./query.ts";
import { type Integers, publicObject } from "./rows.ts";
import { valueAt } from "./shape.ts";
import {
  type CollectionOf,
  collectionNamed,
  collectionsOf,
  copyState,
  type Frame,
  find,
  type Ground,
  identityOfKey,
  type State,
} from "./state.ts";
import { evolve, insert, keyOf, publicKey, put, update } from "./write.ts";

class OracleReader implements ParityReader {
  protected readonly frame: Frame;
  protected readonly integers: Integers;
  protected readonly cursors: Cursors;

  constructor(frame: Frame, integers: Integers, cursors: Cursors) {
    this.frame = frame;
    this.integers = integers;
    this.cursors = cursors;
  }

  collection(name: unknown): ParityCollection {
    if (typeof name !== "string") throw new OracleError("argument_invalid");
    const found = collectionNamed(this.frame.state(), name);
    return new OracleCollection({
      frame: this.frame,
      name: found.name,
      integers: this.integers,
      cursors: this.cursors,
    });
  }

  collectionNames(): readonly string[] {
    return collectionsOf(this.frame.state()).map(({ name }) => name);
  }

  hasCollection(name: unknown): boolean {
    return find(this.frame.state(), name) !== undefined;
  }

  schema(name: unknown): unknown {
    const { name: exact, version, schema } = collectionNamed(this.frame.state(), name);
    return { name: exact, version, ...describeSchema(schema) };
  }
}

class OracleWriter extends OracleReader implements ParityWriter {
  protected readonly ground: Ground;

  constructor(ground: Ground, frame: Frame, integers: Integers, cursors: Cursors) {
    super(frame, integers, cursors);
    this.ground = ground;
  }

  register(descriptor: unknown): Registered {
    return this.frame.write(() => register(this.frame.state(), descriptor, this.ground.nextId()));
  }

  dropCollection(name: unknown): { readonly name: string; readonly rows: number } {
    if (typeof name !== "string") throw new OracleError("argument_invalid");
    return this.frame.write(() => drop(this.frame.state(), name));
  }

  renameCollection(from: unknown, to: unknown): { readonly name: string; readonly changed: boolean } {
    if (typeof from !== "string") throw new OracleError("argument_invalid");
    return this.frame.write(() => rename(this.frame.state(), from, to));
  }

  registerVersion(name: unknown, descriptor: unknown, options: unknown = {}): Registered {
    if (typeof name !== "string") throw new OracleError("argument_invalid");
    for (const argument of [descriptor, options])
      if (typeof argument !== "object" || argument === null) throw new OracleError("argument_invalid");
    const { accept = "safe", rewrite, ...unknown } = options as Record<string, unknown>;
    return this.frame.write(() => {
      collectionNamed(this.frame.state(), name);
      const accepts = ["safe", "migration", "breaking"].includes(accept as string);
      const rewrites = rewrite === undefined || typeof rewrite === "function";
      if (!accepts || !rewrites || Object.keys(unknown).length > 0) throw new OracleError("argument_invalid");
      return evolve(
        this.frame.state(),
        name,
        descriptor as Record<string, unknown>,
        { accept: accept as "safe", rewrite: rewrite as undefined },
        this.integers,
      );
    });
  }

  transaction(callback: unknown): unknown {
    return this.frame.write(() => {
      if (typeof callback !== "function") throw new OracleError("argument_invalid");
      let ended = false;
      const frame: Frame = {
        state: () => {
          if (ended) throw new OracleError("transaction_closed");
          return this.ground.state;
        },
        iteration: () => () => void frame.state(),
        write: (work) => {
          frame.state();
          return this.ground.atomically(work);
        },
      };
      try {
        return refusePromise(callback(new OracleWriter(this.ground, frame, this.integers, this.cursors)));
      } finally {
        ended = true;
      }
    });
  }
}

function refusePromise(value: unknown): unknown {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== "function") return value;
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new OracleError("callback_async");
}

/** One opening of the ground. */
export class OracleVault extends OracleWriter implements ParityVault {
  readonly #life: { closed: boolean };

  constructor(ground: Ground, cursors: Cursors, integers: "number" | "bigint") {
    const life = { closed: false };
    const frame: Frame = {
      state: () => {
        if (life.closed) throw new OracleError("database_closed");
        return ground.state;
      },
      iteration: () => ground.untilTransactionEnds(),
      write: (work) => {
        frame.state();
        return ground.atomically(work);
      },
    };
    super(ground, frame, integers, cursors);
    this.#life = life;
  }

  read(callback: unknown): unknown {
    if (typeof callback !== "function") throw new OracleError("argument_invalid");
    const state: State = this.frame.state();
    const frozen = this.ground.depth === 0 ? copyState(state) : undefined;
    let ended = false;
    const frame: Frame = {
      state: () => {
        if (ended) throw new OracleError("snapshot_closed");
        return frozen ?? this.ground.state;
      },
      iteration: () => () => void frame.state(),
      write: () => {
        frame.state();
        throw new OracleError("view_read_only");
      },
    };
    try {
      return refusePromise(callback(new OracleReader(frame, this.integers, this.cursors)));
    } finally {
      ended = true;
    }
  }

  #refuseTransaction(): void {
    this.frame.state();
    if (this.ground.depth > 0) throw new OracleError("transaction_open");
  }

  verify(): ReturnType<ParityVault["verify"]> {
    let indexEntriesChecked = 0;
    for (const { indexes } of this.stats().collections)
      for (const { entries } of indexes) indexEntriesChecked += entries;
    return { ok: true, problems: [], indexEntriesChecked };
  }

  stats(): ReturnType<ParityVault["stats"]> {
    this.#refuseTransaction();
    const collections = collectionsOf(this.frame.state()).map((collection) => ({
      name: collection.name,
      version: collection.version,
      rows: collection.rows.size,
      indexes: collection.schema.indexes.map(({ name, unique, path }) => ({
        name,
        unique,
        entries: [...collection.rows.values()].filter(({ row }) => valueAt(row, path) !== null).length,
      })),
    }));
    return { collections };
  }

  close(): void {
    if (this.#life.closed) return;
    this.#refuseTransaction();
    this.#life.closed = true;
  }
}

class OracleCollection implements ParityCollection {
  readonly #ground: QueryGround;

  constructor(ground: QueryGround) {
    this.#ground = ground;
  }

  insert(row: unknown): unknown {
    const integers = this.#ground.integers === "bigint" ? "bigint" : "exact";
    return this.#write((collection) => publicKey(collection, insert(collection, row), integers));
  }

  insertMany(rows: unknown): number {
    if (typeof (rows as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function")
      throw new OracleError("argument_invalid");
    return this.#write((collection) => {
      let position = 0;
      for (const row of rows as Iterable<unknown>) {
        try {
          insert(collection, row);
        } catch (error) {
          if (!(error instanceof OracleError)) throw error;
          throw new OracleError(error.codes, { ...error.details, position }, error.issues);
        }
        position++;
      }
      return position;
    });
  }

  put(row: unknown): boolean {
    return this.#write((collection) => put(collection, row));
  }

  update(key: unknown, change: unknown): unknown {
    const { integers } = this.#ground;
    return this.#write((collection) => {
      const row = update(collection, keyOf(collection, key), change, integers);
      if (row === undefined) throw new OracleError("row_not_found", { collection: collection.name });
      return publicObject(collection.schema.root, row, integers);
    });
  }

  delete(key: unknown): boolean {
    return this.#write((collection) =>
      collection.rows.delete(identityOfKey(collection, keyOf(collection, key))),
    );
  }

  get(key: unknown): unknown {
    const collection = this.#read();
    const held = collection.rows.get(identityOfKey(collection, keyOf(collection, key)));
    return held === undefined
      ? undefined
      : publicObject(collection.schema.root, held.row, this.#ground.integers);
  }

  getOrThrow(key: unknown): unknown {
    const row = this.get(key);
    if (row === undefined) throw new OracleError("row_not_found", { collection: this.#ground.name });
    return row;
  }

  getMany(keys: unknown): readonly unknown[] {
    if (typeof (keys as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function")
      throw new OracleError("argument_invalid");
    const collection = this.#read();
    const all = Array.from(keys as Iterable<unknown>);
    for (const key of all) keyOf(collection, key);
    return all.map((key) => this.get(key));
  }

  has(key: unknown): boolean {
    const collection = this.#read();
    return collection.rows.has(identityOfKey(collection, keyOf(collection, key)));
  }

  count(): number {
    return this.#read().rows.size;
  }

  query(): OracleQuery {
    return new OracleQuery(this.#ground);
  }

  #read(): CollectionOf {
    return collectionNamed(this.#ground.frame.state(), this.#ground.name);
  }

  #write<T>(work: (collection: CollectionOf) => T): T {
    return this.#ground.frame.write(() => work(this.#read()));
  }
}
