/** @modelvault/models: typed, validated collections from Zod and any other schema library that speaks Standard Schema and Standard JSON Schema. */

export { ModelCollection } from "./collection/model-collection.ts";
export { ModelQuery, type Page, type ResultOf } from "./collection/model-query.ts";
// Collections of models
export { collection } from "./collection/open-collection.ts";
export type { PredicateBuilder } from "./collection/predicate-builder.ts";
export type { Unenforced, Unsupported } from "./convert/notes.ts";
export type { ElementShape, FieldShape, Shape } from "./convert/shape.ts";
export type { ModelSchema } from "./convert/vendor.ts";
// Defining models
export { defineModel } from "./define/define-model.ts";
export { type IndexSpec, type IndexSpecOptions, index, unique } from "./define/index-spec.ts";
export type { InputOf, KeyOf, Model, PathsOf, RowOf } from "./define/model.ts";
export type { ModelOptions } from "./define/options.ts";

// Types of rows, paths and values
export type { OperandOf, OperatorsOf } from "./types/operators.ts";
export type { PatchOf } from "./types/patch.ts";
export type { PrimaryKeyOf, ScalarPathsOf, ValueAt } from "./types/paths.ts";
export type { Selected } from "./types/select.ts";
