/** Primary keys that a model makes for rows that come without one. */
import {
  type Collection,
  ModelVaultError,
  type ReadHandle,
  type Row,
  type WriteHandle,
} from "@modelvault/core";
import { fieldAt } from "../convert/shape.ts";
import type { Model } from "../define/model.ts";
import { AutoIncrement } from "./auto-increment.ts";
import { uuids } from "./uuid-v7.ts";

/** Gives a row its key. What is no object goes as it is, for the schema to refuse. */
export type WithKey = (row: unknown) => unknown;

export interface GeneratedKeys {
  /** Runs a statement that writes rows, all or none, with keys. */
  run<T>(work: (withKey: WithKey) => T): T;
}

/** Undefined for models whose rows bring their keys. */
export function generatedKeys(
  db: ReadHandle,
  rows: Collection<Row>,
  model: Model,
): GeneratedKeys | undefined {
  const { generate, primaryKey } = model;
  if (generate === undefined) return undefined;
  if (generate === "uuidv7")
    return { run: (work) => work((row) => withKey(row, primaryKey, () => uuids.next())) };
  const shape = fieldAt(model.fields, primaryKey)?.shape;
  const numbers = new AutoIncrement(rows, model, shape?.kind === "bigint" ? shape.stored : "number");
  return {
    run(work) {
      if (!canWrite(db)) throw readOnly(model);
      return db.transaction(() => {
        const numbering = numbers.begin(db);
        const result = work((row) => {
          const keyed = withKey(row, primaryKey, () => numbering.next());
          numbering.taken(keyOf(keyed, primaryKey));
          return keyed;
        });
        numbering.end();
        return result;
      });
    },
  };
}

interface Transactional extends WriteHandle {
  transaction<T>(callback: () => T): T;
}

function canWrite(db: ReadHandle): db is Transactional {
  return "transaction" in db && "setNote" in db;
}

function readOnly({ name }: Model): ModelVaultError {
  return new ModelVaultError("view_read_only", `A row of "${name}" cannot be written through a view.`, {
    collection: name,
  });
}

function withKey(row: unknown, primaryKey: string, make: () => unknown): unknown {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
  return keyOf(row, primaryKey) === undefined ? { ...row, [primaryKey]: make() } : row;
}

function keyOf(row: unknown, primaryKey: string): unknown {
  return (row as { readonly [name: string]: unknown } | null | undefined)?.[primaryKey];
}
