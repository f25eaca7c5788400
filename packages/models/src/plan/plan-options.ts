/**
 * What a caller may say about a plan: which drops are meant, and where values come from that no rule gives. Fields and indexes are named
 * `collection.field`, with the names they have after the plan (dropped ones with those they had in the vault).
 */
import type { Row, Value } from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { Model } from "../define/model.ts";

/** What may be dropped; everything else stays, whatever the models say. Names of what is gone already do no harm. */
export interface AllowDrop {
  readonly collections?: readonly string[];
  /** `"books.isbn13"`. */
  readonly fields?: readonly string[];
  /** `"books.year_idx"`. */
  readonly indexes?: readonly string[];
}

/** A function of the whole row; with a name, one that runs once in the life of a vault. */
export type RowRewrite = ((row: Row) => Row) | { readonly once: string; readonly row: (row: Row) => Row };

/**
 * Where values come from. Rows are as the engine holds them: every field of the schema is there, null for what is absent, also in objects and in objects
 * of lists; dates are microseconds since 1970; integers, bigints and dates are numbers where a number holds them exactly, else bigints; uuids are text in lower
 * case; a union has the fields of all its variants. Functions give values in the same form: numbers or bigints for integers, null or undefined for
 * nothing. One may be called more than once for a row, and none may be async. They are not part of a plan's JSON; `apply` takes them too. What no step
 * takes does nothing, and is listed in `Plan.unused`.
 */
export interface RowFunctions {
  /**
   * For stored rows of a field that is new or becomes required: a value, or a function of the row as it was, renamed fields under their new names and dropped
   * ones still there. A Date goes for a timestamp.
   */
  readonly fill?: { readonly [field: string]: Value | Date | ((row: Row) => unknown) };
  /** For a field whose type or constraints change: the new value from the old one, which is never null, and the row as for `fill`. A Date goes for a timestamp. Absent values stay absent. */
  readonly convert?: { readonly [field: string]: (value: Value, row: Row) => unknown };
  /** By collection: makes the new row from the row as everything else left it. Without a name it runs whenever the collection's rows change. */
  readonly rewrite?: { readonly [collection: string]: RowRewrite };
}

export interface PlanOptions extends RowFunctions {
  readonly allowDrop?: AllowDrop;
}

const OPTION_NAMES: readonly string[] = ["allowDrop", "convert", "fill", "rewrite"];
const DROP_NAMES: readonly string[] = ["collections", "fields", "indexes"];

/** @throws argument_invalid */
export function checkPlanOptions(options: unknown): PlanOptions {
  const checked = checkKeys("options", options, OPTION_NAMES);
  for (const [key, names] of Object.entries(
    checkKeys("options.allowDrop", checked.allowDrop ?? {}, DROP_NAMES),
  )) {
    if (!Array.isArray(names) || !names.every((name) => typeof name === "string" && name !== ""))
      throw argumentInvalid(`options.allowDrop.${key}`, "a list of names", names);
  }
  checkRowFunctions(checked);
  return checked as PlanOptions;
}

/** @throws argument_invalid */
export function checkRowFunctions({ fill, convert, rewrite }: { readonly [key: string]: unknown }): void {
  for (const [argument, entries] of Object.entries({ fill, convert, rewrite })) {
    if (entries === undefined) continue;
    if (!isObject(entries) || Array.isArray(entries))
      throw argumentInvalid(`options.${argument}`, "an object by name", entries);
    if (argument === "fill") continue;
    for (const [name, value] of Object.entries(entries)) {
      const place = `options.${argument}[${JSON.stringify(name)}]`;
      if (typeof value === "function") continue;
      if (argument === "convert") throw argumentInvalid(place, "a function of the value", value);
      const { once, row } = (value ?? {}) as { readonly once?: unknown; readonly row?: unknown };
      if (typeof once !== "string" || once === "" || typeof row !== "function")
        throw argumentInvalid(place, "a function of the row, or { once: name, row: function }", value);
    }
  }
}

/** @throws argument_invalid */
export function checkModelList(argument: string, models: unknown): asserts models is readonly Model[] {
  if (!Array.isArray(models)) throw argumentInvalid(argument, "a list of models", models);
  for (const [position, model] of models.entries()) {
    const { name, descriptor } = (model ?? {}) as Partial<Model>;
    if (typeof name !== "string" || typeof descriptor !== "object")
      throw argumentInvalid(`${argument}[${position}]`, "a model made with defineModel", model);
  }
}

/** An object with no keys but these. @throws argument_invalid */
export function checkKeys(
  argument: string,
  value: unknown,
  names: readonly string[],
): { readonly [key: string]: unknown } {
  if (!isObject(value) || Array.isArray(value))
    throw argumentInvalid(argument, `an object with ${names.join(", ")}`, value);
  for (const key of Object.keys(value)) {
    if (!names.includes(key))
      throw argumentInvalid(
        `${argument}.${key}`,
        `left out (the options are ${names.join(", ")})`,
        value[key],
      );
  }
  return value;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
