/** From a model and an open vault (or a transaction, or a view) to a typed collection. */
import {
  type Collection,
  type ReadHandle,
  type Row,
  refuseUnknownOptions,
  type WriteHandle,
} from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { InputOf, Model, RowOf } from "../define/model.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import { generatedKeys } from "../generate/generated-keys.ts";
import { noteOfModel } from "../plan/variant-notes.ts";
import { compareModel } from "./compare-model.ts";
import { type CompiledModel, compileModel, guardModel } from "./compiled-model.ts";
import { ModelCollection } from "./model-collection.ts";
import { compareForReading, compareSubset, subsetModel } from "./subset.ts";

export interface CollectionOptions {
  /**
   * The model may know less than the collection has: it reads what it knows, and an update leaves the rest as it is. Rows can be inserted
   * where the model knows every required field. Default false: the model is the whole schema.
   */
  readonly subset?: boolean;
}

/**
 * The collection of a model, created when the vault has none of its name. When it has one, its schema must be the model's; where it
 * gets another one later, writes are refused (`model_mismatch`) for as long as it is not.
 *
 * @param db a database, a transaction or a view; a view shows what is there and creates nothing
 * @throws model_mismatch with every difference, collection_unknown in a view and for a subset
 * @example
 * const books = collection(db, Book);
 * books.insert({ isbn: "978-0", title: "Dune", author: { name: "Frank Herbert" } });
 */
export function collection<M extends Model>(
  db: ReadHandle,
  model: M,
  options: CollectionOptions = {},
): ModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]> {
  checkArguments(db, model);
  const { subset } = checkOptions(options);
  const compiled = compileModel(model);
  let whole: CompiledModel;
  let rows: Collection<Row>;
  if (subset) {
    let missing = compareSubset(db, model);
    // What the model does not know may hold what the handle's numbers cannot, and an update carries it along.
    rows = openRows(db, { ...compiled, integers: "exact" });
    const agree = onceASchema(db, model, () => {
      missing = compareSubset(db, model);
    });
    whole = subsetModel(compiled, () => {
      agree();
      return missing;
    });
  } else {
    if (!db.hasCollection(model.name) && canRegister(db)) create(db, model);
    else compareModel(db, model);
    rows = openRows(db, compiled);
    whole = guardModel(
      compiled,
      onceASchema(db, model, () => compareModel(db, model)),
    );
  }
  return new ModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>({
    rows,
    compiled: { ...whole, agreeToRead: onceASchema(db, model, () => compareForReading(db, model)) },
    keys: generatedKeys(db, rows, model),
    atomically: (work) => (hasTransaction(db) ? db.transaction(work) : work()),
  });
}

/** Asks again when the collection has another schema, or is another collection of that name. */
function onceASchema(db: ReadHandle, { name }: Model, ask: () => void): () => void {
  const packed = db.packed(name);
  let agreed = packed.shape().state;
  return () => {
    const { state } = packed.shape();
    if (state === agreed) return;
    ask();
    agreed = state;
  };
}

function openRows(db: ReadHandle, { model, integers }: CompiledModel): Collection<Row> {
  return db.collection<Row>(model.name, integers === undefined ? {} : { integers });
}

function hasTransaction(db: object): db is { transaction<T>(callback: () => T): T } {
  return "transaction" in db;
}

/** @throws argument_invalid */
function checkOptions(options: unknown): { readonly subset: boolean } {
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
  refuseUnknownOptions(options, ["subset"]);
  const { subset = false } = options as CollectionOptions;
  if (typeof subset !== "boolean") throw argumentInvalid("options.subset", "true or false", subset);
  return { subset };
}

function checkArguments(db: unknown, model: unknown): void {
  refuseAsync("db", db, "asyncCollection");
  if (typeof (db as Partial<ReadHandle> | null | undefined)?.hasCollection !== "function") {
    throw argumentInvalid("db", "a database, a transaction or a view", db);
  }
  if (typeof (model as Partial<Model> | null | undefined)?.descriptor !== "object") {
    throw argumentInvalid("model", "a model made with defineModel", model);
  }
}

/** A collection of its own, with the note of what its variants require, for plans to come. */
function create(db: WriteHandle, model: Model): void {
  const note = noteOfModel(model);
  if (note === undefined || !hasTransaction(db)) {
    db.register(model.descriptor);
    return;
  }
  db.transaction(() => {
    if (db.register(model.descriptor).changed) db.setNote(...note);
  });
}

function canRegister(db: ReadHandle): db is WriteHandle {
  return "register" in db;
}
