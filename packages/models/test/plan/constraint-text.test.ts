/** Lengths of texts in plans: in characters, as models have them, beside the bytes that the engine counts. */
import { Database, memoryStore } from "@modelvault/core";
import { apply, defineModel, describeStep, type Model, plan } from "@modelvault/models";
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
  // Lengths of lists are what they are.
  [z.array(z.string()), z.array(z.string()).max(8), "tighten", "max_length 8 is added"],
])("%# %s", (before, after, what, says) => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [notes(before)]));
  expect(plan(db, [notes(after)]).steps.map(describeStep)).toEqual([`${what} "text": ${says}`]);
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
