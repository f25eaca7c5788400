/** A vault whose first migration made a collection of books, with one row in it. */
import { Database, memoryStore } from "@modelvault/core";
import { z } from "zod";
import { apply, defineModel, index, type Model, plan } from "../../src/index.ts";

export function books(shape: z.ZodRawShape, options: object = {}, name = "books"): Model {
  return defineModel(name, z.object({ id: z.string(), ...shape }), { primaryKey: "id", ...options } as never);
}

export const BASE = books(
  { title: z.string(), year: z.int(), language: z.enum(["de", "en"]) },
  { indexes: [index("year")] },
);
export const SHAPE = { title: z.string(), year: z.int(), language: z.enum(["de", "en"]) };
export const BY_YEAR = { indexes: [index("year")] };
export const ROW = { id: "a", title: "t", year: 1974, language: "de" };

export function vault(): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [BASE]), { program: "shop 1", now: () => 1 });
  db.collection("books").insert(ROW);
  return db;
}
