/** What a plan does not do unless told: it says so, names what to name, and nothing happens meanwhile. */
import { type CollectionDescriptor, Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { apply, collection, defineModel, index, type Model, plan } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";

const BOOKS: CollectionDescriptor = {
  name: "books",
  primaryKey: "id",
  fields: [
    { path: "id", type: "string" },
    { path: "isbn13", type: { optional: "string" } },
    { path: "year", type: "string" },
  ],
  indexes: [{ path: "year" }],
};

function vault(rows: number): Database {
  const db = Database.open(memoryStore());
  db.register(BOOKS);
  for (let at = 0; at < rows; at++) db.collection("books").insert({ id: `${at}`, isbn13: "x", year: "1974" });
  return db;
}

const ID = { id: z.string() };
const KEPT = { ...ID, isbn13: z.string().optional(), year: z.string() };
const BY_YEAR = { indexes: [index("year")] } as const;

function model(shape: z.ZodRawShape, options: object = {}): Model {
  return defineModel("books", z.object(shape), { primaryKey: "id", ...options } as never);
}

/** Advice for each step that is in the way. */
function adviceOf(db: Database, wanted: Model): string[] {
  return plan(db, [wanted]).blockers.map(({ advice }) => advice);
}

function refusal(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("a field that the models lack is dropped only when it is named", () => {
  using db = vault(1);
  const wanted = model({ ...ID, year: z.string() }, BY_YEAR);
  expect(adviceOf(db, wanted)).toEqual([
    'to drop it, pass allowDrop: { fields: ["books.isbn13"] }; if it has another name now, say so with renamedFields',
  ]);
  const { code, message } = refusal(() => apply(db, plan(db, [wanted])));
  expect(code).toBe("plan_blocked");
  expect(message).toContain('drop field "isbn13" with its values: to drop it, pass allowDrop');
  expect(db.schema("books").version).toBe(1);
  expect(db.collection("books").getOrThrow("0").isbn13).toBe("x");
});

test("an index that the models lack is dropped only when it is named", () => {
  using db = vault(0);
  expect(adviceOf(db, model(KEPT))).toEqual([
    'to drop it, pass allowDrop: { indexes: ["books.year_idx"] }; to keep it, add it to the model\'s indexes',
  ]);
});

test("a required field without values for stored rows can be added while there are no rows", () => {
  const wanted = model({ ...KEPT, language: z.string() }, BY_YEAR);
  {
    using db = vault(1);
    expect(adviceOf(db, wanted)).toEqual([
      'while "books" has rows, this needs fill: { "books.language": … } (a value, or a function of the row), or a default in the model',
    ]);
    expect(refusal(() => apply(db, plan(db, [wanted]))).code).toBe("plan_blocked");
  }
  using db = vault(0);
  expect(apply(db, plan(db, [wanted])).changed).toBe(true);
});

test.each<[string, (pay: z.ZodType) => z.ZodRawShape, (row: object) => object, string]>([
  ["a field", (pay) => ({ pay }), (pay) => ({ pay }), "books.pay.owner"],
  ["a list", (pay) => ({ pays: z.array(pay) }), (pay) => ({ pays: [pay] }), "books.pays.[].owner"],
])(
  "a field that a variant of a union in %s requires needs values for its stored rows",
  (_in, shape, row, key) => {
    const cash = z.object({ kind: z.literal("cash") });
    const card = z.object({ kind: z.literal("card"), last4: z.string() });
    const sepa = z.object({ kind: z.literal("sepa"), iban: z.string() });
    const ofCards = (cards: typeof card): Model =>
      model({ ...ID, ...shape(z.discriminatedUnion("kind", [cash, cards, sepa])) });
    using db = Database.open(memoryStore());
    const first = model({ ...ID, ...shape(z.discriminatedUnion("kind", [cash, card])) });
    apply(db, plan(db, [first]));
    db.collection("books").insertMany([
      { id: "1", ...row({ kind: "cash" }) },
      { id: "2", ...row({ kind: "card", last4: "1234" }) },
    ]);
    // No stored row can be of a variant that is new itself; and what it may lack it may lack.
    expect(plan(db, [ofCards(card)]).safety).toBe("safe");
    expect(plan(db, [ofCards(card.extend({ owner: z.string().optional() }) as never)]).safety).toBe("safe");
    const wanted = ofCards(card.extend({ owner: z.string() }));
    expect(adviceOf(db, wanted)).toEqual([
      `while "books" has rows, this needs fill: { "${key}": … } (a function of the row: rows of some variants must have it; null for the others)`,
    ]);
    expect(refusal(() => apply(db, plan(db, [wanted]))).code).toBe("plan_blocked");
    const owner = (stored: object): string | null => (JSON.stringify(stored).includes("card") ? "Ada" : null);
    apply(db, plan(db, [wanted], { fill: { [key]: owner } }));
    expect(collection(db, wanted).all()).toEqual([
      { id: "1", ...row({ kind: "cash" }) },
      { id: "2", ...row({ kind: "card", last4: "1234", owner: "Ada" }) },
    ]);
    expect(plan(db, [wanted]).isEmpty).toBe(true);
  },
);

test("a type that no rule converts needs a function while there are rows", () => {
  const wanted = model({ ...KEPT, year: z.number() }, BY_YEAR);
  {
    using db = vault(1);
    expect(adviceOf(db, wanted)).toEqual([
      'while "books" has rows, this needs convert: { "books.year": (value) => … }',
    ]);
    expect(refusal(() => apply(db, plan(db, [wanted]))).code).toBe("plan_blocked");
  }
  using db = vault(0);
  expect(apply(db, plan(db, [wanted])).changed).toBe(true);
});

test.each([1, 0])("a changed primary key is refused, with advice (%i rows)", (rows) => {
  using db = vault(rows);
  const wanted = model(KEPT, { ...BY_YEAR, primaryKey: "year" });
  expect(adviceOf(db, wanted).join()).toContain("declare a collection of another name, copy the rows");
  expect(refusal(() => apply(db, plan(db, [wanted]))).code).toBe("plan_blocked");
});

test.each([
  [{ allowDrop: { field: ["books.isbn13"] } }, "options.allowDrop.field"],
  [{ allowDrop: { fields: "books.isbn13" } }, "options.allowDrop.fields"],
  [{ allowDrop: { collections: ["books"] } }, "options.allowDrop.collections"],
  [{ fills: {} }, "options.fills"],
  [{ fill: { "books.yaer": 1 } }, "options.fill"],
  [{ convert: { "books.year": "number" } }, 'options.convert["books.year"]'],
  [{ convert: { "book.year": () => 1 } }, "options.convert"],
  [{ rewrite: { book: () => ({}) } }, "options.rewrite"],
  [{ rewrite: { books: { once: "", row: () => ({}) } } }, 'options.rewrite["books"]'],
])("a slip in the options is found: %j", (options, argument) => {
  using db = vault(0);
  const error = refusal(() => plan(db, [model(KEPT, BY_YEAR)], options as never));
  expect(error).toMatchObject({ code: "argument_invalid", details: { argument } });
});

test.each([
  [[], "models[0]", [{}]],
  [[], "models", {}],
])("what is no list of models is refused", (_none, argument, models) => {
  using db = vault(0);
  expect(refusal(() => plan(db, models as never))).toMatchObject({
    code: "argument_invalid",
    details: { argument },
  });
});

test("two models of one collection are refused", () => {
  using db = vault(0);
  const twice = [model(KEPT, BY_YEAR), model(ID)];
  expect(refusal(() => plan(db, twice))).toMatchObject({ details: { argument: "models[1]" } });
});

test.each<[string, readonly (readonly [name: string, former: string])[], string, string?]>([
  ["its own", [["books", "books"]], "models[0].renamedFrom"],
  [
    "that of two",
    [
      ["a", "books"],
      ["b", "books"],
    ],
    "models[1].renamedFrom",
  ],
  [
    "that of a collection that changes places",
    [
      ["a", "books"],
      ["books", "a"],
    ],
    "models[1].renamedFrom",
  ],
  [
    "part of a circle",
    [
      ["a", "books"],
      ["b", "a"],
      ["books", "b"],
    ],
    "models[2].renamedFrom",
  ],
  ["to be dropped", [["tomes", "books"]], "models[0].renamedFrom", "books"],
])("a former name of a collection that is %s is refused, and rows stay", (_what, names, argument, drop) => {
  using db = vault(1);
  const models = names.map(([name, renamedFrom]) =>
    defineModel(name, z.object(KEPT), { primaryKey: "id", renamedFrom }),
  );
  const options = drop === undefined ? {} : { allowDrop: { collections: [drop] } };
  expect(refusal(() => plan(db, models, options))).toMatchObject({
    code: "argument_invalid",
    details: { argument },
  });
  expect(db.collection("books").count()).toBe(1);
});

test("in a pull request, what is in the way is marked in the list and explained below it", () => {
  using db = vault(1);
  const text = plan(db, [model({ ...ID, year: z.string() })]).toMarkdown();
  expect(text.split("\n")).toEqual([
    expect.stringMatching(
      /^\*\*Plan [0-9a-f]{12}: 2 steps, 2 of them blocked: stored values are dropped\.\*\*$/,
    ),
    "",
    "```diff",
    '! books: drop field "isbn13" with its values (not yet)',
    '! books: drop index "year_idx" on "year" (not yet)',
    "```",
    "",
    "Cannot be applied yet:",
    "",
    expect.stringContaining('allowDrop: { fields: ["books.isbn13"] }'),
    expect.stringContaining('allowDrop: { indexes: ["books.year_idx"] }'),
  ]);
  expect(plan(db, [model(KEPT, BY_YEAR)]).toMarkdown()).toBe(
    "**Nothing to do: the vault is as the models say.**",
  );
});

test("the headline says what is blocked, and what only rows block", () => {
  using db = vault(1);
  const headline = (wanted: Model): string =>
    String(plan(db, [wanted]))
      .split("\n")[0]
      ?.slice(19) ?? "";
  expect(headline(model({ ...KEPT, language: z.string() }, BY_YEAR))).toBe(
    "1 step, blocked while there are rows: stored rows are checked or rewritten, none is lost.",
  );
  expect(headline(model({ ...ID, year: z.string(), note: z.string().optional() }, BY_YEAR))).toBe(
    "2 steps, 1 of them blocked: stored values are dropped.",
  );
});

test("the signs of a pull request are those of the terminal: ! for what is in the way alone", () => {
  using db = vault(1);
  const markdown = plan(db, [
    model({ ...KEPT, year: z.string().optional(), isbn13: z.string() }, BY_YEAR),
  ]).toMarkdown();
  expect(markdown).toContain('\n~ books: make "year" optional\n');
  expect(markdown).not.toContain("\n!");
});
