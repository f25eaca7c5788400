/** A model with a field of every common kind, and rows for it: what tests of collections work on. */
import { z } from "zod";
import { defineModel, type InputOf, index, unique } from "../../src/index.ts";

export const Book = defineModel(
  "books",
  z.object({
    isbn: z.string().trim().min(1),
    title: z.string().min(1),
    year: z.int().min(0),
    rating: z.number().nullable(),
    language: z.enum(["en", "de"]).default("en"),
    subtitle: z.string().optional(),
    note: z.string().nullish(),
    tags: z.array(z.string()).default([]),
    author: z.object({
      name: z.string(),
      born: z.int().optional(),
      home: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
    }),
    extra: z.record(z.string(), z.unknown()).default({}),
  }),
  { primaryKey: "isbn", indexes: [unique("title"), index("author.name"), index("year")] },
);

export const dune: InputOf<typeof Book> = {
  isbn: "1",
  title: "Dune",
  year: 1965,
  rating: null,
  author: { name: "Frank Herbert" },
};
export const emma: InputOf<typeof Book> = {
  isbn: "2",
  title: "Emma",
  year: 1815,
  rating: 4.5,
  subtitle: "A novel",
  note: null,
  tags: ["classic", "love"],
  author: { name: "Jane Austen", born: 1775, home: { city: "Chawton" } },
  extra: { shelf: { row: 3 }, gifts: [null, true] },
};
