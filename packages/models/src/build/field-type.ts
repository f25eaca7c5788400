/**
 * Types of our own builder, for models without a schema library. A type is a Standard Schema that describes itself as JSON Schema, so a
 * model takes it like any other; what JSON has no words for it says in our own keywords.
 */
import { ModelVaultError, type Value } from "@modelvault/core";
import { toTimestamp } from "../collection/timestamps.ts";
import type { Side } from "../convert/adapter.ts";
import { ENGINE_DEFAULT, OWN_RULES, type SchemaNode } from "../convert/json-schema.ts";
import type { ModelSchema } from "../convert/vendor.ts";
import { argumentInvalid } from "../define/arguments.ts";
import { Reading } from "./reading.ts";

/** What a model asks for beside JSON Schema. Others who ask a type to describe itself get plain JSON Schema. */
export interface OwnOptions {
  /** Told of each regular expression, whose flags JSON Schema does not know. */
  readonly onPattern: (pattern: RegExp) => void;
}

/** What a type is made of. */
export interface Definition {
  describe(side: Side, own: OwnOptions | undefined): SchemaNode;
  /** The value to store; problems go to `reading`, and then any value may come back. */
  read(value: unknown, reading: Reading): unknown;
  /** Whether a field of the type may be left out. */
  readonly optional?: boolean;
  /** Makes the value of a field that was left out. */
  readonly fill?: () => unknown;
}

/** One type. The modifiers give a new one; rules of a type come before its modifiers. */
export class FieldType<Output, Input = Output> implements ModelSchema<Input, Output> {
  readonly "~standard": ModelSchema<Input, Output>["~standard"];
  readonly definition: Definition;

  constructor(definition: Definition) {
    this.definition = definition;
    const describe = (
      side: Side,
      options: { readonly libraryOptions?: unknown },
    ): Record<string, unknown> => ({
      ...definition.describe(side, ownOptions(options.libraryOptions)),
    });
    this["~standard"] = {
      version: 1,
      vendor: "modelvault",
      validate: (value: unknown) => {
        const reading = new Reading();
        const output = definition.read(value, reading);
        return reading.issues.length === 0 ? { value: output as Output } : { issues: reading.issues };
      },
      jsonSchema: {
        input: (options) => describe("input", options),
        output: (options) => describe("output", options),
      },
    };
  }

  /** May be left out; then it is absent when read. */
  optional(): FieldType<Output | undefined, Input | undefined> {
    return new FieldType({ ...this.definition, optional: true });
  }

  /** May be null. */
  nullable(): FieldType<Output | null, Input | null> {
    const { definition } = this;
    return new FieldType({
      ...definition,
      describe: (side, own) => orNull(definition.describe(side, own)),
      read: (value, reading) => (value === null ? null : definition.read(value, reading)),
    });
  }

  /**
   * What is stored where the field is left out. A value becomes part of the collection, so that rows of every program get it; a function is
   * asked for each row of this model.
   */
  default(
    value: Exclude<Output, undefined> | (() => Exclude<Output, undefined>),
  ): FieldType<Exclude<Output, undefined>, Input | undefined> {
    const { definition } = this;
    const fill = typeof value === "function" ? (value as () => unknown) : (): unknown => copyOf(value);
    const keywords = (own: OwnOptions | undefined): SchemaNode => {
      if (own === undefined) return typeof value === "function" ? {} : jsonDefault(value);
      // Of a function a model is told only that there is one.
      return typeof value === "function"
        ? { default: null }
        : { default: null, [ENGINE_DEFAULT]: engineValue(copyOf(value)) };
    };
    return new FieldType({
      ...definition,
      optional: false,
      fill,
      describe: (side, own) => ({ ...definition.describe(side, own), ...keywords(own) }),
    });
  }

  /** A rule in code: it runs on writes through the model. One that gives a promise is refused there, and an async function at once. */
  check(test: (value: Output) => boolean, message: string): FieldType<Output, Input> {
    const { definition } = this;
    if (typeof test !== "function" || Object.prototype.toString.call(test) === "[object AsyncFunction]")
      throw argumentInvalid("test", "a function that gives true or false at once", test);
    return new FieldType({
      ...definition,
      describe: (side, own) => withCheck(definition.describe(side, own)),
      read: (value, reading) => {
        const count = reading.issues.length;
        const read = definition.read(value, reading);
        if (reading.issues.length === count && !answerOf(test(read as Output))) reading.add("check", message);
        return read;
      },
    });
  }
}

/** A default stays that of the field, which may now be null. */
function orNull({ default: filled, [ENGINE_DEFAULT]: fixed, ...inner }: SchemaNode): SchemaNode {
  return {
    anyOf: [inner, { type: "null" }],
    ...(filled === undefined ? {} : { default: filled }),
    ...(fixed === undefined ? {} : { [ENGINE_DEFAULT]: fixed }),
  };
}

function withCheck(node: SchemaNode): SchemaNode {
  const others = Array.isArray(node[OWN_RULES]) ? (node[OWN_RULES] as unknown[]) : [];
  return { ...node, [OWN_RULES]: [...others, { rule: "check", why: "it is code of the schema" }] };
}

function ownOptions(libraryOptions: unknown): OwnOptions | undefined {
  const { onPattern } = (libraryOptions ?? {}) as Partial<OwnOptions>;
  return typeof onPattern === "function" ? { onPattern } : undefined;
}

/** The keyword for a default that JSON can spell. */
function jsonDefault(value: unknown): SchemaNode {
  try {
    const text = JSON.stringify(value, (_key, part: unknown) => {
      if (part instanceof Uint8Array) throw new TypeError("bytes have no JSON");
      return part;
    });
    return { default: JSON.parse(text) as unknown };
  } catch {
    return {};
  }
}

/** A default is given to many rows, none of which may change it for the others. */
function copyOf(value: unknown): unknown {
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)]));
}

/** A value as the engine has it. */
function engineValue(value: unknown): Value {
  if (value instanceof Date) return toTimestamp(value) ?? null;
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value as Value;
  if (Array.isArray(value)) return value.map(engineValue);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, engineValue(inner)]));
}

/** What a check says. @throws validation_async for a promise, which would pass for a yes */
function answerOf(answer: unknown): boolean {
  if (typeof (answer as { readonly then?: unknown } | null | undefined)?.then !== "function")
    return Boolean(answer);
  Promise.resolve(answer).catch(() => undefined);
  throw new ModelVaultError("validation_async", "A check gave a promise; it must give true or false.", {});
}
