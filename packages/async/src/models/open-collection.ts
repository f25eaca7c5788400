/** From a model and an asynchronous database (or transaction, or view) to a typed collection. */
import { argumentInvalid, type ReadHandle, type Row, refuseUnknownOptions } from "@modelvault/core";
import {
  type CollectionOptions,
  compareForReading,
  compareModel,
  compareSubset,
  compileModel,
  generatedKeys,
  type InputOf,
  type Model,
  noteOfModel,
  type RowOf,
  subsetModel,
} from "@modelvault/models";
import type { AsyncCollection, Edition } from "../database/async-collection.ts";
import { type AsyncReadHandle, AsyncWriteHandle } from "../database/async-handle.ts";
import { AgreedRows, Agreement, isTransactional } from "./agreed-rows.ts";
import { AsyncModelCollection, type AsyncModelParts } from "./async-model-collection.ts";
import { checkHandle } from "./handles.ts";
import { counting } from "./numbers.ts";

/**
 * The collection of a model, created when the vault has none of its name. When it has one, its schema must be the model's; where it gets another one
 * later, writes are refused (`model_mismatch`) for as long as it is not. Options are those of `collection` of the synchronous API: with
 * `{ subset: true }` the model may know less than the collection has.
 * Rejects with model_mismatch (every difference), and collection_unknown in a view and for a subset.
 *
 * @example
 * const books = await asyncCollection(db, Book);
 * await books.insert({ isbn: "978-0", title: "Dune" });
 */
export async function asyncCollection<M extends Model>(
  db: AsyncReadHandle,
  model: M,
  options: CollectionOptions = {},
): Promise<AsyncModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>> {
  checkHandle(db, "collection", "asynchronous database, transaction or view");
  if (typeof (model as Partial<Model> | null | undefined)?.descriptor !== "object")
    throw argumentInvalid("model", "a model made with defineModel", model);
  const subset = isSubset(options);
  const compiled = compileModel(model);
  // What a subset model does not know may hold what the handle's numbers cannot, and an update carries it along.
  const integers = subset ? "exact" : compiled.integers;
  const open = (handle: AsyncReadHandle): AsyncCollection<Row> =>
    handle.collection<Row>(model.name, integers === undefined ? {} : { integers });
  const writing = new Agreement((found) => compare(found, model, subset));
  const reading = new Agreement((found) => {
    compareForReading(sourceOf(found), model);
    return [];
  });
  if (!subset && db instanceof AsyncWriteHandle && !(await db.hasCollection(model.name)))
    await create(db, model);
  await writing.renew(open(db));
  reading.edition = writing.edition;
  const rows = new AgreedRows(db, open, { writing, reading });
  return new AsyncModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>({
    compiled: subset ? subsetModel(compiled, () => writing.missing) : compiled,
    rows,
    withKeys: keysOf(db, model, rows),
  });
}

/** @throws argument_invalid */
function isSubset(options: unknown): boolean {
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
  refuseUnknownOptions(options, ["subset"]);
  const { subset = false } = options as CollectionOptions;
  if (typeof subset !== "boolean") throw argumentInvalid("options.subset", "true or false", subset);
  return subset;
}

/** A handle of which nothing is asked but the schema, and what is noted of its variants. */
function sourceOf({ schema, notes }: Edition): ReadHandle {
  const source = {
    schema: () => schema,
    notes: (prefix = "") => notes.filter(([key]) => key.startsWith(prefix)),
  };
  return source as Partial<ReadHandle> as ReadHandle;
}

/** What the model lacks, of a subset. @throws model_mismatch */
function compare(found: Edition, model: Model, subset: boolean): readonly string[] {
  const source = sourceOf(found);
  if (subset) return compareSubset(source, model);
  compareModel(source, model);
  return [];
}

/** A collection of its own, with the note of what its variants require, for plans to come. */
async function create(db: AsyncWriteHandle, model: Model): Promise<void> {
  const note = noteOfModel(model);
  if (note === undefined || !isTransactional(db)) {
    await db.register(model.descriptor);
    return;
  }
  await db.transaction(async (tx) => {
    if ((await tx.register(model.descriptor)).changed) await tx.setNote(...note);
  });
}

/** How rows get the keys that their model generates. */
function keysOf(db: AsyncReadHandle, model: Model, rows: AgreedRows): AsyncModelParts["withKeys"] {
  if (model.generate === undefined) return (work) => work(rows, (row) => row);
  if (model.generate === "uuidv7" || !isTransactional(db)) {
    // Nothing is asked of the handle and its rows: uuids need neither, and a view is refused.
    const keys = generatedKeys(db as never, rows.rows as never, model);
    return async (work) =>
      keys === undefined ? work(rows, (row) => row) : keys.run((withKey) => work(rows, withKey));
  }
  // Numbers are counted up in the transaction that uses them.
  return (work) =>
    rows.apart((own, tx) =>
      counting(tx as AsyncWriteHandle, own.rows, model, (withKey) => work(own, withKey)),
    );
}
