/**
 * What the engine cannot say of a union: it stores one object with the fields of all variants, so a field that one variant requires is
 * optional there. Such a need is known by the field and by what has to stand in which tags; plans compare the needs of the model with those that
 * the vault has noted, and hold stored rows to what is new.
 */
import type { Schema } from "@modelvault/core";
import type { FieldShape, RowShape, Shape } from "../convert/shape.ts";
import { fieldsIn } from "../convert/shape.ts";
import { fieldAt, startsWith } from "./schema-tree.ts";
import { bare } from "./type-text.ts";

/** A field that must have a value in some rows: those with these texts in the tags before its end. */
export interface VariantNeed {
  /** Names from the row downwards; `[]` stands for the elements of a list. */
  readonly path: readonly string[];
  /** From outside inwards; never empty. */
  readonly when: readonly VariantTag[];
}

export interface VariantTag {
  readonly path: readonly string[];
  readonly is: string;
}

/** The needs of a model's rows. */
export function variantNeeds(shape: RowShape | undefined): VariantNeed[] {
  const needs: VariantNeed[] = [];
  if (shape !== undefined) collect(shape, shape, [], [], needs);
  return needs;
}

/** Whether a model's rows have unions in them, so that there is something to note, be it that their variants need nothing. */
export function hasVariants(shape: Shape): boolean {
  if (shape.kind === "list") return hasVariants(shape.element.shape);
  if (shape.kind === "union") return true;
  return fieldsIn(shape)?.some((field) => hasVariants(field.shape)) ?? false;
}

/** `own`: the shape in a variant; `stored`: the one for all of them, which is what the engine has. */
function collect(
  own: Shape,
  stored: Shape,
  path: readonly string[],
  when: readonly VariantTag[],
  needs: VariantNeed[],
): void {
  if (own.kind === "list" && stored.kind === "list") {
    const inside = [...path, "[]"];
    if (when.length > 0 && !own.element.nullable && stored.element.nullable)
      needs.push({ path: inside, when });
    collect(own.element.shape, stored.element.shape, inside, when, needs);
    return;
  }
  const known = fieldsIn(stored);
  if (known === undefined) return;
  if (own.kind === "object") collectFields(own.fields, known, path, when, needs);
  if (own.kind !== "union") return;
  for (const { tags, fields } of own.variants) {
    for (const is of tags)
      collectFields(fields, known, path, [...when, { path: [...path, own.tag], is }], needs);
  }
}

function collectFields(
  fields: readonly FieldShape[],
  stored: readonly FieldShape[],
  parent: readonly string[],
  when: readonly VariantTag[],
  needs: VariantNeed[],
): void {
  for (const field of fields) {
    const twin = stored.find(({ name }) => name === field.name);
    if (twin === undefined) continue;
    const path = [...parent, field.name];
    if (when.length > 0 && isSure(field) && !isSure(twin)) needs.push({ path, when });
    collect(field.shape, twin.shape, path, when, needs);
  }
}

function isSure({ required, nullable }: FieldShape): boolean {
  return required && !nullable;
}

/** Needs of one list that the other lacks. */
export function needsWithout(needs: readonly VariantNeed[], others: readonly VariantNeed[]): VariantNeed[] {
  const known = new Set(others.map(textOf));
  return needs.filter((need) => !known.has(textOf(need)));
}

function textOf({ path, when }: VariantNeed): string {
  return JSON.stringify([path, when.map((tag) => [tag.path, tag.is])]);
}

/** A need once a field has another name. */
export function renameInNeed(
  { path, when }: VariantNeed,
  from: readonly string[],
  to: readonly string[],
): VariantNeed {
  const renamed = (each: readonly string[]): readonly string[] =>
    startsWith(each, from) ? [...to, ...each.slice(from.length)] : each;
  return { path: renamed(path), when: when.map((tag) => ({ path: renamed(tag.path), is: tag.is })) };
}

/** Whether rows that a schema allows may be of the variant that a need is about. */
export function mayConcern(schema: Schema, { when }: VariantNeed): boolean {
  return when.every(({ path, is }) => {
    const told = fieldAt(schema, path);
    if (told === undefined) return false;
    const type = bare(told.type);
    return type.kind !== "enum" || type.variants.includes(is);
  });
}

/** Whether a schema has the field of a need and lets it be absent: what it requires anyway is the engine's affair. */
export function leavesOpen(schema: Schema, { path }: VariantNeed): boolean {
  return fieldAt(schema, path)?.type.kind === "optional";
}

/** What two lists of needs differ in, as far as it concerns rows of a schema: needs that are new, and those that are gone. */
export function needsChanged(
  schema: Schema,
  before: readonly VariantNeed[],
  after: readonly VariantNeed[],
): { readonly added: readonly VariantNeed[]; readonly gone: readonly VariantNeed[] } {
  const counts = (need: VariantNeed): boolean => leavesOpen(schema, need) && mayConcern(schema, need);
  return {
    added: needsWithout(after, before).filter(counts),
    gone: needsWithout(before, after).filter(counts),
  };
}

/** `"shape.kind" is "circle"`. */
export function whenText(when: readonly VariantTag[]): string {
  return when
    .map(({ path, is }) => `${JSON.stringify(path.join("."))} is ${JSON.stringify(is)}`)
    .join(" and ");
}
