/** Types made of other types: lists, objects, objects told apart by a tag, free JSON. */
import type { Side } from "../convert/adapter.ts";
import type { SchemaNode } from "../convert/json-schema.ts";
import { argumentInvalid } from "../define/arguments.ts";
import { type Definition, FieldType, type OwnOptions } from "./field-type.ts";
import type { Reading } from "./reading.ts";

/** Any type of the builder. */
export type AnyFieldType =
  | FieldType<unknown, unknown>
  | { readonly "~standard": unknown; readonly definition: Definition };

/** Fields of an object by name. */
export interface FieldTypes {
  readonly [name: string]: AnyFieldType;
}

/** What a type gives out. */
export type OutputOf<T> = T extends FieldType<infer Output, infer _Input> ? Output : never;
/** What a type takes in. */
export type InputOf<T> = T extends FieldType<infer _Output, infer Input> ? Input : never;

type Simplify<T> = { [Key in keyof T]: T[Key] } & {};
type WithOptional<T> = Simplify<
  { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
    [Name in keyof T as undefined extends T[Name] ? Name : never]?: T[Name];
  }
>;

export type ObjectOutput<Fields> = WithOptional<{ [Name in keyof Fields]: OutputOf<Fields[Name]> }>;
export type ObjectInput<Fields> = WithOptional<{ [Name in keyof Fields]: InputOf<Fields[Name]> }>;

/** JSON in any form. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

function definitionOf(argument: string, type: unknown): Definition {
  if (type instanceof FieldType) return type.definition;
  throw argumentInvalid(argument, "a type of the builder, such as field.string()", type);
}

/** A list, with bounds on how many elements it has. */
export class ListType<Element, InputElement = Element> extends FieldType<Element[], InputElement[]> {
  readonly #element: FieldType<Element, InputElement>;
  readonly #bounds: { readonly min?: number; readonly max?: number };

  constructor(
    element: FieldType<Element, InputElement>,
    bounds: { readonly min?: number; readonly max?: number } = {},
  ) {
    const definition = definitionOf("element", element);
    const { min = 0, max = Number.POSITIVE_INFINITY } = bounds;
    super({
      describe: (side, own) => ({
        type: "array",
        items: definition.describe(side, own),
        ...(bounds.min === undefined ? {} : { minItems: min }),
        ...(bounds.max === undefined ? {} : { maxItems: max }),
      }),
      read(value, reading) {
        if (!Array.isArray(value)) {
          reading.add("type", "a list");
          return value;
        }
        if (value.length < min) reading.add("min_length", `a list of at least ${min} elements`);
        if (value.length > max) reading.add("max_length", `a list of at most ${max} elements`);
        return Array.from(value as unknown[], (each, position) =>
          reading.inside(position, () => definition.read(each, reading)),
        );
      },
    });
    this.#element = element;
    this.#bounds = bounds;
  }

  min(length: number): ListType<Element, InputElement> {
    return new ListType(this.#element, { ...this.#bounds, min: checkCount(length) });
  }

  max(length: number): ListType<Element, InputElement> {
    return new ListType(this.#element, { ...this.#bounds, max: checkCount(length) });
  }
}

function checkCount(length: number): number {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw argumentInvalid("length", "a whole number from 0", length);
}

/** An object with named fields and no others. */
export class ObjectType<Fields extends FieldTypes> extends FieldType<
  ObjectOutput<Fields>,
  ObjectInput<Fields>
> {
  readonly fields: Fields;

  constructor(fields: Fields) {
    if (typeof fields !== "object" || fields === null)
      throw argumentInvalid("fields", "an object of types", fields);
    const definitions = Object.entries(fields).map(
      ([name, type]) => [name, definitionOf(`fields.${name}`, type)] as const,
    );
    super({
      describe: (side, own) => describeFields(definitions, side, own),
      read: (value, reading) => readFields(definitions, value, reading),
    });
    this.fields = fields;
  }
}

type NamedDefinitions = readonly (readonly [name: string, definition: Definition])[];

function describeFields(definitions: NamedDefinitions, side: Side, own: OwnOptions | undefined): SchemaNode {
  const always = definitions.filter(
    ([, { optional, fill }]) => optional !== true && (side === "output" || fill === undefined),
  );
  return {
    type: "object",
    properties: Object.fromEntries(
      definitions.map(([name, definition]) => [name, definition.describe(side, own)]),
    ),
    required: always.map(([name]) => name),
    additionalProperties: false,
  };
}

function readFields(definitions: NamedDefinitions, value: unknown, reading: Reading): unknown {
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    reading.add("type", "an object");
    return value;
  }
  const given = value as { readonly [name: string]: unknown };
  for (const name of Object.keys(given)) {
    if (!definitions.some(([known]) => known === name))
      reading.inside(name, () => reading.add("unknown_field", "left out: there is no such field"));
  }
  const read: Record<string, unknown> = {};
  for (const [name, definition] of definitions) {
    const part = Object.hasOwn(given, name) ? given[name] : undefined;
    if (part !== undefined) read[name] = reading.inside(name, () => definition.read(part, reading));
    else if (definition.fill !== undefined) read[name] = definition.fill();
    else if (definition.optional !== true) reading.inside(name, () => reading.add("required", "there"));
  }
  return read;
}

/** Objects told apart by the text in one field, which each of them has as a choice. */
export class VariantsType<Variant extends ObjectType<FieldTypes>> extends FieldType<
  OutputOf<Variant>,
  InputOf<Variant>
> {
  constructor(tag: string, variants: readonly Variant[]) {
    if (typeof tag !== "string") throw argumentInvalid("tag", "the name of a field", tag);
    if (!Array.isArray(variants) || variants.length === 0)
      throw argumentInvalid("variants", "a list of at least one object type", variants);
    const definitions = variants.map((variant: unknown, position) =>
      definitionOf(`variants[${position}]`, variant),
    );
    const byText = new Map<unknown, Definition>();
    for (const [position, definition] of definitions.entries()) {
      for (const text of textsOf(definition, tag)) {
        if (byText.has(text)) throw argumentInvalid(`variants[${position}].${tag}`, "texts of its own", text);
        byText.set(text, definition);
      }
    }
    super({
      describe: (side, own) => ({
        oneOf: definitions.map((definition) => definition.describe(side, own)),
      }),
      read(value, reading) {
        const text = (value as { readonly [name: string]: unknown } | null | undefined)?.[tag];
        const definition = byText.get(text);
        if (definition !== undefined) return definition.read(value, reading);
        reading.inside(tag, () => reading.add("enum", `one of ${[...byText.keys()].map(String).join(", ")}`));
        return value;
      },
    });
  }
}

function textsOf(definition: Definition, tag: string): readonly unknown[] {
  const { properties } = definition.describe("output", undefined);
  const property = (properties as { readonly [name: string]: SchemaNode } | undefined)?.[tag];
  const texts = property?.enum;
  if (Array.isArray(texts)) return texts;
  throw argumentInvalid(`variants.${tag}`, "a choice of texts in every variant: field.choice([…])", property);
}

/** Any JSON value, whose type is what the program says it is. */
export function jsonType<T = JsonValue>(): FieldType<T> {
  return new FieldType<T>({
    describe: () => ({}),
    read: (value) => value,
  });
}
