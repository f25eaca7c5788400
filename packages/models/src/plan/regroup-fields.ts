/**
 * Fields of several path segments and fields of an object type give rows of the same form: `author.name` beside `author.born`, or `author` with
 * `name` and `born` in it. Models know only the second; other programs write the first. Here the old schema takes the form that the new one has, so that
 * what is compared after that are the fields themselves.
 */
import type { Field, ObjectField, Schema, Type } from "@modelvault/core";
import { startsWith } from "./schema-tree.ts";
import { bare } from "./type-text.ts";

export interface Regrouped {
  /** The old schema in its new form. */
  readonly schema: Schema;
  /** The fields that are objects now. */
  readonly grouped: readonly (readonly string[])[];
  /** The objects that are fields of several segments now, which is the way back. */
  readonly ungrouped: readonly (readonly string[])[];
}

/** Folds the old schema's fields into objects where the new schema has an object at their first segments, and takes objects apart where it has fields. */
export function regroupFields(before: Schema, after: Schema): Regrouped {
  let fields = before.fields;
  const grouped: (readonly string[])[] = [];
  for (const { path, type } of after.fields) {
    const inside = fields.filter((field) => field.path.length > path.length && startsWith(field.path, path));
    if (inside.length === 0 || bare(type).kind !== "object") continue;
    const folded: Field = { path, type: objectOf(inside, path.length), constraints: [] };
    fields = fields.flatMap((field) =>
      inside.includes(field) ? (field === inside[0] ? [folded] : []) : [field],
    );
    grouped.push(path);
  }
  const ungrouped = fields.filter((field) => comesApart(field, after)).map(({ path }) => path);
  if (grouped.length + ungrouped.length === 0) return { schema: before, grouped, ungrouped };
  fields = fields.flatMap((field) => takeApart(field, after));
  return { schema: { ...before, fields }, grouped, ungrouped };
}

/** An object that every row has, where the new schema has fields of more segments in its place. */
function comesApart({ path, type }: Field, after: Schema): boolean {
  return (
    type.kind === "object" &&
    after.fields.some((field) => field.path.length > path.length && startsWith(field.path, path))
  );
}

function takeApart(field: Field, after: Schema): Field[] {
  const { path, type } = field;
  if (type.kind !== "object" || !comesApart(field, after)) return [field];
  return type.fields.flatMap(({ name, ...rest }) => takeApart({ path: [...path, name], ...rest }, after));
}

function objectOf(fields: readonly Field[], depth: number): Type {
  const names = [...new Set(fields.map(({ path }) => path[depth] ?? ""))];
  return {
    kind: "object",
    fields: names.map((name): ObjectField => {
      const own = fields.filter(({ path }) => path[depth] === name);
      const whole = own.find(({ path }) => path.length === depth + 1);
      if (whole === undefined) return { name, type: objectOf(own, depth + 1), constraints: [] };
      const { path: _path, ...rest } = whole;
      return { name, ...rest };
    }),
  };
}
