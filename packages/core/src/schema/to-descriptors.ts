/** A checked schema as the descriptors it could have been written with; checking them gives the same schema again. */
import { copyDefault } from "./check-default.ts";
import type {
  ConstraintDescriptor,
  FieldDescriptor,
  IndexDescriptor,
  TypeDescriptor,
} from "./descriptors.ts";
import type { Constraint, ObjectField, Schema, Type } from "./types.ts";

/** The parts of a schema as plain data; integer bounds are `bigint` only where a number would not be exact. */
export interface SchemaDescriptors {
  readonly primaryKey: string;
  readonly fields: readonly FieldDescriptor[];
  readonly indexes: readonly IndexDescriptor[];
}

/** Descriptors of a schema: paths as lists, names and kinds of indexes spelt out, no empty constraint lists. */
export function schemaToDescriptors(schema: Schema): SchemaDescriptors {
  return {
    primaryKey: schema.primaryKey,
    fields: schema.fields.map((field) => fieldDescriptor(field.path, field)),
    indexes: schema.indexes.map(({ name, path, unique }) => ({
      name,
      path: [...path],
      kind: unique ? "unique" : "index",
    })),
  };
}

/** The descriptor of a type. */
export function typeToDescriptor(type: Type): TypeDescriptor {
  switch (type.kind) {
    case "optional":
      return { optional: typeToDescriptor(type.inner) };
    case "list":
      return { list: typeToDescriptor(type.element) };
    case "object":
      return {
        object: type.fields.map((field: ObjectField) => fieldDescriptor([field.name], field)),
      };
    case "enum":
      return { enum: [...type.variants] };
    default:
      return type.kind;
  }
}

function fieldDescriptor(path: readonly string[], field: Omit<ObjectField, "name">): FieldDescriptor {
  const { type, constraints, default: value } = field;
  return {
    path: [...path],
    type: typeToDescriptor(type),
    ...(constraints.length === 0 ? {} : { constraints: constraints.map(constraintDescriptor) }),
    ...(value === undefined ? {} : { default: copyDefault(value) }),
  };
}

function constraintDescriptor(constraint: Constraint): ConstraintDescriptor {
  switch (constraint.kind) {
    case "regex":
      return { regex: constraint.pattern };
    case "email":
      return { email: true };
    case "url":
      return { url: true };
    case "nonempty":
      return { nonempty: true };
    case "min_f64":
      return { min_f64: constraint.value };
    case "max_f64":
      return { max_f64: constraint.value };
    default:
      return { [constraint.kind]: exactNumber(constraint.value) } as ConstraintDescriptor;
  }
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
