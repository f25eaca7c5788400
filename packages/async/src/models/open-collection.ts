/** From a model and an asynchronous database (or transaction, or view) to a typed collection. */
import type { ReadHandle, Row } from "@modelvault/core";
import { argumentInvalid } from "@modelvault/core";
import {
  compareModel,
  compileModel,
  generatedKeys,
  type InputOf,
  type Model,
  type RowOf,
  type WithKey,
} from "@modelvault/models";
import type { AsyncCollection } from "../database/async-collection.ts";
import { type AsyncReadHandle, AsyncWriteHandle } from "../database/async-handle.ts";
import { AsyncModelCollection } from "./async-model-collection.ts";
import { counting } from "./numbers.ts";

/**
 * The collection of a model, created when the vault has none of its name. When it has one, its schema must be the model's.
 * Rejects with model_mismatch (every difference), and collection_unknown in a view.
 *
 * @example
 * const books = await asyncCollection(db, Book);
 * await books.insert({ isbn: "978-0", title: "Dune" });
 */
export async function asyncCollection<M extends Model>(
  db: AsyncReadHandle,
  model: M,
): Promise<AsyncModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>> {
  if (typeof (db as Partial<AsyncReadHandle> | null | undefined)?.hasCollection !== "function")
    throw argumentInvalid("db", "an asynchronous database, a transaction or a view", db);
  if (typeof (model as Partial<Model> | null | undefined)?.descriptor !== "object")
    throw argumentInvalid("model", "a model made with defineModel", model);
  const compiled = compileModel(model);
  if (db instanceof AsyncWriteHandle && !(await db.hasCollection(model.name)))
    await db.register(model.descriptor);
  else await compare(db, model);
  const open = (handle: AsyncReadHandle): AsyncCollection<Row> =>
    handle.collection<Row>(
      model.name,
      compiled.integers === undefined ? {} : { integers: compiled.integers },
    );
  return new AsyncModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>({
    compiled,
    rows: open(db),
    withKeys: keysOf(db, model, open),
  });
}

/** @throws model_mismatch */
async function compare(db: AsyncReadHandle, model: Model): Promise<void> {
  const schema = await db.schema(model.name);
  compareModel({ schema: () => schema } as Partial<ReadHandle> as ReadHandle, model);
}

type WithKeys = <T>(work: (rows: AsyncCollection<Row>, withKey: WithKey) => Promise<T>) => Promise<T>;

interface Transactional {
  transaction<T>(callback: (tx: AsyncWriteHandle) => Promise<T>): Promise<T>;
}

/** How rows get the keys that their model generates. */
function keysOf(
  db: AsyncReadHandle,
  model: Model,
  open: (handle: AsyncReadHandle) => AsyncCollection<Row>,
): WithKeys {
  const rows = open(db);
  if (model.generate === undefined) return (work) => work(rows, (row) => row);
  if (model.generate === "uuidv7") {
    const keys = generatedKeys(db as never, rows as never, model);
    return (work) =>
      keys === undefined ? work(rows, (row) => row) : keys.run((withKey) => work(rows, withKey));
  }
  // Numbers are counted up in the transaction that uses them.
  return (work) =>
    (db as AsyncReadHandle & Transactional).transaction((tx) => {
      const own = open(tx);
      return counting(tx, own, model, (withKey) => work(own, withKey));
    });
}
