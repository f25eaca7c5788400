/**
 * Models told in words of no library, made with any of the four, that change step by step; beside each change what it does to rows, done
 * naively, and what has to be said to a plan. For tests that play long lives of vaults.
 */
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { defineModel, field, index, type Model, unique } from "../../src/index.ts";
import { LIBRARIES, type Library } from "../constructs/libraries.ts";

export type Random = () => number;

/** Random numbers from 0 to 1; the same for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Kind =
  | { readonly k: "string"; readonly min?: number; readonly max?: number }
  | { readonly k: "int"; readonly min?: number }
  | { readonly k: "float" | "bool" | "date" | "bigint" | "bytes" | "uuid" | "json" }
  | { readonly k: "enum"; readonly of: readonly string[] }
  | { readonly k: "list"; readonly el: Kind }
  | { readonly k: "object"; readonly fields: readonly Field[] }
  | { readonly k: "union"; readonly variants: readonly Variant[] };

export interface Variant {
  readonly is: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly optional: boolean;
  readonly default?: unknown;
}

export interface Index {
  readonly path: readonly string[];
  readonly unique: boolean;
}

export interface Spec {
  readonly collection: string;
  /** Beside the key `id`, a whole number that is counted up. */
  readonly fields: readonly Field[];
  readonly indexes: readonly Index[];
}

export type Item = Readonly<Record<string, unknown>>;

export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined && list.length === 0) throw new Error("nothing to pick from");
  return chosen as T;
}

/** The model of a spec, in one library. */
export function modelOf(
  spec: Spec,
  library: Library,
  former: { readonly renamedFrom?: string; readonly renamedFields?: Readonly<Record<string, string>> } = {},
): Model {
  const fields: readonly Field[] = [{ name: "id", kind: { k: "int" }, optional: false }, ...spec.fields];
  const schema = objectIn(library, fields);
  return defineModel(
    spec.collection,
    (library === "Valibot" ? toStandardJsonSchema(schema as v.GenericSchema) : schema) as never,
    {
      primaryKey: "id",
      generate: "autoincrement",
      indexes: spec.indexes.map((each) =>
        each.unique ? unique(each.path.join(".")) : index(each.path.join(".")),
      ),
      ...former,
    } as never,
  ) as never;
}

export function anyLibrary(random: Random): Library {
  return pick(random, LIBRARIES);
}

// Each library's own words; types of one say nothing to those of another.
function objectIn(library: Library, fields: readonly Field[], tag?: string): unknown {
  const entries = fields.map((each): [string, unknown] => [
    library === "ArkType" && each.optional ? `${each.name}?` : each.name,
    fieldIn(library, each),
  ]);
  if (tag !== undefined) entries.unshift(["kind", kindIn(library, { k: "enum", of: [tag] }, true)]);
  const members = Object.fromEntries(entries) as never;
  switch (library) {
    case "Zod":
      return z.object(members);
    case "Valibot":
      return v.object(members);
    case "ArkType":
      return type(members);
    case "field":
      return field.object(members);
  }
}

function fieldIn(library: Library, { kind, optional, default: value }: Field): unknown {
  const made = kindIn(library, kind) as z.ZodType;
  if (value !== undefined) {
    if (library === "Valibot") return v.optional(made as unknown as v.GenericSchema, value as never);
    return made.default(value as never);
  }
  if (!optional || library === "ArkType") return made;
  return library === "Valibot" ? v.optional(made as unknown as v.GenericSchema) : made.optional();
}

function kindIn(library: Library, kind: Kind, literal = false): unknown {
  if (kind.k === "object") return objectIn(library, kind.fields);
  if (kind.k === "union") {
    const variants = kind.variants.map(({ is, fields }) => objectIn(library, fields, is)) as never[];
    switch (library) {
      case "Zod":
        return z.discriminatedUnion("kind", variants as never);
      case "Valibot":
        return v.variant("kind", variants as never);
      case "ArkType":
        return (variants as { or(other: unknown): unknown }[]).reduce((one, other) => one.or(other) as never);
      case "field":
        return field.variants("kind", variants as never);
    }
  }
  if (kind.k === "list") {
    const element = kindIn(library, kind.el);
    if (library === "Zod") return z.array(element as z.ZodType);
    if (library === "Valibot") return v.array(element as v.GenericSchema);
    return library === "ArkType" ? (element as { array(): unknown }).array() : field.list(element as never);
  }
  return scalarIn(library, kind, literal);
}

function scalarIn(library: Library, kind: Kind, literal: boolean): unknown {
  switch (library) {
    case "Zod":
      return zodScalar(kind, literal);
    case "Valibot":
      return valibotScalar(kind, literal);
    case "ArkType":
      return arktypeScalar(kind);
    case "field":
      return fieldScalar(kind);
  }
}

function zodScalar(kind: Kind, literal: boolean): unknown {
  switch (kind.k) {
    case "string": {
      let text = z.string();
      if (kind.min !== undefined) text = text.min(kind.min);
      if (kind.max !== undefined) text = text.max(kind.max);
      return text;
    }
    case "int":
      return kind.min === undefined ? z.int() : z.int().min(kind.min);
    case "enum":
      return literal ? z.literal(kind.of[0] ?? "") : z.enum(kind.of as [string]);
    case "float":
      return z.number();
    case "bool":
      return z.boolean();
    case "date":
      return z.date();
    case "bigint":
      return z.bigint();
    case "bytes":
      return z.instanceof(Uint8Array);
    case "uuid":
      return z.uuid();
    default:
      return z.json();
  }
}

function valibotScalar(kind: Kind, literal: boolean): unknown {
  switch (kind.k) {
    case "string": {
      const rules = [
        ...(kind.min === undefined ? [] : [v.minLength(kind.min)]),
        ...(kind.max === undefined ? [] : [v.maxLength(kind.max)]),
      ];
      return rules.length === 0 ? v.string() : v.pipe(v.string(), ...(rules as never[]));
    }
    case "int":
      return kind.min === undefined
        ? v.pipe(v.number(), v.safeInteger())
        : v.pipe(v.number(), v.safeInteger(), v.minValue(kind.min));
    case "enum":
      return literal ? v.literal(kind.of[0] ?? "") : v.picklist(kind.of);
    case "float":
      return v.number();
    case "bool":
      return v.boolean();
    case "date":
      return v.date();
    case "bigint":
      return v.bigint();
    case "bytes":
      return v.instance(Uint8Array);
    case "uuid":
      return v.pipe(v.string(), v.uuid());
    default:
      return v.any();
  }
}

function arktypeScalar(kind: Kind): unknown {
  switch (kind.k) {
    case "string": {
      let text = type("string");
      if (kind.min !== undefined) text = text.atLeastLength(kind.min) as never;
      if (kind.max !== undefined) text = text.atMostLength(kind.max) as never;
      return text;
    }
    case "int":
      return kind.min === undefined
        ? type("number.integer")
        : (type("number.integer") as unknown as { atLeast(min: number): unknown }).atLeast(kind.min);
    case "enum":
      return type.enumerated(...kind.of);
    case "float":
      return type("number");
    case "bool":
      return type("boolean");
    case "date":
      return type("Date");
    case "bigint":
      return type("bigint");
    case "bytes":
      return type("TypedArray.Uint8");
    case "uuid":
      return type("string.uuid");
    default:
      return type("unknown");
  }
}

function fieldScalar(kind: Kind): unknown {
  switch (kind.k) {
    case "string": {
      let text = field.string();
      if (kind.min !== undefined) text = text.min(kind.min);
      if (kind.max !== undefined) text = text.max(kind.max);
      return text;
    }
    case "int":
      return kind.min === undefined ? field.int() : field.int().min(kind.min);
    case "enum":
      return field.choice(kind.of);
    case "float":
      return field.number();
    case "bool":
      return field.boolean();
    case "date":
      return field.date();
    case "bigint":
      return field.bigint();
    case "bytes":
      return field.bytes();
    case "uuid":
      return field.uuid();
    default:
      return field.json();
  }
}

/** Of at most three characters, or of more than the engine takes for three: it counts bytes, four of them for each. */
