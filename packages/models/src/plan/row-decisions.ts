/** What the options and the model decide about the fields of one collection. */
import type { CollectionDescriptor, FieldDescriptor, Schema, Value } from "@modelvault/core";
import { toTimestamp } from "../collection/timestamps.ts";
import type { Model } from "../define/model.ts";
import { fillsByDefault } from "./model-default.ts";
import type { PlanOptions } from "./plan-options.ts";
import { type Fill, pathText, qualified } from "./step.ts";
import { mayConcern, type VariantNeed } from "./variant-needs.ts";

export class RowDecisions {
  /** Name of the collection after the plan, and the one it has now. */
  readonly #names: readonly string[];
  readonly #options: PlanOptions;
  readonly #model: Model | undefined;
  readonly #descriptor: CollectionDescriptor;

  constructor(
    names: readonly string[],
    options: PlanOptions,
    model: Model | undefined,
    descriptor: CollectionDescriptor,
  ) {
    this.#names = names;
    this.#options = options;
    this.#model = model;
    this.#descriptor = descriptor;
  }

  /** The fill that the options name. */
  givenFill(path: readonly string[]): Fill | undefined {
    const given = this.#named(this.#options.fill, path);
    if (given === undefined) return undefined;
    return typeof given === "function" ? { by: "function" } : { by: "value", value: storedValue(given) };
  }

  /** Where a required field's values come from: the options, else the engine's default, else the model's, else nowhere. */
  fillOf(path: readonly string[]): Fill {
    const given = this.givenFill(path);
    if (given !== undefined) return given;
    const value = defaultIn(this.#descriptor.fields, path);
    if (value !== undefined) return { by: "value", value };
    const model = this.#model;
    return model !== undefined && fillsByDefault(model, path) ? { by: "model" } : { by: "nothing" };
  }

  /** Where the values of a new optional field come from: the options; the model or nowhere, where stored rows may be of a variant that requires it. */
  optionalFillOf(path: readonly string[], before: Schema, needs: readonly VariantNeed[]): Fill | undefined {
    const own = needs.filter((need) => pathText(need.path) === pathText(path) && mayConcern(before, need));
    if (own.length === 0) return this.givenFill(path);
    const fills = own.map((need) => this.variantFillOf(need));
    return fills.find(({ by }) => by === "nothing") ?? fills[0];
  }

  /** Where the values come from that one variant requires: the options, else the model's default, else nowhere. */
  variantFillOf({ path, when }: VariantNeed): Fill {
    const given = this.givenFill(path);
    if (given !== undefined) return given;
    const model = this.#model;
    return model !== undefined && fillsByDefault(model, path, when) ? { by: "model" } : { by: "nothing" };
  }

  /** Whether the options have a function for the values of a field. */
  converts(path: readonly string[]): boolean {
    return this.#named(this.#options.convert, path) !== undefined;
  }

  allowsFieldDrop(path: readonly string[]): boolean {
    return this.#allows("fields", pathText(path));
  }

  allowsIndexDrop(index: string): boolean {
    return this.#allows("indexes", index);
  }

  #allows(what: "fields" | "indexes", name: string): boolean {
    const names = this.#options.allowDrop?.[what] ?? [];
    return this.#names.some((collection) => names.includes(qualified(collection, name)));
  }

  #named<T>(entries: { readonly [field: string]: T } | undefined, path: readonly string[]): T | undefined {
    const key = qualified(this.#names[0] ?? "", pathText(path));
    return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
  }
}

/** A value as the engine stores it: dates are microseconds there. An invalid date goes as it is, for the engine to refuse. */
export function storedValue(value: unknown): Value {
  return (value instanceof Date ? (toTimestamp(value) ?? value) : value) as Value;
}

/** The static default that a descriptor gives a field, if any. */
function defaultIn(fields: readonly FieldDescriptor[], path: readonly string[]): Value | undefined {
  for (const field of fields) {
    const own = typeof field.path === "string" ? field.path.split(".") : field.path;
    if (!own.every((name, at) => name === path[at])) continue;
    if (own.length === path.length) return (field as { readonly default?: Value }).default;
    return defaultIn(innerFields(field.type), path.slice(own.length));
  }
  return undefined;
}

function innerFields(type: FieldDescriptor["type"]): readonly FieldDescriptor[] {
  if (typeof type === "string") return [];
  if ("optional" in type) return innerFields(type.optional);
  return "object" in type ? type.object : [];
}
