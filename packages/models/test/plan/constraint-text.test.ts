/** Lengths of texts in plans: in characters, as models have them, beside the bytes that the engine counts. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { apply, collection, defineModel, describeStep, type Model, plan } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { constraintText } from "../../src/plan/constraint-text.ts";

function notes(text: z.ZodType): Model {
  return defineModel("notes", z.object({ id: z.int(), text }), { primaryKey: "id" } as never);
}

test.each([
  [z.string(), z.string().max(10), "tighten", "at most 10 characters (40 bytes in the engine)"],
  [
    z.string().max(20),
    z.string().max(10),
    "tighten",
    "at most 10 characters, before 20 (40 bytes in the engine, before 80)",
  ],
  [
    z.string().max(10).optional(),
    z.string().optional(),
    "loosen",
    "no longer at most 10 characters (40 bytes in the engine)",
  ],
  [z.string(), z.string().min(1), "tighten", "at least 1 character"],
  [z.string().min(1), z.string(), "loosen", "no longer at least 1 character"],
  [z.string(), z.string().min(3), "tighten", "at least 3 characters (3 bytes in the engine)"],
  [
    z.string().min(3),
    z.string().min(2),
    "loosen",
    "at least 2 characters, before 3 (2 bytes in the engine, before 3)",
  ],
  // Bounds that nobody wrote are not told of beside others.
  [z.int(), z.int().min(0), "tighten", "at least 0"],
  [z.int().min(0), z.int().min(-5).max(9), "tighten", "at most 9"],
  [z.int().max(9), z.int(), "loosen", "no longer at most 9"],
  [z.number().min(0.5), z.number().min(1), "tighten", "at least 1, before 0.5"],
  [z.bigint(), z.bigint().min(3n), "tighten", "at least 3"],
  // Lengths of lists are what they are.
  [z.array(z.string()), z.array(z.string()).max(8), "tighten", "max_length 8 is added"],
])("%# %s", (before, after, what, says) => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [notes(before)]));
  const steps = plan(db, [notes(after)]).steps.filter(({ kind }) => kind.startsWith(what));
  expect(steps.map(describeStep)).toEqual([`${what} "text": ${says}`]);
});

test("bytes that no number of characters comes to stay bytes", () => {
  const text = { kind: "string" } as const;
  expect(constraintText("max_length changes from 50 to 40", text)).toBe(
    "at most 10 characters (40 bytes in the engine, before 50)",
  );
  expect(constraintText("max_length changes from 40 to 50", text)).toBe("max_length changes from 40 to 50");
  expect(constraintText("max_length 4 is added", { kind: "optional", inner: text })).toBe(
    "at most 1 character (4 bytes in the engine)",
  );
  expect(constraintText("max_length changes from 0 to 4", text)).toBe(
    "at most 1 character, before 0 (4 bytes in the engine, before 0)",
  );
  for (const type of [undefined, { kind: "bytes" }] as const)
    expect(constraintText("max_length 4 is added", type)).toBe("max_length 4 is added");
  expect(constraintText("max_i64 4 is added", text)).toBe("max_i64 4 is added");
});

test("a type that becomes a whole number has no bounds to tell that nobody wrote", () => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [notes(z.string())]));
  expect(plan(db, [notes(z.int())]).steps.map(describeStep)).toEqual(['convert "text" from string to int64']);
  expect(plan(db, [notes(z.int().min(0))]).steps.map(describeStep)).toEqual([
    'convert "text" from string to int64',
    'tighten "text": at least 0',
  ]);
});

test("whole numbers that no model bounded are held to what JavaScript holds exactly, in one clause", () => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [notes(z.bigint())]));
  expect(plan(db, [notes(z.int())]).steps.map(describeStep)).toEqual([
    'tighten "text": a number that JavaScript holds exactly',
  ]);
});

test("a model that is no longer the schema is refused in characters, too", () => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [notes(z.string().max(20))]));
  let message = "";
  try {
    collection(db, notes(z.string().max(80)));
  } catch (error) {
    if (!isModelVaultError(error, "model_mismatch")) throw error;
    message = error.message;
  }
  expect(message).toContain(
    '(version 1): "text": at most 80 characters, before 20 (320 bytes in the engine, before 80). If this',
  );
});
