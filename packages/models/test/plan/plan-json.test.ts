/** Plans as JSON: nothing is lost on the way, a changed plan is refused, and one vault's plan fits another of the same schemas. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { apply, defineModel, type Model, type Plan, plan, planFromJson } from "@modelvault/models";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { canonicalText, decodeExact, encodeExact } from "../../src/plan/exact-json.ts";
import { hashJson } from "../../src/plan/schema-hashes.ts";

const ID = { id: z.string() };

function model(shape: z.ZodRawShape): Model {
  return defineModel("books", z.object({ ...ID, ...shape }), { primaryKey: "id" });
}

function vault(): Database {
  const db = Database.open(memoryStore());
  db.register({ name: "books", primaryKey: "id", fields: [{ path: "id", type: "string" }] });
  db.collection("books").insert({ id: "a" });
  return db;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return "nothing";
}

function sent(changes: Plan): Plan {
  return planFromJson(JSON.stringify(changes));
}

test("a plan made for one vault is applied to another", () => {
  using here = vault();
  using there = vault();
  const wanted = model({ language: z.string() });
  const changes = sent(plan(here, [wanted], { fill: { "books.language": "en" } }));
  expect(apply(there, changes).changed).toBe(true);
  expect(there.collection("books").all()).toEqual([{ id: "a", language: "en" }]);
});

test("functions do not travel: apply asks for them, and takes them", () => {
  using db = vault();
  const wanted = model({ length: z.number() });
  const fill = { "books.length": (row: { readonly [field: string]: unknown }) => String(row.id).length };
  const changes = sent(plan(db, [wanted], { fill }));
  expect(codeOf(() => apply(db, changes))).toBe("plan_incomplete");
  expect(db.schema("books").version).toBe(1);
  expect(apply(db, changes, { fill }).changed).toBe(true);
  expect(db.collection("books").all()).toEqual([{ id: "a", length: 1 }]);
});

test("the model travels neither: apply asks for it where its default is needed", () => {
  using db = vault();
  const wanted = model({ language: z.string().default(() => "en") });
  const changes = sent(plan(db, [wanted]));
  if (changes.steps.some((step) => "fill" in step && step.fill.by === "model"))
    expect(codeOf(() => apply(db, changes))).toBe("plan_incomplete");
  apply(db, changes, { models: [wanted] });
  expect(db.collection("books").all()).toEqual([{ id: "a", language: "en" }]);
});

test("a plan that was changed after it was made is refused", () => {
  using db = vault();
  const text = JSON.stringify(
    plan(db, [model({ language: z.string() })], { fill: { "books.language": "en" } }),
  );
  expect(codeOf(() => planFromJson(text.replace('"value":"en"', '"value":"de"')))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson(text.slice(1)))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson({ format: 1 }))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson(text.replace('"format":1', '"format":2')))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson({ $bigint: "x" }))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson(text))).toBe("nothing");
});

/** JSON of a plan with some part changed, and the hash that it has then. */
function forged(changes: Plan, path: readonly (string | number)[], value: unknown): object {
  const { hash: _hash, leftAlone, ...json } = JSON.parse(JSON.stringify(changes));
  let holder = json;
  for (const name of path.slice(0, -1)) holder = holder[name];
  holder[path.at(-1) ?? ""] = value;
  return { ...json, leftAlone, hash: hashJson(json) };
}

test("a plan whose parts are not what they should be is refused, even where its hash is right", () => {
  using db = vault();
  const fill = { "books.language": "en" };
  const changes = plan(db, [model({ language: z.string() })], { fill });
  expect(codeOf(() => planFromJson(forged(changes, ["steps", 0, "fill", "value"], "de")))).toBe("nothing");
  const wrong: [path: (string | number)[], value: unknown][] = [
    [["steps"], [null]],
    [["steps"], ["addField"]],
    [["steps", 0, "kind"], "toString"],
    [["steps", 0, "collection"], 5],
    [["steps", 0, "safety"], "none"],
    [["steps", 0, "path"], "language"],
    [["steps", 0, "path"], [1]],
    [["steps", 0, "fill"], null],
    [["steps", 0, "fill", "by"], "magic"],
    [["changes"], [null]],
    [["changes", 0, "after", "fields"], null],
    [["changes", 0, "from"], 5],
    [["concerns"], [{}]],
  ];
  for (const [path, value] of wrong)
    expect([path, codeOf(() => planFromJson(forged(changes, path, value)))]).toEqual([path, "plan_invalid"]);
  expect(codeOf(() => planFromJson("null"))).toBe("plan_invalid");
  expect(codeOf(() => planFromJson(undefined))).toBe("plan_invalid");
});

test("the same differences have the same hash, others have others", () => {
  using here = vault();
  using there = vault();
  there.register({ name: "other", primaryKey: "id", fields: [{ path: "id", type: "string" }] });
  const hashOf = (db: Database, value: string): string =>
    plan(db, [model({ language: z.string() })], { fill: { "books.language": value } }).hash;
  expect(hashOf(here, "en")).toBe(hashOf(there, "en"));
  expect(hashOf(here, "en")).not.toBe(hashOf(here, "de"));
});

test("whatever a step can hold comes back from JSON as it was", () => {
  const data = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.bigInt(),
      fc.uint8Array(),
      fc.constantFrom(null, true, -0, Number.NaN, 2n ** 64n - 1n, -(2n ** 63n)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("$bigint", "$bytes", "$float", "$object", "a", ""), tie("value"), {
        maxKeys: 2,
      }),
    ),
  })).value;
  fc.assert(
    fc.property(data, (value) => {
      const json = encodeExact(value);
      const text = JSON.stringify(json);
      expect(decodeExact(JSON.parse(text))).toEqual(value);
      expect(canonicalText(JSON.parse(text))).toBe(canonicalText(json));
    }),
    { numRuns: 50 },
  );
});

test("a step that holds no data is refused", () => {
  expect(codeOf(() => encodeExact(() => 1))).toBe("argument_invalid");
});
