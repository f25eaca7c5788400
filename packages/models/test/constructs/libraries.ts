/** The four ways to declare a model, told alike: what one field named `f` of a row becomes. */
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { defineModel, field, type Model, type ModelSchema } from "../../src/index.ts";

export const LIBRARIES = ["Zod", "Valibot", "ArkType", "field"] as const;
export type Library = (typeof LIBRARIES)[number];

/** A row of which every library knows how to make a schema. */
type ProbeSchema = ModelSchema<unknown, { readonly key: string; readonly f?: unknown }>;

/** The value of an expression of the documentation. */
export function evaluate(code: string): unknown {
  return new Function("z", "v", "type", "field", `return (${code});`)(z, v, type, field);
}

/** The schema of a row with the field `f`. */
export function rowSchema(library: Library, f: unknown): ProbeSchema {
  switch (library) {
    case "Zod":
      return z.object({ key: z.string(), f: f as z.ZodType });
    case "Valibot":
      return toStandardJsonSchema(v.object({ key: v.string(), f: f as v.GenericSchema }));
    case "ArkType":
      return type({ key: "string", f: f as "unknown" });
    case "field":
      return field.object({ key: field.string(), f: f as ReturnType<typeof field.json<unknown>> });
  }
}

export function probe(library: Library, f: unknown): Model<"probe", ProbeSchema, "key"> {
  return defineModel("probe", rowSchema(library, f), { primaryKey: "key" });
}
