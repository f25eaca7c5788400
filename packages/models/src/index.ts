/** @modelvault/models: typed, validated collections from Zod and any other schema library that speaks Standard Schema and Standard JSON Schema. */

// Migrations
export { type Applied, type ApplyOptions, type ApplyProgress, apply } from "./apply/apply.ts";
export type { RowVisitor } from "./apply/hold-to-model.ts";
export { namingBothRows } from "./apply/name-both-rows.ts";
// Models without a schema library
export {
  type FieldTypes,
  type JsonValue,
  ListType,
  type ObjectInput,
  type ObjectOutput,
  ObjectType,
  VariantsType,
} from "./build/containers.ts";
export { type FieldBuilder, field } from "./build/field.ts";
export { FieldType } from "./build/field-type.ts";
export { BigintType, BytesType, DateType, NumberType, TextType } from "./build/scalars.ts";
export {
  CheckReport,
  type CollectionReport,
  type ModelReport,
  type RowProblem,
  type StepReport,
} from "./check/check-report.ts";
export { type CheckOptions, type CheckSource, checkInSteps, type RowQuestion } from "./check/check-rows.ts";
// For packages that carry rows of models elsewhere, such as @modelvault/async
export { compareModel } from "./collection/compare-model.ts";
export { type CompiledModel, compileModel } from "./collection/compiled-model.ts";
export { type CollectionParts, ModelCollection } from "./collection/model-collection.ts";
export { ModelQuery, type Page, type ResultOf } from "./collection/model-query.ts";
// Collections of models
export { type CollectionOptions, collection } from "./collection/open-collection.ts";
export type { PredicateBuilder } from "./collection/predicate-builder.ts";
export { typedBuilder } from "./collection/predicate-builder.ts";
export { compareForReading, compareSubset, subsetModel } from "./collection/subset.ts";
export type { Unenforced, Unsupported } from "./convert/notes.ts";
export type {
  ElementShape,
  FieldShape,
  ObjectShape,
  RowShape,
  Shape,
  UnionShape,
  VariantShape,
} from "./convert/shape.ts";
export type { ModelSchema } from "./convert/vendor.ts";
// Defining models
export { defineModel } from "./define/define-model.ts";
export { type IndexSpec, type IndexSpecOptions, index, unique } from "./define/index-spec.ts";
export type { Generate, GenerateFor, InputOf, KeyOf, Model, PathsOf, RowOf } from "./define/model.ts";
export type { ModelOptions } from "./define/options.ts";
export { type GeneratedKeys, generatedKeys, type WithKey } from "./generate/generated-keys.ts";
export { type HistoryEntry, history } from "./history/entry.ts";
export { planRevert, revert } from "./history/revert.ts";
export { type OnDiff, type OpenOptions, openWith } from "./open/open-with.ts";
export { decodeExact, encodeExact, type Json } from "./plan/exact-json.ts";
export { type Blocker, Plan } from "./plan/plan.ts";
export type { CollectionChange, PlanData } from "./plan/plan-data.ts";
export { planFromJson } from "./plan/plan-from-json.ts";
export { plan } from "./plan/plan-models.ts";
export type { AllowDrop, PlanOptions, RowFunctions, RowRewrite } from "./plan/plan-options.ts";
export type { PlanSource } from "./plan/schema-hashes.ts";
export type { Fill, Safety, Step, StepKind } from "./plan/step.ts";
export { describeStep } from "./plan/step-text.ts";
export type { Unused } from "./plan/unused.ts";
export type { VariantNeed, VariantTag } from "./plan/variant-needs.ts";
export { noteOfModel } from "./plan/variant-notes.ts";
export type { RowSources } from "./rows/row-change.ts";
export type { FieldIn, KeysOf } from "./types/kinds.ts";
// Types of rows, paths and values
export type { OperandOf, OperatorsOf } from "./types/operators.ts";
export type { PatchOf } from "./types/patch.ts";
export type { PrimaryKeyOf, RowPathsOf, ScalarPathsOf, ValueAt } from "./types/paths.ts";
export type { Selected } from "./types/select.ts";
