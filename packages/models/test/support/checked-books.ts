/** A vault with three rows, each of which some stricter model of the same collection does not take. */
import { Database, memoryStore, type Row } from "@modelvault/core";
import { z } from "zod";
import { apply, defineModel, type Model, plan } from "../../src/index.ts";

export const V1 = z.object({
  id: z.int(),
  title: z.string(),
  year: z.number(),
  tags: z.array(z.string()),
  note: z.string().optional(),
});

const ROWS: readonly Row[] = [
  { id: 1, title: "a", year: 1.5, tags: ["x", ""], note: "n" },
  { id: 2, title: "", year: 2, tags: [], note: null },
  { id: 3, title: "a", year: 3, tags: [""], note: null },
];

export function vault(rows: readonly Row[] = ROWS): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [books(V1)]));
  db.collection("books").insertMany(rows);
  return db;
}

export function books(schema: z.ZodObject, options: object = {}): Model {
  return defineModel("books", schema, { primaryKey: "id", ...options } as never);
}
