/**
 * Shapes: what a model's rows look like to the engine, read from the schema once. From a shape come the engine's field
 * descriptors, the merging of patches, and the way stored rows turn back into the model's rows.
 */
import type { ConstraintDescriptor, FieldDescriptor, TypeDescriptor } from "@modelvault/core";

export type Shape =
  | { readonly kind: "bool" | "int64" | "float64" | "string" | "uuid" | "json" }
  | { readonly kind: "enum"; readonly variants: readonly string[] }
  | { readonly kind: "list"; readonly element: ElementShape }
  | { readonly kind: "object"; readonly fields: readonly FieldShape[] };

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
      return { object: fieldDescriptors(shape.fields) };
    default:
      return shape.kind;
  }
}
