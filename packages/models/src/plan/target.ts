/** What a plan is to arrive at: collections as models, or a vault's history, want them. */
import { type CollectionDescriptor, checkCollection, type Schema } from "@modelvault/core";
import type { Model } from "../define/model.ts";
import { type VariantNeed, variantNeeds } from "./variant-needs.ts";

/** One collection as it is to be. */
export interface Target {
  readonly name: string;
  /** Whole, except that indexes left out stay as they are. */
  readonly descriptor: CollectionDescriptor;
  /** The name it may still have. */
  readonly renamedFrom?: string;
  /** New path to old path, with dots. */
  readonly renamedFields: ReadonlyMap<string, string>;
  /** What variants of unions require beside the schema. */
  readonly variants: readonly VariantNeed[];
  /** Fills in defaults; there is none for a target from history. */
  readonly model?: Model;
}

type Checked = ReturnType<typeof checkCollection>;

/** Descriptors of models do not change, so they are checked once. */
const checkedDescriptors = new WeakMap<CollectionDescriptor, Checked>();

function checked(descriptor: CollectionDescriptor): Checked {
  const known = checkedDescriptors.get(descriptor);
  if (known !== undefined) return known;
  const result = checkCollection(descriptor);
  checkedDescriptors.set(descriptor, result);
  return result;
}

/** The target of a model. */
export function targetOf(model: Model): Target {
  const { name } = checked(model.descriptor);
  const { renamedFrom, renamedFields } = model;
  return {
    name,
    descriptor: model.descriptor,
    renamedFields: new Map(Object.entries(renamedFields ?? {})),
    variants: variantNeeds(model.shape),
    model,
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
  };
}

/** The schema that a collection has after the plan: with the indexes it had, where the target names none. */
export function targetSchema({ descriptor }: Target, before: Schema | undefined): Schema {
  const { schema } = checked(descriptor);
  return descriptor.indexes === undefined && before !== undefined
    ? { ...schema, indexes: before.indexes }
    : schema;
}
