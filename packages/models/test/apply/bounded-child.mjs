// Fills a vault on LMDB with more rows than its memory holds, tries a migration on them and makes it. Runs on the built packages, with little memory.
import { Database } from "@modelvault/core";
import { apply, defineModel, index, plan } from "@modelvault/models";
import { lmdbStore } from "@modelvault/store-lmdb";
import { z } from "zod";

const [path = "", count = ""] = process.argv.slice(2);
const total = Number(count);
const TEXT = "It was a bright cold day in April. ".repeat(110);
const ROWS_AT_ONCE = 1000;

const db = Database.open(lmdbStore(path));
const shape = { id: z.int(), text: z.string().max(5000), price: z.int(), writer: z.string() };
apply(db, plan(db, [defineModel("books", z.object(shape), { primaryKey: "id" })]));
for (let first = 0; first < total; first += ROWS_AT_ONCE) {
  db.transaction((tx) => {
    for (let id = first; id < Math.min(total, first + ROWS_AT_ONCE); id++)
      tx.collection("books").insert({ id, text: `${id} ${TEXT}`, price: id % 100, writer: `w${id}` });
  });
}

const { writer, ...rest } = shape;
const Book = defineModel(
  "books",
  z.object({
    ...rest,
    text: z.string().min(1).max(4000),
    price: z.number(),
    author: writer,
    language: z.string(),
  }),
  { primaryKey: "id", indexes: [index("author"), index("price")], renamedFields: { author: "writer" } },
);
const changes = plan(db, [Book], { fill: { "books.language": (row) => (row.price < 50 ? "en" : "de") } });
const { ok, models } = changes.check(db);
const { changed } = apply(db, changes);
console.log(JSON.stringify({ ok, asked: models[0]?.rows, changed, left: plan(db, [Book]).isEmpty }));
db.close();
