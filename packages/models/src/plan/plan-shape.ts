/**
 * Whether plain data has the parts of a plan, each of its kind: what is read from a file is looked at once, here, and relied on afterwards.
 * What the parts mean is for the hash and the vault to say.
 */
import { checkCollection } from "@modelvault/core";
import { isNeedList, isTagList } from "./need-list.ts";
import type { PlanData } from "./plan-data.ts";
import type { StepKind } from "./step.ts";

type Test = (value: unknown) => boolean;
type Tests = Readonly<Record<string, Test>>;

const text: Test = (value) => typeof value === "string";
const flag: Test = (value) => typeof value === "boolean";
const texts: Test = (value) => Array.isArray(value) && value.every(text);
const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const one =
  (...known: readonly string[]): Test =>
  (value) =>
    typeof value === "string" && known.includes(value);
const fill: Test = (value) => has(value, { by: one("value", "function", "model", "nothing") });
const descriptor: Test = (value) => {
  try {
    checkCollection(value as Parameters<typeof checkCollection>[0]);
    return true;
  } catch {
    return false;
  }
};

/** The parts of each kind of step, beside its collection and its safety. */
const STEPS: Readonly<Record<StepKind, Tests>> = {
  createCollection: { descriptor },
  renameCollection: { from: text },
  dropCollection: { allowed: flag, empty: optional(flag) },
  renameField: { path: texts, from: texts },
  groupFields: { path: texts },
  ungroupFields: { path: texts },
  addOptionalField: { path: texts, type: text },
  addField: { path: texts, type: text, fill },
  makeOptional: { path: texts },
  makeRequired: { path: texts, fill },
  makeVariantRequired: { path: texts, when: isTagList, fill },
  makeVariantOptional: { path: texts, when: isTagList },
  convertType: { path: texts, from: text, to: text, by: one("rule", "function", "nothing") },
  tightenConstraint: { path: texts, reason: text, by: one("check", "function") },
  loosenConstraint: { path: texts, reason: text },
  changeDefault: { path: texts },
  dropField: { path: texts, allowed: flag, empty: optional(flag) },
  addIndex: { path: texts, index: text, unique: flag },
  changeIndex: { path: texts, index: text, unique: flag },
  renameIndex: { path: texts, index: text, from: text },
  dropIndex: { path: texts, index: text, unique: flag, allowed: flag },
  rewriteRows: { once: optional(text) },
  restateSchema: { reason: text },
  changePrimaryKey: { reason: text },
};

const step: Test = (value) => {
  if (!has(value, { kind: text, collection: text, safety: one("safe", "data", "loss") })) return false;
  const { kind } = value as { readonly kind: string };
  return Object.hasOwn(STEPS, kind) && has(value, STEPS[kind as StepKind]);
};

const change: Test = (value) =>
  has(value, {
    name: text,
    from: optional(text),
    after: optional(descriptor),
    variants: optional(isNeedList),
  });

const unused: Test = (value) =>
  has(value, {
    option: one("convert", "fill", "renamedFields", "renamedFrom", "rewrite"),
    name: text,
    reason: text,
  });

const PLAN: Tests = {
  hash: text,
  base: text,
  target: text,
  concerns: texts,
  leftAlone: texts,
  changes: (value) => Array.isArray(value) && value.every(change),
  steps: (value) => Array.isArray(value) && value.every(step),
  unused: optional((value) => Array.isArray(value) && value.every(unused)),
  reverts: optional((value) => typeof value === "number"),
  revertedHash: optional(text),
};

export function isPlanShaped(data: unknown): data is PlanData {
  return has(data, PLAN);
}

/** Whether a value is an object with parts that pass these tests. */
function has(value: unknown, tests: Tests): boolean {
  if (typeof value !== "object" || value === null) return false;
  const parts = value as Readonly<Record<string, unknown>>;
  return Object.entries(tests).every(([name, test]) =>
    test(Object.hasOwn(parts, name) ? parts[name] : undefined),
  );
}
