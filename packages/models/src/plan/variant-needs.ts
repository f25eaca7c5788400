/**
 * What the engine cannot say of a union: it stores one object with the fields of all variants, so a field that one variant requires is
 * optional there. A plan must know, or stored rows of that variant would be read without it.
 */
import type { Schema } from "@modelvault/core";
import type { FieldShape, RowShape, Shape } from "../convert/shape.ts";
import { fieldAt } from "./schema-tree.ts";
import { bare } from "./type-text.ts";

/** Whether rows that the schema `before` allows may be of a variant that requires the field at `path`, which is new. */
export function storedVariantNeeds(shape: RowShape, path: readonly string[], before: Schema): boolean {
  const name = path.at(-1) ?? "";
  const holder = shapeAt(shape, path.slice(0, -1));
  if (holder?.kind !== "union") return false;
  const tags = holder.variants.flatMap(({ tags, fields }) => (requires(fields, name) ? tags : []));
  const told = fieldAt(before, [...path.slice(0, -1), holder.tag]);
  if (told === undefined || tags.length === 0) return false;
  const type = bare(told.type);
  return type.kind !== "enum" || tags.some((tag) => type.variants.includes(tag));
}

function requires(fields: readonly FieldShape[], name: string): boolean {
  return fields.some((field) => field.name === name && field.required && !field.nullable);
}

function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return shape;
  const inner =
    shape.kind === "list" && name === "[]"
      ? shape.element.shape
      : shape.kind === "object" || shape.kind === "union"
        ? shape.fields.find((field) => field.name === name)?.shape
        : undefined;
  return inner === undefined ? undefined : shapeAt(inner, rest);
}
