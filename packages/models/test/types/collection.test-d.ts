/** Checked by tsc alone: what a typed collection takes and gives. Nothing here runs. */
import type { Database, ReadView, Transaction } from "@modelvault/core";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const Book = defineModel(
  "books",
  z.object({
    isbn: z.string(),
    title: z.string(),
    year: z.int(),
    rating: z.number().nullable(),
    language: z.enum(["en", "de"]).default("en"),
    subtitle: z.string().optional(),
    tags: z.array(z.string()),
    author: z.object({ name: z.string(), born: z.int().optional() }),
    extra: z.record(z.string(), z.unknown()),
  }),
  { primaryKey: "isbn" },
);

const City = defineModel("cities", z.object({ id: z.int(), name: z.string() }), { primaryKey: "id" });

export function check(db: Database, tx: Transaction, view: ReadView): void {
  const books = collection(db, Book);
  collection(tx, Book);
  collection(view, Book);
  const row = { isbn: "1", title: "t", year: 1, rating: null, tags: [], author: { name: "a" }, extra: {} };

  // Rows in
  expectType<Equal<ReturnType<typeof books.insert>, string>>(true);
  books.insert(row);
  books.insert({ ...row, language: "de", subtitle: "s", author: { name: "a", born: 1 } });
  books.insertMany([row, row]);
  books.put(row);
  // @ts-expect-error a required field is missing
  books.insert({ isbn: "1" });
  // @ts-expect-error a value of the wrong type
  books.insert({ ...row, year: "1990" });
  // @ts-expect-error a nested value of the wrong type
  books.insert({ ...row, author: { name: 5 } });
  // @ts-expect-error an unknown choice
  books.put({ ...row, language: "fr" });
  const { title, ...rest } = row;
  // @ts-expect-error an unknown field
  books.insert({ titel: title, title, ...rest });
  // @ts-expect-error one wrong row among many
  books.insertMany([row, { ...row, tags: "x" }]);

  // Rows out
  type Row = z.output<typeof Book.schema>;
  expectType<Equal<ReturnType<typeof books.get>, Row | undefined>>(true);
  expectType<Equal<ReturnType<typeof books.all>, Row[]>>(true);
  const found = books.getOrThrow("1");
  expectType<Equal<typeof found.language, "en" | "de">>(true);
  expectType<Equal<typeof found.author.born, number | undefined>>(true);

  // Keys
  const cities = collection(db, City);
  expectType<Equal<ReturnType<typeof cities.insert>, number>>(true);
  cities.get(5);
  // @ts-expect-error a key of another type
  cities.get("5");
  // @ts-expect-error also to delete
  books.delete(5);

  // Updates
  books.update("1", { author: { name: "b" } });
  books.update("1", { rating: null, subtitle: null, tags: ["a"] });
  books.update("1", (book) => ({ ...book, year: book.year + 1 }));
  // @ts-expect-error the key stays
  books.update("1", { isbn: "2" });
  // @ts-expect-error a wrong nested type
  books.update("1", { author: { name: 5 } });
  // @ts-expect-error a function returns a whole row
  books.update("1", () => ({ year: 1 }));
  books.where("year", "<", 0).update({ year: 0 });
  // @ts-expect-error a wrong patch for many
  books.where("year", "<", 0).update({ yaer: 0 });

  // Conditions
  books
    .where("year", ">=", 1990)
    .where("author.name", "startsWith", "A")
    .where("rating", "isNull")
    .where("tags", "contains", "x");
  books
    .where("language", "in", ["en"])
    .where("author.born", "between", [1900, 2000])
    .where("extra", "isNull", false);
  books.where((is) =>
    is.or(is("year", "=", 1), is.and(is("title", "contains", "x"), is.not(is("language", "!=", "de")))),
  );
  // @ts-expect-error an unknown nested path
  books.where("author.nmae", "=", "x");
  // @ts-expect-error a value of the wrong type
  books.where("year", "=", "1990");
  // @ts-expect-error a nested value of the wrong type
  books.where("author.born", "=", "1990");
  // @ts-expect-error not one of the choices
  books.where("language", "=", "fr");
  // @ts-expect-error an operator that does not fit
  books.where("year", "startsWith", "19");
  // @ts-expect-error a list has no order
  books.where("tags", "<", "x");
  // @ts-expect-error an object has no value
  books.where("author", "=", "x");
  // @ts-expect-error JSON has no value
  books.where("extra", "=", "x");
  // @ts-expect-error a list of values
  books.where("year", "in", 1990);
  // @ts-expect-error a pair of bounds
  books.where("year", "between", [1]);
  // @ts-expect-error an operand
  books.where("year", "=");
  // @ts-expect-error an operator that does not exist
  books.where("year", "==", 1);
  // @ts-expect-error elements of the list's type
  books.where("tags", "contains", 5);
  // @ts-expect-error also inside or
  books.where((is) => is.or(is("author.nmae", "=", "x")));

  // Order
  books.orderBy("author.name", "desc").orderBy("language");
  // @ts-expect-error no order by a list
  books.orderBy("tags");
  // @ts-expect-error nor by JSON
  books.orderBy("extra");
  // @ts-expect-error nor by what is not there
  books.query().orderBy("author.nmae");
  // @ts-expect-error nor in a third direction
  books.orderBy("year", "up");

  // Projection
  const short = () => books.select("title").offset(1).after(null).all();
  // @ts-expect-error a path that there is not
  books.select("author.nmae");
  const selected = books.where("year", ">", 1).select("title", "author.name", "subtitle").all();
  expectType<
    Equal<typeof selected, { title: string; subtitle?: string | undefined; author: { name: string } }[]>
  >(true);
  expectType<Equal<ReturnType<typeof short>, { title: string }[]>>(true);
  const page = books.query().select("title").limit(3).page();
  expectType<Equal<typeof page.rows, { title: string }[]>>(true);
  expectType<Equal<typeof page.next, string | null>>(true);
  const twice = books.query().select("title").select("year", "author").first();
  expectType<
    Equal<
      typeof twice,
      { title: string; year: number; author: { name: string; born?: number | undefined } } | undefined
    >
  >(true);
  // @ts-expect-error what is not there cannot be selected
  books.query().select("author.nmae");
  // @ts-expect-error what was not selected is not in the row
  void selected[0]?.year;

  // @ts-expect-error a collection is of a model
  collection(db, { name: "books" });
}
