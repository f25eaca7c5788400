/** Checked by tsc alone: every `@ts-expect-error` must have an error below it, every Equal must hold. */
import { z } from "zod";
import {
  defineModel,
  type InputOf,
  index,
  type KeyOf,
  type PathsOf,
  type RowOf,
  unique,
} from "../../src/index.ts";
import type { OperandOf, OperatorsOf } from "../../src/types/operators.ts";
import type { PatchOf } from "../../src/types/patch.ts";
import type { PrimaryKeyChoice, PrimaryKeyOf, ScalarPathsOf, ValueAt } from "../../src/types/paths.ts";
import type { Selected } from "../../src/types/select.ts";
import { type Equal, expectType } from "./equal.ts";

const bookSchema = z.object({
  isbn: z.string(),
  title: z.string().min(1),
  year: z.int(),
  rating: z.number().nullable(),
  language: z.enum(["en", "de"]).default("en"),
  subtitle: z.string().optional(),
  available: z.boolean(),
  tags: z.array(z.string()),
  author: z.object({
    name: z.string(),
    born: z.int().optional(),
    home: z.object({ city: z.string() }).optional(),
  }),
  editors: z.array(z.object({ name: z.string() })),
  prices: z.record(z.string(), z.number()),
  extra: z.unknown(),
  free: z.json(),
  id: z.string().brand<"Id">(),
  "dotted.name": z.string(),
});

const Book = defineModel("books", bookSchema, {
  primaryKey: "isbn",
  indexes: [
    index("year"),
    unique("title"),
    index("author.name"),
    index("author.born"),
    index("author.home.city"),
    index("language"),
    index("id"),
  ],
});
type Book = RowOf<typeof Book>;

expectType<Equal<Book, z.output<typeof bookSchema>>>(true);
expectType<Equal<InputOf<typeof Book>, z.input<typeof bookSchema>>>(true);
expectType<Equal<KeyOf<typeof Book>, string>>(true);
expectType<Equal<(typeof Book)["name"], "books">>(true);
expectType<
  Equal<
    PathsOf<typeof Book>,
    | "isbn"
    | "title"
    | "year"
    | "rating"
    | "language"
    | "subtitle"
    | "available"
    | "tags"
    | "author"
    | "editors"
    | "prices"
    | "extra"
    | "free"
    | "id"
    | "author.name"
    | "author.born"
    | "author.home"
    | "author.home.city"
  >
>(true);
expectType<
  Equal<
    ScalarPathsOf<Book>,
    | "isbn"
    | "title"
    | "year"
    | "rating"
    | "language"
    | "subtitle"
    | "available"
    | "id"
    | "author.name"
    | "author.born"
    | "author.home.city"
  >
>(true);
expectType<Equal<PrimaryKeyOf<Book>, "isbn" | "title" | "year" | "available" | "id">>(true);

expectType<Equal<ValueAt<Book, "author.name">, string>>(true);
expectType<Equal<ValueAt<Book, "author.home.city">, string | undefined>>(true);
expectType<Equal<ValueAt<Book, "rating">, number | null>>(true);

expectType<Equal<OperatorsOf<number>, "=" | "!=" | "in" | "<" | "<=" | ">" | ">=" | "between" | "isNull">>(
  true,
);
expectType<Equal<OperatorsOf<string | undefined>, OperatorsOf<number> | "startsWith" | "contains">>(true);
expectType<Equal<OperatorsOf<string[]>, "contains" | "isNull">>(true);
expectType<Equal<OperatorsOf<{ a: string }>, "isNull">>(true);
expectType<Equal<OperatorsOf<unknown>, "isNull">>(true);
expectType<Equal<OperandOf<"en" | "de", "=">, [value: "en" | "de"]>>(true);
expectType<Equal<OperandOf<"en" | "de", "<">, [value: string]>>(true);
expectType<Equal<OperandOf<number | null, "between">, [bounds: readonly [low: number, high: number]]>>(true);
expectType<Equal<OperandOf<boolean, "=">, [value: boolean]>>(true);
expectType<Equal<OperandOf<string[], "contains">, [part: string]>>(true);
expectType<Equal<OperandOf<Book["id"], "=">, [value: string]>>(true);

expectType<Equal<Selected<Book, "title" | "author.name">, { title: string; author: { name: string } }>>(true);
expectType<
  Equal<Selected<Book, "subtitle" | "author">, { subtitle?: string | undefined; author: Book["author"] }>
>(true);
expectType<Equal<Selected<Book, "author.home.city">, { author: { home?: { city: string } | undefined } }>>(
  true,
);

type Patch = PatchOf<Book, "isbn">;
const patches: Patch[] = [
  {},
  { title: "x", author: { name: "y" } },
  { rating: null, subtitle: null },
  { subtitle: undefined, tags: ["a"], author: { home: null } },
];
void patches;
// @ts-expect-error a patch cannot change the primary key
const withKey: Patch = { isbn: "2" };
// @ts-expect-error a required field cannot be emptied
const emptied: Patch = { title: null };
// @ts-expect-error an unknown nested field
const unknownField: Patch = { author: { nmae: "x" } };
// @ts-expect-error lists are replaced whole
const partialList: Patch = { editors: [{}] };
void [withKey, emptied, unknownField, partialList];

// @ts-expect-error a list cannot be indexed
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [index("tags")] });
// @ts-expect-error nor a JSON value
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [index("extra")] });
// @ts-expect-error nor a record
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [index("prices")] });
// @ts-expect-error nor an object
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [unique("author")] });
// @ts-expect-error nor what is not there
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [index("author.nmae")] });
// @ts-expect-error nor a path into a list
defineModel("books", bookSchema, { primaryKey: "isbn", indexes: [index("editors.name")] });
// @ts-expect-error a primary key is a field
defineModel("books", bookSchema, { primaryKey: "isnb" });
// @ts-expect-error that every row has
defineModel("books", bookSchema, { primaryKey: "subtitle" });
// @ts-expect-error and is not a choice
defineModel("books", bookSchema, { primaryKey: "language" });
const choice = z.object({ kind: z.enum(["a", "b"]) });
// @ts-expect-error and where no field can be one, the compiler says so
defineModel("books", choice, { primaryKey: "kind" });
expectType<
  PrimaryKeyChoice<{ kind: "a" | "b" }> extends `(no field of this schema can be a primary key: ${string})`
    ? true
    : false
>(true);
// @ts-expect-error at the top of the row
defineModel("books", bookSchema, { primaryKey: "author.name" });
// @ts-expect-error options have names
defineModel("books", bookSchema, { primaryKey: "isbn", indices: [] });
const undescribed = { "~standard": { version: 1, vendor: "x", validate: () => ({ value: {} }) } } as const;
// @ts-expect-error a schema describes itself
defineModel("books", undescribed, { primaryKey: "isbn" });

/** Paths end at six levels, so that types of any depth are fine. */
interface Deep {
  readonly a: Deep;
  readonly leaf: string;
}
expectType<Equal<Extract<ScalarPathsOf<Deep>, "a.a.a.a.a.leaf">, "a.a.a.a.a.leaf">>(true);
expectType<Equal<Extract<ScalarPathsOf<Deep>, "a.a.a.a.a.a.leaf">, never>>(true);
