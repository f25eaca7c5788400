/** From a model and an open vault (or a transaction, or a view) to a typed collection. */
import {
  type Collection,
  checkCollection,
  classify,
  type Finding,
  ModelVaultError,
  type ReadHandle,
  type Row,
  type Schema,
  type WriteHandle,
} from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { InputOf, Model, RowOf } from "../define/model.ts";
import { compileModel } from "./compiled-model.ts";
import { ModelCollection } from "./model-collection.ts";

/**
 * The collection of a model, created when the vault has none of its name. When it has one, its schema must be the model's; where it
 * gets another one later, writes are refused (`model_mismatch`) for as long as it is not.
 *
 * @param db a database, a transaction or a view; a view shows what is there and creates nothing
 * @throws model_mismatch with every difference, collection_unknown in a view
 * @example
 * const books = collection(db, Book);
 * books.insert({ isbn: "978-0", title: "Dune", author: { name: "Frank Herbert" } });
 */
export function collection<M extends Model>(
  db: ReadHandle,
  model: M,
): ModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]> {
  checkArguments(db, model);
  if (!db.hasCollection(model.name) && canRegister(db)) db.register(model.descriptor);
  else compare(db, model);
  return new ModelCollection<RowOf<M>, InputOf<M>, M["primaryKey"]>(openRows(db, model), model, () =>
    compare(db, model),
  );
}

function openRows(db: ReadHandle, model: Model): Collection<Row> {
  const { integers } = compileModel(model);
  return db.collection<Row>(model.name, integers === undefined ? {} : { integers });
}

function checkArguments(db: unknown, model: unknown): void {
  if (typeof (db as Partial<ReadHandle> | null | undefined)?.hasCollection !== "function") {
    throw argumentInvalid("db", "a database, a transaction or a view", db);
  }
  if (typeof (model as Partial<Model> | null | undefined)?.descriptor !== "object") {
    throw argumentInvalid("model", "a model made with defineModel", model);
  }
}

function canRegister(db: ReadHandle): db is WriteHandle {
  return "register" in db;
}

/** The stored schema that a model was last found equal to, as text: to compare again costs a fraction of classifying again. */
const agreed = new WeakMap<Model, string>();

function compare(db: ReadHandle, model: Model): void {
  const { name, version, primaryKey, fields, indexes } = db.schema(model.name);
  const text = JSON.stringify([primaryKey, fields, indexes], bigintAsText);
  if (agreed.get(model) === text) return;
  const stored = checkCollection({ name, primaryKey, fields, indexes }).schema;
  const findings = classify(stored, checkCollection(model.descriptor).schema);
  if (findings.length > 0) throw modelMismatch(model, stored, version, findings);
  agreed.set(model, text);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function modelMismatch(
  model: Model,
  stored: Schema,
  version: number,
  findings: readonly Finding[],
): ModelVaultError {
  const reasons = findings.map(({ reason }) => reason.replace(/\.$/, "")).join("; ");
  return new ModelVaultError(
    "model_mismatch",
    `The model "${model.name}" is not the schema that the collection has (version ${version}): ${reasons}. To change the collection, call db.registerVersion("${model.name}", Model.descriptor) first.`,
    { collection: model.name, version, primaryKey: stored.primaryKey, findings },
  );
}
