/**
 * The part of a schema that the file format's catalogue can say. What is lost is kept elsewhere (the system collection): `json`
 * becomes string and has no constraints, fields inside objects have none either, no field has a default, and patterns that upstream refuses, or finds other texts with,
 * are left out: it holds every stored row against them when it opens a file.
 */
import { isPortablePattern } from "../schema/pattern.ts";
import { fingerprint } from "../schema/same-schema.ts";
import type { Constraint, Field, Schema, Type } from "../schema/types.ts";

/** A projected schema, and whether it says all that the whole one did. */
export interface WireSchema {
  readonly schema: Schema;
  readonly lossless: boolean;
}

/** Projects. The very same schema comes back when nothing is lost. */
export function toWireSchema(schema: Schema): WireSchema {
  const fields = schema.fields.map((field): Field => {
    const type = wireType(field.type);
    const constraints = wireConstraints(field);
    return type === field.type && constraints === field.constraints && field.default === undefined
      ? field
      : { path: field.path, type, constraints };
  });
  const lossless = fields.every((field, index) => field === schema.fields[index]);
  return { schema: lossless ? schema : { ...schema, fields }, lossless };
}

/**
 * The whole of a version that another engine wrote, which knows of the version before only what its catalogue said: fields that it left as they
 * were keep what the catalogue could not say of them.
 */
export function carryOver(before: Schema, wire: Schema): Schema {
  const projected = toWireSchema(before);
  if (projected.lossless) return wire;
  const whole = new Map(projected.schema.fields.map((field, at) => [fingerprint(field), before.fields[at]]));
  return { ...wire, fields: wire.fields.map((field) => whole.get(fingerprint(field)) ?? field) };
}

/** The same object when nothing in it is lost. */
function wireType(type: Type): Type {
  switch (type.kind) {
    case "json":
      return { kind: "string" };
    case "optional": {
      const inner = wireType(type.inner);
      return inner === type.inner ? type : { kind: "optional", inner };
    }
    case "list": {
      const element = wireType(type.element);
      return element === type.element ? type : { kind: "list", element };
    }
    case "object": {
      const fields = type.fields.map((field) => {
        const inner = wireType(field.type);
        return inner === field.type && field.constraints.length === 0 && field.default === undefined
          ? field
          : { name: field.name, type: inner, constraints: [] };
      });
      return fields.every((field, index) => field === type.fields[index]) ? type : { kind: "object", fields };
    }
    default:
      return type;
  }
}

function wireConstraints({ type, constraints }: Field): readonly Constraint[] {
  const kept = holdsJson(type)
    ? []
    : constraints.filter(
        (constraint) => constraint.kind !== "regex" || isPortablePattern(constraint.pattern),
      );
  return kept.length === constraints.length ? constraints : kept;
}

/** Whether a constraint on this type would be on a JSON value. */
function holdsJson(type: Type): boolean {
  return type.kind === "json" || (type.kind === "optional" && holdsJson(type.inner));
}
