/** The names that options may give to the fields of a collection: `books.author.name`, `books.tags.[]`. */
import type { Schema, Type } from "@modelvault/core";
import { pathText, qualified } from "./step.ts";
import { type Target, targetSchema } from "./target.ts";
import { bare } from "./type-text.ts";

/** Every field of a target, inner ones and elements of lists included. */
export function fieldKeysOf(target: Target): string[] {
  return fieldNamesOf(targetSchema(target, undefined)).map((name) => qualified(target.name, name));
}

/** Every field of a schema with dots, inner ones and elements of lists included. */
export function fieldNamesOf({ fields }: Schema): string[] {
  return fields.flatMap(({ path, type }) => [path, ...pathsBelow(path, type)]).map(pathText);
}

function pathsBelow(path: readonly string[], type: Type): (readonly string[])[] {
  const inner = bare(type);
  if (inner.kind === "list") {
    const element = [...path, "[]"];
    return [element, ...pathsBelow(element, inner.element)];
  }
  if (inner.kind !== "object") return [];
  return inner.fields.flatMap((field) => {
    const below = [...path, field.name];
    return [below, ...pathsBelow(below, field.type)];
  });
}
