/** One difference between a vault and a model, and what is to become of it: the steps in words, how far they go, and the rows afterwards. */
import {
  type CollectionDescriptor,
  Database,
  type FieldDescriptor,
  memoryStore,
  type Row,
} from "@modelvault/core";
import { expect } from "vitest";
import { z } from "zod";
import { apply, defineModel, type Model, type PlanOptions, plan } from "../../src/index.ts";

const KEY: FieldDescriptor = { path: "id", type: "string" };

export interface Case {
  readonly name: string;
  /** Fields of "books" beside its key "id". */
  readonly fields: readonly FieldDescriptor[];
  readonly indexes?: CollectionDescriptor["indexes"];
  readonly rows?: readonly Row[];
  readonly model: Model;
  readonly options?: PlanOptions;
  /** Lines of the plan. */
  readonly says: readonly string[];
  readonly safety: "safe" | "data" | "loss";
  /** Rows afterwards, where they change. */
  readonly becomes?: readonly Row[];
}

export function books(shape: z.ZodRawShape, options: object = {}): Model {
  return defineModel("books", z.object({ id: z.string(), ...shape }), {
    primaryKey: "id",
    ...options,
  } as never);
}

export const ROW: Row = { id: "a", year: 5 };
export const YEAR: FieldDescriptor = { path: "year", type: "int64" };
export const TITLE: FieldDescriptor = { path: "title", type: "string" };
export const plainInt = z.int().min(-(2 ** 53 - 1));
const BOUNDS = [{ min_i64: -(2 ** 53 - 1) }, { max_i64: 2 ** 53 - 1 }];
export const SAFE_YEAR: FieldDescriptor = { ...YEAR, constraints: BOUNDS };

/** A vault of another program, with a collection "books" of these fields. */
export function vault(
  fields: readonly FieldDescriptor[],
  { indexes = [], rows = [] }: Partial<Case> = {},
): Database {
  const db = Database.open(memoryStore());
  db.register({ name: "books", primaryKey: "id", fields: [KEY, ...fields], indexes });
  db.collection("books").insertMany(rows);
  return db;
}

/** Plans the model, applies the plan, and finds nothing left to do. */
export function tryCase({ fields, model, options = {}, says, safety, becomes, ...rest }: Case): void {
  using db = vault(fields, rest);
  const changes = plan(db, [model], options);
  expect(String(changes).split("\n").slice(1)).toEqual(says.map((line) => `  ${line}`));
  expect(changes.safety).toBe(safety);
  expect(changes.blockers).toEqual([]);
  expect(apply(db, changes).changed).toBe(true);
  expect(db.collection("books").all()).toEqual(becomes ?? rest.rows ?? []);
  expect(plan(db, [model], options).isEmpty).toBe(true);
  expect(plan(db, [model]).isEmpty).toBe(true);
  expect(db.verify().ok).toBe(true);
}
