/**
 * Compares field lists and types, down to the last inner field. Optionals inside each other count as one.
 *
 * Between scalars a conversion is by rule when some values of the old type are values of the new one as they are: among integers
 * and floats, among texts (string, enum, uuid), and between `json` and whatever JSON can hold. An enum becomes a string without even that,
 * for its values are stored as strings.
 */
import { pathKey, pathText } from "../schema/field-path.ts";
import { unwrap } from "../schema/resolve-path.ts";
import { fingerprint } from "../schema/same-schema.ts";
import { typeToDescriptor } from "../schema/to-descriptors.ts";
import type { Field, FieldPath, ObjectField, Type, Value } from "../schema/types.ts";
import { classifyConstraints } from "./classify-constraints.ts";
import type { Findings } from "./findings.ts";

/** Adds what differs between two field lists, those of a schema or of the object type at `parent`; paths are whole. */
export function classifyFields(
  findings: Findings,
  parent: FieldPath,
  before: readonly Field[],
  after: readonly Field[],
): void {
  const oldFields = new Map(before.map((field) => [pathKey(field.path), field]));
  const newFields = new Map(after.map((field) => [pathKey(field.path), field]));
  for (const [key, { path, type, constraints, default: value }] of oldFields) {
    const counterpart = newFields.get(key);
    if (counterpart === undefined) {
      findings.add(
        "breaking",
        "field_removed",
        path,
        `the field "${pathText(path)}" is removed, with its values`,
      );
    } else {
      classifyType(findings, path, type, counterpart.type, counterpart.default);
      classifyConstraints(findings, path, constraints, counterpart.constraints);
      classifyDefault(findings, path, value, counterpart.default);
    }
  }
  for (const [key, { path, type, default: value }] of newFields) {
    if (oldFields.has(key)) continue;
    const text = pathText(path);
    if (type.kind === "optional")
      findings.add("safe", "field_added", path, `the optional field "${text}" is added`);
    else {
      const filling = value === undefined ? "" : "; its default fills them";
      const clause = `the required field "${text}" is added, for which stored rows have no value${filling}`;
      findings.add("needs_migration", "required_field_added", path, clause);
    }
  }
  if (reordered([...oldFields.keys()], [...newFields.keys()])) {
    findings.add("safe", "fields_reordered", parent, "fields change their order");
  }
}

function classifyType(
  findings: Findings,
  path: FieldPath,
  before: Type,
  after: Type,
  filling: Value | undefined,
): void {
  const old = unwrap(before);
  const now = unwrap(after);
  const place = `"${pathText(path)}"`;
  if (!old.optional && now.optional) findings.add("safe", "made_optional", path, `${place} becomes optional`);
  else if (old.optional && !now.optional)
    findings.add(
      "needs_migration",
      "made_required",
      path,
      `${place} becomes required, and stored rows may lack it${filling === undefined ? "" : "; its default fills them"}`,
      filling === undefined ? "check" : "rewrite",
    );
  else if (optionalDepth(before) !== optionalDepth(after))
    findings.add(
      "safe",
      "optional_rewritten",
      path,
      `${place} is written with other optionals, which mean the same`,
    );
  classifyInner(findings, path, old.type, now.type);
}

/** A default is for rows that are written from now on. */
function classifyDefault(
  findings: Findings,
  path: FieldPath,
  before: Value | undefined,
  after: Value | undefined,
): void {
  if (fingerprint(before ?? null) === fingerprint(after ?? null)) return;
  const what =
    before === undefined
      ? "gets a default"
      : after === undefined
        ? "loses its default"
        : "gets another default";
  findings.add("safe", "default_changed", path, `"${pathText(path)}" ${what}, which touches no stored row`);
}

function optionalDepth(type: Type): number {
  return type.kind === "optional" ? 1 + optionalDepth(type.inner) : 0;
}

function classifyInner(findings: Findings, path: FieldPath, old: Type, now: Type): void {
  if (old.kind === "enum" && now.kind === "enum") classifyEnum(findings, path, old.variants, now.variants);
  else if (old.kind === "list" && now.kind === "list")
    classifyType(findings, [...path, "[]"], old.element, now.element, undefined);
  else if (old.kind === "object" && now.kind === "object")
    classifyFields(findings, path, innerFields(path, old.fields), innerFields(path, now.fields));
  else if (old.kind !== now.kind) classifyKind(findings, path, old, now);
}

function classifyKind(findings: Findings, path: FieldPath, old: Type, now: Type): void {
  const change = `"${pathText(path)}" changes its type from ${typeText(old)} to ${typeText(now)}`;
  if (old.kind === "enum" && now.kind === "string") findings.add("safe", "type_widened", path, change);
  else if (converts(old, now))
    findings.add("needs_migration", "type_converted", path, `${change}, so its values are converted`);
  else findings.add("breaking", "type_changed", path, `${change}, and no rule makes the one from the other`);
}

const NUMBERS: readonly Type["kind"][] = ["int64", "uint64", "float64", "timestamp"];
const TEXTS: readonly Type["kind"][] = ["string", "enum", "uuid"];

function converts(old: Type, now: Type): boolean {
  if (old.kind === "json") return now.kind !== "bytes";
  if (now.kind === "json") return isJson(old);
  return [NUMBERS, TEXTS].some((kinds) => kinds.includes(old.kind) && kinds.includes(now.kind));
}

/** Whether values of a type are JSON values. */
function isJson(type: Type): boolean {
  switch (type.kind) {
    case "optional":
      return isJson(type.inner);
    case "list":
      return isJson(type.element);
    case "object":
      return type.fields.every((field) => isJson(field.type));
    default:
      return type.kind !== "bytes";
  }
}

function typeText(type: Type): string {
  if (type.kind === "list" || type.kind === "object") return type.kind;
  const text = JSON.stringify(typeToDescriptor(type));
  return text.length > 60 ? type.kind : text.replace(/^"(.*)"$/, "$1");
}

function classifyEnum(
  findings: Findings,
  path: FieldPath,
  old: readonly string[],
  now: readonly string[],
): void {
  const place = `"${pathText(path)}"`;
  const gone = old.filter((variant) => !now.includes(variant));
  const fresh = now.filter((variant) => !old.includes(variant));
  if (gone.length > 0)
    findings.add("breaking", "enum_shrunk", path, `the enum ${place} loses ${listText(gone)}`);
  if (fresh.length > 0)
    findings.add("safe", "enum_grown", path, `the enum ${place} gains ${listText(fresh)}`);
  if (reordered(old, now))
    findings.add("safe", "enum_reordered", path, `the variants of ${place} change their order`);
}

function listText(variants: readonly string[]): string {
  const shown = variants.slice(0, 5).map((variant) => JSON.stringify(variant));
  return variants.length > shown.length
    ? `${shown.join(", ")} and ${variants.length - shown.length} more`
    : shown.join(", ");
}

function innerFields(path: FieldPath, fields: readonly ObjectField[]): readonly Field[] {
  return fields.map(({ name, ...rest }) => ({ path: [...path, name], ...rest }));
}

/** Whether the members that both lists have stand in another order. */
export function reordered(before: readonly string[], after: readonly string[]): boolean {
  const kept = before.filter((key) => after.includes(key));
  return JSON.stringify(kept) !== JSON.stringify(after.filter((key) => before.includes(key)));
}
