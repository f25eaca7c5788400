/** Opening with models: which plans each policy applies, and what is said about the rest. */
import { type Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { collection, defineModel, history, type Model, type OpenOptions, openWith } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";

const V1 = defineModel("books", z.object({ id: z.string() }), { primaryKey: "id" });
const SAFE = defineModel("books", z.object({ id: z.string(), note: z.string().optional() }), {
  primaryKey: "id",
});
const DATA = defineModel("books", z.object({ id: z.string(), note: z.string().default("none") }), {
  primaryKey: "id",
});

function errorOf(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function vault(): Database {
  const db = openWith(memoryStore(), [V1], { onDiff: "apply", program: "test 1" });
  collection(db, V1).insert({ id: "a" });
  return db;
}

test("a vault that is as the models say is opened, and nothing is written", () => {
  using db = vault();
  const revision = db.revision();
  expect(openWith(db, [V1])).toBe(db);
  expect(db.revision()).toBe(revision);
});

test("by default nothing is changed, and the error lists the steps", () => {
  using db = vault();
  const error = errorOf(() => openWith(db, [SAFE]));
  expect(error.code).toBe("models_differ");
  expect(error.message).toContain('+ books: add field "note" (optional string)');
  expect(error.message).toContain('onDiff: "apply-safe"');
  expect(db.schema("books").version).toBe(1);
});

test("apply-safe applies what leaves stored rows alone, and refuses the rest", () => {
  using db = vault();
  openWith(db, [SAFE], { onDiff: "apply-safe", program: "test 2" });
  expect(history(db).map(({ program }) => program)).toEqual(["test 1", "test 2"]);
  expect(errorOf(() => openWith(db, [DATA], { onDiff: "apply-safe" }))).toMatchObject({
    code: "models_differ",
    details: { safety: "data" },
  });
});

test("apply applies what touches rows, and drops nothing that was not named", () => {
  using db = vault();
  openWith(db, [DATA], { onDiff: "apply" });
  expect(collection(db, DATA).all()).toEqual([{ id: "a", note: "none" }]);
  expect(errorOf(() => openWith(db, [V1], { onDiff: "apply" })).code).toBe("plan_blocked");
  openWith(db, [V1], { onDiff: "apply", allowDrop: { fields: ["books.note"] } });
  expect(collection(db, V1).all()).toEqual([{ id: "a" }]);
});

test("a database that was opened here is closed when its models differ", () => {
  const driver = memoryStore();
  const opened: Database[] = [];
  const observer = {};
  expect(errorOf(() => openWith(driver, [V1], { database: { observer } })).code).toBe("models_differ");
  // A driver that still had its store open would refuse to open it again.
  using db = openWith(driver, [V1], { onDiff: "apply" });
  opened.push(db);
  expect(opened).toHaveLength(1);
});

test("a policy that does not exist is refused", () => {
  expect(errorOf(() => openWith(memoryStore(), [V1], { onDiff: "yes" as never }))).toMatchObject({
    code: "argument_invalid",
    details: { argument: "options.onDiff" },
  });
});

test("what is advised is what would go through", () => {
  using db = vault();
  const advice = (model: Model, options: OpenOptions = {}): string =>
    /\((onDiff is .*?)\)\. Plan/.exec(errorOf(() => openWith(db, [model], options)).message)?.[1] ?? "";
  const required = defineModel("books", z.object({ id: z.string(), note: z.string() }), { primaryKey: "id" });
  const blocked = ", and this plan is blocked: give or name first what stands below its steps";
  expect(advice(required)).toBe(`onDiff is "error"${blocked}`);
  expect(advice(required, { onDiff: "apply-safe" })).toBe(`onDiff is "apply-safe"${blocked}`);
  expect(advice(DATA)).toBe(
    'onDiff is "error", and this plan touches stored rows: look at it, then apply it, or open with onDiff: "apply"',
  );
  openWith(db, [SAFE], { onDiff: "apply" });
  expect(advice(V1)).toBe(`onDiff is "error"${blocked}`);
  expect(advice(V1, { allowDrop: { fields: ["books.note"] } })).toBe(
    'onDiff is "error", and this plan drops stored values: look at it, then apply it with plan and apply',
  );
});

test("a misspelt option is refused with all that there are", () => {
  using db = vault();
  expect(errorOf(() => openWith(db, [V1], { fil: {} } as never))).toMatchObject({
    code: "argument_invalid",
    message:
      'There is no option "fil"; there are onDiff, allowDrop, fill, convert, rewrite, validateRows, program, onProgress, now, database. Did you mean "fill"?',
  });
  for (const options of [null, 1])
    expect(errorOf(() => openWith(db, [V1], options as never)).code).toBe("argument_invalid");
});
