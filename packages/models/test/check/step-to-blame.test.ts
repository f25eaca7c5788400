/** Which step a row is put down to: the one about the place where it does not fit, else one that made it by a function. */
import { expect, test } from "vitest";
import { stepToBlame } from "../../src/check/step-to-blame.ts";
import type { Step } from "../../src/plan/step.ts";

const base = { collection: "books", safety: "data" } as const;
const filled = (by: "function" | "model" | "nothing"): Step => ({
  kind: "addField",
  ...base,
  path: ["slug"],
  type: "string",
  fill: { by },
});
const converted = (by: "function" | "rule"): Step => ({
  kind: "convertType",
  ...base,
  path: ["price"],
  from: "string",
  to: "int64",
  by,
});
const required: Step = { kind: "makeRequired", ...base, path: ["note"], fill: { by: "nothing" } };
const tightened: Step = { kind: "tightenConstraint", ...base, path: ["note"], reason: "", by: "check" };
const loosened: Step = { kind: "loosenConstraint", ...base, path: ["year"], safety: "safe", reason: "" };
const index: Step = { kind: "addIndex", ...base, path: ["note"], index: "note_unique", unique: true };
const rewritten: Step = { kind: "rewriteRows", ...base };
const elsewhere: Step = { ...tightened, collection: "authors" };

test.each<[string, readonly Step[], (string | number)[], string, number]>([
  ["a step of another collection is never it", [elsewhere, loosened], ["note"], "type", 1],
  ["nothing where there is no other", [elsewhere], ["note"], "type", -1],
  ["the step on the very field, by the rule it brings", [tightened, required], ["note"], "required", 1],
  ["by the rule it brings, whatever the order", [required, tightened], ["note"], "min_length", 1],
  ["by its type", [required, converted("rule")], ["price"], "type", 1],
  ["a field around the place", [rewritten, required], ["note", "text"], "type", 1],
  ["a field inside the place", [rewritten, { ...required, path: ["note", "text"] }], ["note"], "type", 1],
  ["an element of a list", [required, { ...required, path: ["tags", "[]"] }], ["tags", 3], "type", 1],
  ["the deeper of two", [required, { ...required, path: ["note", "a"] }], ["note", "a"], "required", 1],
  ["no index, which is about another row", [index, rewritten], ["note"], "type", 1],
  ["elsewhere a function of the whole row", [filled("function"), rewritten], ["x"], "type", 1],
  ["then one that fills", [loosened, required, filled("function")], ["x"], "type", 2],
  ["then the model that fills", [required, filled("model")], ["x"], "type", 1],
  ["but no field that nothing fills", [tightened, filled("nothing")], ["x"], "type", 0],
  ["then one that converts", [required, converted("function")], ["x"], "type", 1],
  ["but none that goes by rule", [required, converted("rule")], ["x"], "type", 0],
  ["then any that touches rows", [loosened, required], ["x"], "type", 1],
  ["the row as a whole goes by the same order", [required, filled("model"), rewritten], [], "rewrite", 2],
])("%s", (_name, steps, path, rule, at) => {
  expect(stepToBlame(steps, "books", { path, rule })).toBe(at);
});
