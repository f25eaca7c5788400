/**
 * From a path to the type at its end: through the field list first, then through object types and optionals. Lists
 * and JSON values have no paths inside them.
 */
import { ModelVaultError } from "../errors/error.ts";
import { closest } from "../errors/suggest.ts";
import { isBelow, parsePath, pathText, samePath } from "./field-path.ts";
import type { Field, FieldPath, ObjectField, Schema, Type } from "./types.ts";

/** Longer paths get no suggestion: comparing them with every path of a schema takes time, and nobody misspells those by hand. */
const suggestionUnitsMax = 200;

/** What a path leads to. */
export interface ResolvedPath {
  readonly path: FieldPath;
  /** The type at the end, without the optionals around it. */
  readonly type: Type;
  /** Whether the value may be missing: something on the way, or the end itself, is optional. */
  readonly optional: boolean;
  /** The field the path begins with; the rest of the path goes through its object types. */
  readonly field: Field;
}

/** What the path leads to, or undefined when it leads nowhere. */
export function resolvePath(schema: Schema, path: FieldPath): ResolvedPath | undefined {
  for (const field of schema.fields) {
    if (!samePath(field.path, path) && !isBelow(path, field.path)) continue;
    let { type, optional } = unwrap(field.type);
    for (const name of path.slice(field.path.length)) {
      const inner = innerField(type, name);
      if (inner === undefined) return undefined;
      const next = unwrap(inner.type);
      type = next.type;
      optional ||= next.optional;
    }
    return { path, type, optional, field };
  }
  return undefined;
}

/** What the path leads to. @throws field_path_invalid for text or segments that are no path, path_unknown when it leads nowhere */
export function requirePath(schema: Schema, path: string | readonly string[]): ResolvedPath {
  const parsed = parsePath(path);
  const resolved = resolvePath(schema, parsed);
  if (resolved !== undefined) return resolved;
  const explanation = explainUnknownPath(schema, parsed);
  throw new ModelVaultError("path_unknown", `There is no field "${pathText(parsed)}".${explanation.hint}`, {
    path: pathText(parsed),
    ...(explanation.suggestion === undefined ? {} : { suggestion: explanation.suggestion }),
  });
}

/** The fields below a path that is itself none: those an intermediate object of nested paths holds. */
export function fieldsBelow(schema: Schema, path: FieldPath): readonly Field[] {
  return schema.fields.filter((field) => isBelow(field.path, path));
}

/** Why a path leads nowhere, as a sentence to follow another, and the path that was probably meant. */
export function explainUnknownPath(
  schema: Schema,
  path: FieldPath,
): { readonly hint: string; readonly suggestion?: string } {
  for (let length = path.length - 1; length > 0; length--) {
    const parent = resolvePath(schema, path.slice(0, length));
    if (parent === undefined || parent.type.kind === "object") continue;
    return { hint: ` "${pathText(parent.path)}" is ${kindText(parent.type)}, which has no paths inside it.` };
  }
  const below = fieldsBelow(schema, path);
  if (below.length > 0)
    return {
      hint: ` It is an object that holds ${below
        .slice(0, 5)
        .map((field) => `"${pathText(field.path)}"`)
        .join(", ")}.`,
    };
  const given = pathText(path);
  const suggestion = given.length > suggestionUnitsMax ? undefined : closest(given, allPaths(schema));
  return suggestion === undefined ? { hint: "" } : { hint: ` Did you mean "${suggestion}"?`, suggestion };
}

/** A type without the optionals around it, and whether there were any. */
export function unwrap(type: Type): { type: Type; optional: boolean } {
  let inner = type;
  while (inner.kind === "optional") inner = inner.inner;
  return { type: inner, optional: inner !== type };
}

function innerField(type: Type, name: string): ObjectField | undefined {
  return type.kind === "object" ? type.fields.find((field) => field.name === name) : undefined;
}

function kindText(type: Type): string {
  return type.kind === "enum" || type.kind === "int64" ? `an ${type.kind}` : `a ${type.kind}`;
}

/** Every path of the schema as text, objects before what they hold. */
function* allPaths(schema: Schema): Iterable<string> {
  for (const field of schema.fields) yield* pathsOf(field.path, field.type);
}

function* pathsOf(path: FieldPath, type: Type): Iterable<string> {
  yield pathText(path);
  const inner = unwrap(type).type;
  if (inner.kind !== "object") return;
  for (const field of inner.fields) yield* pathsOf([...path, field.name], field.type);
}
