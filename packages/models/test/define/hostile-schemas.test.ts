/** Schemas that do not keep to Standard Schema, never answer at once, or never end: each is refused with a code, and nothing is stored. */
import { Database, isModelVaultError, type ModelVaultError, memoryStore } from "@modelvault/core";
import { collection, defineModel, field, type Model, type ModelSchema, plan } from "@modelvault/models";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const DESCRIBED = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };

function schemaOf(validate: unknown, described: unknown = DESCRIBED): ModelSchema {
  const describe = (): unknown => described;
  return {
    "~standard": { version: 1, vendor: "hand", validate, jsonSchema: { input: describe, output: describe } },
  } as never;
}

const accept = (value: unknown): unknown => ({ value });

function define(schema: unknown): Model {
  return defineModel("things", schema as never, { primaryKey: "id" } as never) as never;
}

function errorOf(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const boom = new Error("boom");
const explode = (): never => {
  throw boom;
};

describe("validate", () => {
  const insert = (validate: unknown): ModelVaultError => {
    using db = Database.open(memoryStore());
    const things = collection(db, define(schemaOf(validate)));
    const error = errorOf(() => things.insert({ id: "a" } as never));
    expect(things.count()).toBe(0);
    return error;
  };

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["an object of neither", {}],
    ["a value that is no object", { value: 5 }],
    ["issues that are no list", { issues: "wrong" }],
    ["no issue at all", { issues: [] }],
    ["an issue that is null", { issues: [null] }],
    ["an issue that is text", { issues: ["wrong"] }],
    ["an issue without a message", { issues: [{}] }],
    ["a path that is null", { issues: [{ message: "m", path: null }] }],
    ["a path that is a number", { issues: [{ message: "m", path: 7 }] }],
    ["a path of text", { issues: [{ message: "m", path: "id" }] }],
    ["a path with null", { issues: [{ message: "m", path: [null] }] }],
    ["a path with an object that has no key", { issues: [{ message: "m", path: [{}] }] }],
  ])("%s in place of a result is refused", (_name, result) => {
    expect(insert(() => result).code).toBe("model_schema_invalid");
  });

  test("what it throws is the cause", () => {
    const error = insert(explode);
    expect([error.code, error.cause, error.details]).toEqual([
      "model_schema_threw",
      boom,
      { model: "things" },
    ]);
    expect(error.message).toBe('The schema of the model "things" threw while it validated a row: boom');
  });

  test.each<[string, unknown]>([
    ["Valibot", toStandardJsonSchema(v.object({ id: v.pipe(v.string(), v.check(explode)) }))],
    ["ArkType", type({ id: "string" }).narrow(explode)],
    ["our builder", field.object({ id: field.string().check(explode, "m") })],
  ])("a check of %s that throws is told so", (_name, schema) => {
    using db = Database.open(memoryStore());
    expect(errorOf(() => collection(db, define(schema)).insert({ id: "a" } as never)).code).toBe(
      "model_schema_threw",
    );
  });

  test("issues of every kind of path are understood", () => {
    const path = ["id", 0, Symbol("s"), { key: "k" }];
    const error = insert(() => ({ issues: [{ message: "m", path }, { message: "n" }] }));
    expect(error.issues.map((issue) => issue.path)).toEqual([["id", 0, "Symbol(s)", "k"], []]);
  });

  test("a plan that asks a schema for defaults lives with one that throws", () => {
    using db = Database.open(memoryStore());
    collection(db, define(schemaOf(accept)));
    const described = {
      ...DESCRIBED,
      properties: { ...DESCRIBED.properties, more: { type: "string" } },
      required: ["id", "more"],
    };
    for (const validate of [explode, () => undefined])
      expect(plan(db, [define(schemaOf(validate, described))]).steps).toMatchObject([
        { fill: { by: "nothing" } },
      ]);
  });
});

describe("a schema that never answers at once", () => {
  test.each<[string, unknown]>([
    ["a function that is async", schemaOf(async (value: unknown) => ({ value }))],
    [
      "an object of Valibot's that is async",
      toStandardJsonSchema(v.objectAsync({ id: v.string() }) as never),
    ],
  ])("is refused at definition: %s", (_name, schema) => {
    expect(errorOf(() => define(schema)).code).toBe("validation_async");
  });

  test.each<[string, unknown]>([
    ["Zod", z.object({ id: z.string(), later: z.promise(z.string()) })],
    ["Valibot", toStandardJsonSchema(v.object({ id: v.string(), later: v.promise() }))],
    ["ArkType", type({ id: "string", later: "Promise" })],
  ])("is refused at definition, where it has a promise in it: %s", (_name, schema) => {
    const error = errorOf(() => define(schema));
    expect(error.code).toBe("model_unsupported");
    expect(error.details.problems).toMatchObject([{ path: "later", instead: "await it before the write" }]);
  });

  test("an async check of our builder is refused, and one that gives a promise all the same does not pass for a yes", () => {
    expect(errorOf(() => field.string().check((async () => false) as never, "m")).code).toBe(
      "argument_invalid",
    );
    using db = Database.open(memoryStore());
    const later = field.object({ id: field.string().check((() => Promise.reject(boom)) as never, "m") });
    const error = errorOf(() => collection(db, define(later)).insert({ id: "a" }));
    expect([error.code, error.details]).toEqual(["validation_async", { model: "things" }]);
  });
});

describe("a description", () => {
  const withField = (x: unknown, others: object = {}): unknown => ({
    ...DESCRIBED,
    properties: { ...DESCRIBED.properties, x },
    ...others,
  });
  const row: { properties?: object } = { ...DESCRIBED };
  row.properties = { id: { type: "string" }, self: row };
  const anyOf: { anyOf: unknown[] } = { anyOf: [{ type: "string" }] };
  anyOf.anyOf.push(anyOf);
  const allOf: { allOf: unknown[] } = { allOf: [] };
  allOf.allOf.push(allOf);
  const list: { type: string; items?: unknown } = { type: "array" };
  list.items = list;
  const record: { type: string; additionalProperties?: unknown } = { type: "object" };
  record.additionalProperties = record;
  const everNew = (): unknown => ({
    type: "object",
    properties: {
      get a() {
        return everNew();
      },
      get b() {
        return everNew();
      },
    },
  });
  const everNewRecord = (): unknown => ({
    type: "object",
    get additionalProperties() {
      return everNewRecord();
    },
  });
  const everNewUnion = (): unknown => ({
    get anyOf() {
      return [everNewUnion(), everNewUnion()];
    },
  });

  test.each<[string, unknown, path: unknown]>([
    ["an object in itself", row, "self"],
    ["a union in itself", withField(anyOf), "x"],
    ["an intersection with itself", withField(allOf), "x"],
    ["a list of itself", withField(list), "x[]"],
    ["a reference to itself", withField({ $ref: "#/properties/x" }), "x"],
    ["a reference to what is around it", withField({ type: "array", items: { $ref: "#" } }), "x[]"],
    [
      "references in a ring",
      withField(
        { $ref: "#/$defs/a" },
        { $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }, { type: "null" }] }, b: { $ref: "#/$defs/a" } } },
      ),
      "x",
    ],
    ["getters that make ever new parts", withField(everNew()), expect.stringMatching(/^x\.a\.a.*…$/)],
    ["getters that make ever new records", withField(everNewRecord()), "x{}"],
    ["getters that make ever new unions", withField(everNewUnion()), "x"],
  ])("that never ends is refused with the path: %s", (_name, described, path) => {
    const error = errorOf(() => define(schemaOf(accept, described)));
    expect(error.code).toBe("model_unsupported");
    const { problems } = error.details as { readonly problems: readonly { path: string; found: string }[] };
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.found).toMatch(/^a schema that contains itself|^a union of several types$/);
  });

  const Node = z.object({
    id: z.string(),
    get kids() {
      return z.array(Node);
    },
  });
  const Lazy: z.ZodType = z.lazy(() => z.object({ id: z.string(), kids: Lazy.optional() }));
  interface Kid {
    readonly id: string;
    readonly kids?: Kid | undefined;
  }
  const Kid: v.GenericSchema<Kid> = v.object({ id: v.string(), kids: v.optional(v.lazy(() => Kid)) });

  test.each<[string, unknown, string]>([
    ["Zod's getters", Node, "kids[]"],
    ["z.lazy", Lazy, "kids"],
    ["v.lazy", toStandardJsonSchema(Kid), "kids.kids"],
    ["ArkType's this", type({ id: "string", "kids?": "this" }), "kids"],
  ])("that a library writes of a recursive type is refused, too: %s", (_name, schema, path) => {
    expect(errorOf(() => define(schema)).details.problems).toMatchObject([{ path }]);
  });

  test("one part that stands in many places is no ring", () => {
    const part = { type: "object", properties: { a: { type: "string" } } };
    const described = withField({
      type: "object",
      properties: { a: part, b: { type: "array", items: part } },
    });
    expect(define(schemaOf(accept, described)).fields).toHaveLength(2);
  });

  test("a record of itself is a JSON value", () => {
    expect(define(schemaOf(accept, withField(record))).fields[1]?.shape).toEqual({ kind: "json" });
  });

  test("with getters that throw is refused with what they threw", () => {
    const described = {
      type: "object",
      get properties() {
        return explode();
      },
    };
    const error = errorOf(() => define(schemaOf(accept, described)));
    expect([error.code, error.cause]).toEqual(["model_schema_invalid", boom]);
  });

  test("with a reference that is none is refused with the path", () => {
    expect(
      errorOf(() => define(schemaOf(accept, withField({ $ref: "#/%" })))).details.problems,
    ).toMatchObject([{ path: "x" }]);
  });
});

test.each<[string, unknown]>([
  ["nothing under the standard's name", {}],
  ["null under it", { "~standard": null }],
  [
    "no validate",
    { "~standard": { version: 1, vendor: "hand", jsonSchema: { input: accept, output: accept } } },
  ],
  ["no description", { "~standard": { version: 1, vendor: "hand", validate: accept } }],
  [
    "a getter that throws",
    {
      get "~standard"() {
        return explode();
      },
    },
  ],
])("a schema with %s is refused at definition", (_name, schema) => {
  expect(errorOf(() => define(schema)).code).toBe("model_schema_invalid");
});
