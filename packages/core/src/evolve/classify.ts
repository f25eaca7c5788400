/**
 * What a change of schema means for the rows that are stored. Every row keeps the form of the version it was written under and is
 * decoded through that version's field list, by name and with null for what it lacks; so:
 *
 *   safe             every stored row is valid under the new schema as it is; nothing is rewritten
 *   needs_migration  rows must be checked, filled or converted, which can be done by rule
 *   breaking         values would be lost, or only the caller can say what becomes of them
 *
 * Pure: looks at two schemas, never at rows. Finds everything, and finds nothing only when the schemas are the same.
 */
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { pathText, samePath } from "../schema/field-path.ts";
import { resolvePath } from "../schema/resolve-path.ts";
import type { FieldPath, IndexDefinition, Schema } from "../schema/types.ts";
import { classifyFields, reordered } from "./classify-type.ts";
import type { ChangeClass, Finding } from "./findings.ts";
import { Findings } from "./findings.ts";

export type { ChangeClass, ChangeName, ChangeWork, Finding } from "./findings.ts";

/**
 * Everything that differs between two schemas, fields in the order of the old schema, then new ones, then indexes. Fields and
 * indexes are known by path and by name: a renamed one is one removed and one added. Schemas, not descriptors: see `checkCollection`.
 * @throws argument_invalid
 */
export function classify(before: Schema, after: Schema): readonly Finding[] {
  checkSchemaArgument("before", before);
  checkSchemaArgument("after", after);
  const findings = new Findings();
  classifyPrimaryKey(findings, before, after);
  classifyFields(findings, [], before.fields, after.fields);
  classifyIndexes(findings, before, after);
  return findings.list;
}

/** Descriptors look much like schemas; their paths are texts. */
function checkSchemaArgument(argument: string, schema: unknown): void {
  const { fields, indexes } = (schema ?? {}) as { readonly fields?: unknown; readonly indexes?: unknown };
  const whole =
    Array.isArray(fields) &&
    Array.isArray(indexes) &&
    fields.every((field) => Array.isArray((field as { readonly path?: unknown } | null)?.path));
  if (!whole) throw argumentInvalid(argument, "a schema, such as checkCollection(descriptor).schema", schema);
}

const RANK: Readonly<Record<ChangeClass, number>> = { safe: 0, needs_migration: 1, breaking: 2 };

/** The gravest class among findings; safe when there are none. */
export function worstOf(findings: readonly Finding[]): ChangeClass {
  let worst: ChangeClass = "safe";
  for (const finding of findings) if (RANK[finding.class] > RANK[worst]) worst = finding.class;
  return worst;
}

function classifyPrimaryKey(findings: Findings, before: Schema, after: Schema): void {
  const { primaryKey } = after;
  if (before.primaryKey !== primaryKey) {
    const clause = `the primary key changes from "${before.primaryKey}" to "${primaryKey}"`;
    findings.add("breaking", "primary_key_changed", [primaryKey], clause);
    return;
  }
  const old = keyKind(before, [primaryKey]);
  const now = keyKind(after, [primaryKey]);
  if (old === now) return;
  const clause = `the primary key "${primaryKey}" changes its type from ${old} to ${now}, so that every row would get another key`;
  findings.add("breaking", "primary_key_type_changed", [primaryKey], clause);
}

function classifyIndexes(findings: Findings, before: Schema, after: Schema): void {
  const newIndexes = new Map(after.indexes.map((index) => [index.name, index]));
  const oldIndexes = new Map(before.indexes.map((index) => [index.name, index]));
  for (const index of before.indexes) {
    const counterpart = newIndexes.get(index.name);
    if (counterpart === undefined)
      findings.addIndex("safe", "index_dropped", index, `the index "${index.name}" is dropped`);
    else classifyIndex(findings, before, after, index, counterpart);
  }
  for (const index of after.indexes) {
    if (oldIndexes.has(index.name)) continue;
    if (index.unique)
      findings.addIndex(
        "needs_migration",
        "unique_index_added",
        index,
        `the unique index "${index.name}" is added, which stored rows may not meet`,
      );
    else findings.addIndex("safe", "index_added", index, `the index "${index.name}" is added`);
  }
  if (reordered([...oldIndexes.keys()], [...newIndexes.keys()])) {
    findings.add("safe", "indexes_reordered", [], "indexes change their order");
  }
}

function classifyIndex(
  findings: Findings,
  before: Schema,
  after: Schema,
  old: IndexDefinition,
  now: IndexDefinition,
): void {
  const moved = !samePath(old.path, now.path);
  if (moved || old.unique !== now.unique) {
    const what = moved
      ? `moves from "${pathText(old.path)}" to "${pathText(now.path)}"`
      : `becomes ${now.unique ? "unique" : "non-unique"}`;
    const check = now.unique ? ", which stored rows may not meet" : "";
    findings.addIndex(
      now.unique ? "needs_migration" : "safe",
      "index_changed",
      now,
      `the index "${now.name}" ${what}${check}`,
    );
  } else if (keyKind(before, old.path) !== keyKind(after, now.path)) {
    findings.addIndex(
      "needs_migration",
      "index_rekeyed",
      now,
      `the index "${now.name}" is built anew, as the type of "${pathText(now.path)}" changes`,
    );
  }
}

/** What the values at a path are compared as: two types with the same answer have the same index keys. */
function keyKind(schema: Schema, path: FieldPath): string | undefined {
  const kind = resolvePath(schema, path)?.type.kind;
  return kind === "enum" ? "string" : kind;
}
