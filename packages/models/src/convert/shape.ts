/**
 * Shapes: what a model's rows look like to the engine, read from the schema once. From a shape come the engine's field
 * descriptors, the merging of patches, and the way stored rows turn back into the model's rows.
 */
import type { ConstraintDescriptor, FieldDescriptor, TypeDescriptor, Value } from "@modelvault/core";

export type Shape =
  /** `int64` are integers that the model has as numbers, `timestamp` those that it has as dates. */
  | { readonly kind: "bool" | "int64" | "float64" | "string" | "uuid" | "json" | "timestamp" | "bytes" }
  /** An integer that the model has as a bigint. */
  | { readonly kind: "bigint"; readonly stored: "int64" | "uint64" }
  | { readonly kind: "enum"; readonly variants: readonly string[] }
  | { readonly kind: "list"; readonly element: ElementShape }
  | RowShape;

/** What a row is, and what a field with fields in it is. */
export type RowShape = ObjectShape | UnionShape;

export interface ObjectShape {
  readonly kind: "object";
  readonly fields: readonly FieldShape[];
}

/** Objects told apart by the text in one field. They are stored as one object that has the fields of all. */
export interface UnionShape {
  readonly kind: "union";
  /** Name of the field that tells the variants apart. */
  readonly tag: string;
  readonly variants: readonly VariantShape[];
  /** The fields of all variants; those that not all have need not be there. */
  readonly fields: readonly FieldShape[];
}

export interface VariantShape {
  /** The texts of the tag that stand for this variant. */
  readonly tags: readonly string[];
  readonly fields: readonly FieldShape[];
}

export interface ElementShape {
  readonly shape: Shape;
  /** Whether null is a value of its own. */
  readonly nullable: boolean;
}

/** A value's shape and the constraints on it. */
export interface ValueShape extends ElementShape {
  readonly constraints: readonly ConstraintDescriptor[];
}

export interface FieldShape extends ValueShape {
  readonly name: string;
  /** Whether every row has the key. Where it need not, a stored null means that it is absent, unless the field is nullable too. */
  readonly required: boolean;
  /** A value that never changes, kept by the engine for rows that come without one. Absent: none. */
  readonly default?: Value;
}

/** The fields inside a shape, where it has any. */
export function fieldsIn(shape: Shape): readonly FieldShape[] | undefined {
  return shape.kind === "object" || shape.kind === "union" ? shape.fields : undefined;
}

/** The field of a name, and what is left of a dotted path behind it. A field whose own name holds dots is found under its whole name. */
export function fieldAt(fields: readonly FieldShape[], path: string): FieldShape | undefined {
  for (const field of fields) {
    if (field.name === path) return field;
    if (!path.startsWith(`${field.name}.`)) continue;
    const found = fieldAt(fieldsIn(field.shape) ?? [], path.slice(field.name.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Any value: null among them. */
export const ANY_JSON: ValueShape = { shape: { kind: "json" }, constraints: [], nullable: true };

export function enumOf(texts: readonly string[], nullable: boolean): ValueShape {
  return { shape: { kind: "enum", variants: [...new Set(texts)] }, constraints: [], nullable };
}

/** The engine's descriptors of an object's fields. Paths are lists of one name, so a name may hold a dot. */
export function fieldDescriptors(fields: readonly FieldShape[]): FieldDescriptor[] {
  return fields.map((field) => ({
    path: [field.name],
    type: typeDescriptor(field.shape, field.nullable || !field.required),
    ...(field.constraints.length === 0 ? {} : { constraints: field.constraints }),
    ...(field.default === undefined ? {} : { default: field.default }),
  }));
}

function typeDescriptor(shape: Shape, optional: boolean): TypeDescriptor {
  const type = bareType(shape);
  return optional ? { optional: type } : type;
}

function bareType(shape: Shape): TypeDescriptor {
  switch (shape.kind) {
    case "enum":
      return { enum: shape.variants };
    case "list":
      return { list: typeDescriptor(shape.element.shape, shape.element.nullable) };
    case "object":
    case "union":
      return { object: fieldDescriptors(shape.fields) };
    case "bigint":
      return shape.stored;
    default:
      return shape.kind;
  }
}
