// After every kind of migration upstream opens the vault in its strict mode, sees the rows as we do, and can go on writing.
import { Database } from "@modelvault/core";
import { apply, defineModel, index, plan, planRevert, unique } from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { z } from "zod";
import { expect } from "./model.mjs";

/** @typedef {import("./scenarios.mjs").Setting} Setting */
/** @typedef {import("@modelvault/models").Model} Model */
/** @typedef {import("@modelvault/models").PlanOptions} PlanOptions */

const shape = {
  id: z.string(),
  title: z.string(),
  writer: z.string(),
  pages: z.int(),
  language: z.enum(["de", "en"]),
  isbn10: z.string().optional(),
};

/** @param {Record<string, any>} fields @param {object} [options] @param {string} [name] @returns {Model} */
function model(fields, options = {}, name = "books") {
  return defineModel(
    name,
    z.object(fields),
    /** @type {any} */ ({ primaryKey: "id", indexes: [index(/** @type {any} */ ("pages"))], ...options }),
  );
}

const { isbn10: _dropped, ...withoutIsbn } = shape;
const { writer: _renamed, ...withoutWriter } = shape;
const start = model(shape);

/** Each kind of step: models to arrive at, and what upstream calls the collection. @type {[name: string, models: Model[], options?: PlanOptions, theirName?: string][]} */
const kinds = [
  ["creates a collection", [start, model({ id: z.string(), pages: z.int() }, {}, "more")]],
  ["adds an optional field", [model({ ...shape, note: z.string().optional() })]],
  ["adds a field with values", [model({ ...shape, rating: z.number() })], { fill: { "books.rating": 2.5 } }],
  ["adds a field with the model's default", [model({ ...shape, rating: z.string().default(() => "none") })]],
  [
    "renames a field",
    [model({ ...withoutWriter, author: z.string() }, { renamedFields: { author: "writer" } })],
  ],
  [
    "moves a field into an object",
    [
      model(
        { ...withoutWriter, author: z.object({ name: z.string() }) },
        { renamedFields: { "author.name": "writer" } },
      ),
    ],
  ],
  ["widens an integer", [model({ ...shape, pages: z.number() })]],
  ["widens an enum", [model({ ...shape, language: z.string() })]],
  [
    "converts by a function",
    [model({ ...shape, title: z.number() })],
    { convert: { "books.title": (value) => String(value).length } },
  ],
  ["tightens a constraint", [model({ ...shape, title: z.string().min(1) })]],
  ["loosens a constraint", [model({ ...shape, language: z.enum(["de", "en", "fr"]) })]],
  ["makes a field optional", [model({ ...shape, title: z.string().optional() })]],
  [
    "makes a field required",
    [model({ ...shape, isbn10: z.string() })],
    { fill: { "books.isbn10": "unknown" } },
  ],
  [
    "adds an index",
    [model(shape, { indexes: [index(/** @type {any} */ ("pages")), unique(/** @type {any} */ ("title"))] })],
  ],
  ["drops an index", [model(shape, { indexes: [] })], { allowDrop: { indexes: ["books.pages_idx"] } }],
  ["drops a field", [model(withoutIsbn)], { allowDrop: { fields: ["books.isbn10"] } }],
  [
    "rewrites rows",
    [start],
    {
      rewrite: {
        books: { once: "shout", row: (row) => ({ ...row, title: String(row.title).toUpperCase() }) },
      },
    },
  ],
  ["renames a collection", [model(shape, { renamedFrom: "books" }, "tomes")], {}, "books"],
];

/** @param {any} value @returns {any} plain JSON of upstream's typed value */
function untyped(value) {
  if (value === null) return null;
  const [kind, content] = /** @type {[string, any]} */ (Object.entries(value)[0]);
  if (kind === "object")
    return Object.fromEntries(Object.entries(content).map(([name, inner]) => [name, untyped(inner)]));
  if (kind === "float64") return Buffer.from(content, "hex").readDoubleBE(0);
  return kind === "int64" ? Number(content) : content;
}

/**
 * Upstream reads what we have, row by row.
 * @param {Setting} setting @param {string} path @param {string} ours @param {string} theirs
 */
async function sameRows({ upstream }, path, ours, theirs) {
  const db = Database.open(fileStore(path));
  const { fields } = db.schema(ours);
  const rows = db.collection(ours).all();
  db.close();
  await upstream.call("open", { path, recovery: "strict" });
  const dumped = await upstream.call("dump", { name: theirs, fields });
  await upstream.call("close");
  const seen = dumped.map((/** @type {any} */ row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, untyped(value)])),
  );
  const sorted = (/** @type {any[]} */ list) =>
    JSON.stringify(
      list.map((row) => Object.entries(row).sort()).sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    );
  expect(sorted(seen) === sorted(rows), `upstream sees ${sorted(seen)}, not ${sorted(rows)}`);
}

/** @param {string} path @param {(db: Database) => void} work */
function withOurs(path, work) {
  const db = Database.open(fileStore(path));
  try {
    work(db);
  } finally {
    db.close();
  }
}

export const migrationRules = kinds.map(([name, models, options = {}, theirName], at) => ({
  name: `upstream opens a vault after a migration that ${name}`,
  /** @param {Setting} setting */
  run: async (setting) => {
    const path = setting.place(`migration-${at}`);
    withOurs(path, (db) => {
      apply(db, plan(db, [start]));
      // An update, a deletion and a checkpoint, so that old records and a checkpoint of the old schema are in the log.
      db.collection("books").insertMany(
        Array.from({ length: 5 }, (_, n) => ({
          id: `${n}`,
          title: `t${n}`,
          writer: "w",
          pages: n,
          language: "de",
          isbn10: null,
        })),
      );
      if (at % 2 === 0) db.checkpoint();
      db.collection("books").update("1", { pages: 77 });
      db.collection("books").delete("2");
    });
    withOurs(path, (db) => {
      expect(apply(db, plan(db, models, options)).changed, "nothing was applied");
    });
    const ours = models[0]?.name ?? "";
    const theirs = theirName ?? ours;
    await sameRows(setting, path, ours, theirs);
    // It goes on writing, and we still have nothing to plan.
    const { upstream } = setting;
    await upstream.call("open", { path, recovery: "strict" });
    await upstream.call("apply", { name: theirs, steps: [{ op: "delete", key: { string: "4" } }] });
    await upstream.call("close");
    withOurs(path, (db) => {
      expect(!db.collection(ours).has("4"), "their deletion is not seen");
      const again = plan(db, models, options);
      expect(again.isEmpty, `there is something left to plan: ${again}`);
      expect(db.verify().ok, "verify");
    });
  },
}));

migrationRules.push(
  {
    name: "a vault of upstream's, with nested paths, becomes one of models",
    run: async (setting) => {
      const { upstream } = setting;
      const path = setting.place("migration-grouped");
      const fields = [
        { path: ["id"], type: "string" },
        { path: ["author", "name"], type: "string" },
        { path: ["author", "born"], type: { optional: "int64" } },
        { path: ["title"], type: "string" },
      ];
      await upstream.call("open", { path });
      await upstream.call("register", {
        name: "books",
        primary: "id",
        fields,
        indexes: [{ name: "by_name", path: ["author", "name"], kind: "index" }],
      });
      const author = { object: { name: { string: "Lem" }, born: { int64: "1921" } } };
      const row = { id: { string: "a" }, author, title: { string: "Solaris" } };
      await upstream.call("apply", { name: "books", steps: [{ op: "put", row }] });
      await upstream.call("close");
      const wanted = defineModel(
        "books",
        z.object({
          id: z.string(),
          author: z.object({ name: z.string(), born: z.int().optional() }),
          title: z.string(),
        }),
        { primaryKey: "id", indexes: [index("author.name", { name: "by_name" })] },
      );
      withOurs(path, (db) => {
        apply(db, plan(db, [wanted]));
        expect(plan(db, [wanted]).isEmpty, "there is something left to plan");
      });
      await sameRows(setting, path, "books", "books");
    },
  },
  {
    name: "upstream opens a vault after collections were dropped, renamed and made again",
    run: async (setting) => {
      const path = setting.place("migration-names");
      const fresh = model({ id: z.string(), pages: z.int() });
      withOurs(path, (db) => {
        apply(db, plan(db, [start]));
        db.collection("books").insert({ id: "a", title: "t", writer: "w", pages: 1, language: "de" });
        apply(db, plan(db, [model(shape, { renamedFrom: "books" }, "tomes"), fresh]));
        db.collection("books").insert({ id: "b", pages: 2 });
      });
      await sameRows(setting, path, "tomes", "books");
      withOurs(path, (db) => {
        apply(db, plan(db, [fresh], { allowDrop: { collections: ["tomes"] } }));
        expect(plan(db, [fresh]).isEmpty, "there is something left to plan");
      });
      await setting.upstream.call("open", { path, recovery: "strict" });
      await setting.upstream.call("close");
      withOurs(path, (db) => expect(db.collectionNames().join() === "books", "names"));
    },
  },
  {
    name: "upstream opens a vault after a migration was undone",
    run: async (setting) => {
      const path = setting.place("migration-undone");
      withOurs(path, (db) => {
        apply(db, plan(db, [start]));
        db.collection("books").insert({ id: "a", title: "t", writer: "w", pages: 1, language: "de" });
        apply(
          db,
          plan(db, [
            model(
              { ...withoutWriter, author: z.string(), note: z.string().optional() },
              { renamedFields: { author: "writer" } },
            ),
          ]),
        );
        apply(db, planRevert(db));
      });
      await sameRows(setting, path, "books", "books");
    },
  },
);
