/**
 * A schema as one tree to look things up in and to move fields about in. Paths go through objects and, by `[]`, into the elements of
 * lists, as those of findings do. A field of several path segments is found by its whole path, or as part of the object that its first segments make.
 */
import type { Constraint, Field, ObjectField, Schema, Type } from "@modelvault/core";
import { bare } from "./type-text.ts";

export interface FoundField {
  readonly type: Type;
  readonly constraints: readonly Constraint[];
}

/** What stands at a path, or undefined. */
export function fieldAt(schema: Schema, path: readonly string[]): FoundField | undefined {
  for (const field of schema.fields) {
    if (!startsWith(path, field.path)) continue;
    let found: FoundField | undefined = field;
    for (const name of path.slice(field.path.length)) {
      if (found === undefined) return undefined;
      found = childOf(found.type, name);
    }
    return found;
  }
  return undefined;
}

/** Whether anything is stored at or below a path. */
export function hasPath(schema: Schema, path: readonly string[]): boolean {
  return fieldAt(schema, path) !== undefined || schema.fields.some((field) => startsWith(field.path, path));
}

/** The schema with what stands at `from` standing at `to`, indexes along with it. The end of `to` must be free; objects on the way are made. */
export function moveField(
  schema: Schema,
  from: readonly string[],
  to: readonly string[],
  target: Schema,
): Schema {
  const { fields, taken } = take(schema.fields, from);
  const indexes = schema.indexes.map((index) =>
    startsWith(index.path, from) ? { ...index, path: [...to, ...index.path.slice(from.length)] } : index,
  );
  let moved = fields;
  for (const { field, position } of taken)
    moved = put(moved, { ...field, path: [...to, ...field.path.slice(from.length)] }, position, target);
  return { ...schema, fields: moved, indexes };
}

/** Whether `path` is `prefix` or goes on from it. */
export function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return path.length >= prefix.length && prefix.every((segment, at) => segment === path[at]);
}

function childOf(type: Type, name: string): FoundField | undefined {
  const outer = bare(type);
  if (outer.kind === "list") return name === "[]" ? { type: outer.element, constraints: [] } : undefined;
  return outer.kind === "object" ? outer.fields.find((field) => field.name === name) : undefined;
}

interface Taken {
  readonly fields: readonly Field[];
  readonly taken: readonly { readonly field: Field; readonly position: number | undefined }[];
}

function take(fields: readonly Field[], from: readonly string[]): Taken {
  const whole = fields
    .map((field, position) => ({ field, position }))
    .filter(({ field }) => startsWith(field.path, from));
  if (whole.length > 0)
    return { fields: fields.filter((field) => !startsWith(field.path, from)), taken: whole };
  let taken: Field | undefined;
  const rest = fields.map((field) => {
    if (!startsWith(from, field.path)) return field;
    const type = without(field.type, from.slice(field.path.length), (inner) => {
      taken = { path: from, type: inner.type, constraints: inner.constraints };
    });
    return { ...field, type };
  });
  return { fields: rest, taken: taken === undefined ? [] : [{ field: taken, position: undefined }] };
}

function without(type: Type, path: readonly string[], found: (field: ObjectField) => void): Type {
  return change(type, path, (fields, name) =>
    fields.filter((field) => {
      if (field.name === name) found(field);
      return field.name !== name;
    }),
  );
}

function put(
  fields: readonly Field[],
  added: Field,
  position: number | undefined,
  target: Schema,
): readonly Field[] {
  const { path, type, constraints } = added;
  const host = fields.find((field) => path.length > field.path.length && startsWith(path, field.path));
  if (host !== undefined) {
    const rest = path.slice(host.path.length);
    const hostPath = host.path;
    const grown = change(
      host.type,
      rest,
      (inner, name) => [...inner, { name, type, constraints }],
      (missing) => emptyObject(target, [...hostPath, ...missing]),
    );
    return fields.map((field) => (field === host ? { ...field, type: grown } : field));
  }
  const first = path[0] ?? "";
  const root = fieldAt(target, [first]);
  if (
    path.length > 1 &&
    root !== undefined &&
    !target.fields.some((field) => startsWith(path, field.path) && field.path.length > 1)
  ) {
    const object: Field = {
      path: [first],
      type: emptyObject(target, [first]),
      constraints: root.constraints,
    };
    return put([...fields, object], added, undefined, target);
  }
  const list = [...fields];
  list.splice(position ?? list.length, 0, added);
  return list;
}

/** An object of no fields yet, optional where the target says so. */
function emptyObject(target: Schema, path: readonly string[]): Type {
  const object: Type = { kind: "object", fields: [] };
  return fieldAt(target, path)?.type.kind === "optional" ? { kind: "optional", inner: object } : object;
}

/** The type with the field list of the object before the end of `path` changed. */
function change(
  type: Type,
  path: readonly string[],
  edit: (fields: readonly ObjectField[], name: string) => readonly ObjectField[],
  make?: (missing: readonly string[]) => Type,
  walked: readonly string[] = [],
): Type {
  const [name, ...rest] = path;
  if (name === undefined) return type;
  switch (type.kind) {
    case "optional":
      return { kind: "optional", inner: change(type.inner, path, edit, make, walked) };
    case "list":
      return name === "[]"
        ? { kind: "list", element: change(type.element, rest, edit, make, [...walked, name]) }
        : type;
    case "object": {
      if (rest.length === 0) return { kind: "object", fields: edit(type.fields, name) };
      const here = [...walked, name];
      const known = type.fields.some((field) => field.name === name);
      const fields: readonly ObjectField[] =
        known || make === undefined
          ? type.fields
          : [...type.fields, { name, type: make(here), constraints: [] }];
      return {
        kind: "object",
        fields: fields.map((field) =>
          field.name === name ? { ...field, type: change(field.type, rest, edit, make, here) } : field,
        ),
      };
    }
    default:
      return type;
  }
}
