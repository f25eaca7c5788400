/**
 * Steps: what a plan is made of, as plain JSON. A step names its collection by the name it has after the plan, says what becomes of it
 * and how far that goes; rows and functions are not in it. `pathText` of a path is how people and options write it.
 */
import type { CollectionDescriptor, Value } from "@modelvault/core";
import type { VariantTag } from "./variant-needs.ts";

/**
 * How far a step goes:
 *
 *   safe   no stored row is changed, and none can be in the way
 *   data   stored rows are checked, filled or rewritten; a row that does not fit stops everything, and nothing is lost
 *   loss   stored values are dropped, because they were named in `allowDrop`
 */
export type Safety = "safe" | "data" | "loss";

/** Where the values of stored rows come from. */
export type Fill =
  | { readonly by: "value"; readonly value: Value }
  /** The function that the options name for this field. */
  | { readonly by: "function" }
  /** The model's own default: the row runs through its schema. */
  | { readonly by: "model" }
  /** From nowhere: works while the collection has no rows. */
  | { readonly by: "nothing" };

interface StepBase {
  /** Name of the collection once the plan is applied. */
  readonly collection: string;
  readonly safety: Safety;
}

interface FieldStep extends StepBase {
  /** Names from the row downwards; `[]` stands for the elements of a list. */
  readonly path: readonly string[];
}

export type Step =
  | (StepBase & { readonly kind: "createCollection"; readonly descriptor: CollectionDescriptor })
  | (StepBase & { readonly kind: "renameCollection"; readonly from: string })
  | (StepBase & { readonly kind: "dropCollection"; readonly allowed: boolean; readonly empty?: true })
  | (FieldStep & { readonly kind: "renameField"; readonly from: readonly string[] })
  /** Fields of several path segments become one of an object type; rows look as they did. */
  | (FieldStep & { readonly kind: "groupFields" })
  /** The way back. */
  | (FieldStep & { readonly kind: "ungroupFields" })
  | (FieldStep & { readonly kind: "addOptionalField"; readonly type: string })
  | (FieldStep & { readonly kind: "addField"; readonly type: string; readonly fill: Fill })
  | (FieldStep & { readonly kind: "makeOptional" })
  | (FieldStep & { readonly kind: "makeRequired"; readonly fill: Fill })
  /** A field of one variant of a union, optional to the engine: rows of that variant must have it, or need not any more. */
  | (FieldStep & {
      readonly kind: "makeVariantRequired";
      readonly when: readonly VariantTag[];
      readonly fill: Fill;
    })
  | (FieldStep & { readonly kind: "makeVariantOptional"; readonly when: readonly VariantTag[] })
  | (FieldStep & {
      readonly kind: "convertType";
      readonly from: string;
      readonly to: string;
      /** `rule`: values that mean the same in the new type, and no others. `nothing`: a function is missing. */
      readonly by: "rule" | "function" | "nothing";
    })
  | (FieldStep & {
      readonly kind: "tightenConstraint";
      readonly reason: string;
      readonly by: "check" | "function";
    })
  | (FieldStep & { readonly kind: "loosenConstraint"; readonly reason: string })
  /** For rows that are written from now on. */
  | (FieldStep & { readonly kind: "changeDefault" })
  /** `empty`: only while nothing is stored there, as when a migration is undone. */
  | (FieldStep & { readonly kind: "dropField"; readonly allowed: boolean; readonly empty?: true })
  | (FieldStep & { readonly kind: "addIndex"; readonly index: string; readonly unique: boolean })
  | (FieldStep & { readonly kind: "changeIndex"; readonly index: string; readonly unique: boolean })
  | (FieldStep & { readonly kind: "renameIndex"; readonly index: string; readonly from: string })
  | (FieldStep & {
      readonly kind: "dropIndex";
      readonly index: string;
      readonly unique: boolean;
      readonly allowed: boolean;
    })
  /** A function that makes the new row from the old one. With `once`, it runs once in the life of the vault. */
  | (StepBase & { readonly kind: "rewriteRows"; readonly once?: string })
  /** The schema is written another way (order, defaults, notes); rows mean what they meant. */
  | (StepBase & { readonly kind: "restateSchema"; readonly reason: string })
  /** Always refused: rows are known by their key. */
  | (StepBase & { readonly kind: "changePrimaryKey"; readonly reason: string });

export type StepKind = Step["kind"];

const RANK: Readonly<Record<Safety, number>> = { safe: 0, data: 1, loss: 2 };

/** The gravest of several. */
export function worstSafety(steps: readonly { readonly safety: Safety }[]): Safety {
  let worst: Safety = "safe";
  for (const { safety } of steps) if (RANK[safety] > RANK[worst]) worst = safety;
  return worst;
}

/** A path as options and people write it: with dots, list marks included. */
export function pathText(path: readonly string[]): string {
  return path.join(".");
}

/** How options name a field, an index or a collection's part: `books.author.name`. */
export function qualified(collection: string, name: string): string {
  return `${collection}.${name}`;
}
