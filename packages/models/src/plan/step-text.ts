/**
 * Steps in words, one line each, as they stand in a terminal and in a pull request: a sign (`+` added, `-` dropped, `~` changed, `!` refused),
 * the collection, and what becomes of it.
 */
import type { Value } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import { type Fill, pathText, qualified, type Step } from "./step.ts";
import { whenText } from "./variant-needs.ts";

/** `~ books: make "year" required, filled by the model's default`. */
export function stepText(step: Step): string {
  return `${signOf(step)} ${step.collection}: ${describeStep(step)}`;
}

export function signOf(step: Step): "+" | "-" | "~" | "!" {
  if (blockerOf(step) !== undefined) return "!";
  switch (step.kind) {
    case "createCollection":
    case "addOptionalField":
    case "addField":
    case "addIndex":
      return "+";
    case "dropCollection":
    case "dropField":
    case "dropIndex":
      return "-";
    default:
      return "~";
  }
}

/**
 * What a step does, in plain words, without its collection.
 * @example
 * for (const step of changes.steps) console.log(step.collection, describeStep(step));     // books add field "year" (optional int64)
 */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "createCollection":
      return `create the collection${parenthesis(contents(step.descriptor))}`;
    case "renameCollection":
      return `rename the collection from "${step.from}"`;
    case "dropCollection":
      return step.empty === true
        ? "drop the collection, which has no rows"
        : "drop the collection with all its rows";
    case "renameField":
      return `rename field "${pathText(step.from)}" to "${pathText(step.path)}"`;
    case "groupFields":
      return `group the fields below ${fieldText(step)} into one object`;
    case "ungroupFields":
      return `take the object ${fieldText(step)} apart into the fields below it`;
    case "addOptionalField":
      return `add field ${fieldText(step)} (${step.type})`;
    case "addField":
      return `add field ${fieldText(step)} (${step.type}), ${fillText(step.fill, step.type.endsWith("timestamp"))}`;
    case "makeOptional":
      return `make ${fieldText(step)} optional`;
    case "makeRequired":
      return `make ${fieldText(step)} required, ${step.fill.by === "nothing" ? "if every row has it" : fillText(step.fill)}`;
    case "makeVariantRequired":
      return `make ${fieldText(step)} required where ${whenText(step.when)}, ${step.fill.by === "nothing" ? "if every such row has it" : fillText(step.fill)}`;
    case "makeVariantOptional":
      return `make ${fieldText(step)} optional where ${whenText(step.when)}`;
    case "convertType":
      return `convert ${fieldText(step)} from ${step.from} to ${step.to}${conversionText(step.by)}`;
    case "tightenConstraint":
      return `tighten ${fieldText(step)}: ${step.reason}${step.by === "function" ? ", values changed by your function" : ""}`;
    case "loosenConstraint":
      return `loosen ${fieldText(step)}: ${step.reason}`;
    case "changeDefault":
      return `change the default of ${fieldText(step)}`;
    case "dropField":
      if (step.safety !== "loss") return `drop ${fieldText(step)}, an object with nothing left in it`;
      return `drop field ${fieldText(step)}${step.empty === true ? ", which has no values" : " with its values"}`;
    case "addIndex":
      return `add ${indexText(step)} on ${fieldText(step)}`;
    case "changeIndex":
      return `build ${indexText(step)} anew, on ${fieldText(step)}`;
    case "renameIndex":
      return `rename index "${step.from}" to "${step.index}"`;
    case "dropIndex":
      return `drop ${indexText(step)} on ${fieldText(step)}`;
    case "rewriteRows":
      return step.once === undefined
        ? "rewrite every row by your function"
        : `rewrite every row by your function, once ("${step.once}")`;
    case "restateSchema":
    case "changePrimaryKey":
      return step.reason;
  }
}

/** Why a step cannot be applied as it is, and what to do about it; undefined when nothing is in its way. */
export function blockerOf(step: Step): string | undefined {
  switch (step.kind) {
    case "dropCollection":
      return step.allowed
        ? undefined
        : `to drop it, pass allowDrop: { collections: [${quote(step.collection)}] }`;
    case "dropField":
      return step.allowed
        ? undefined
        : `to drop it, pass allowDrop: { fields: [${quote(qualified(step.collection, pathText(step.path)))}] }; if it has another name now, say so with renamedFields`;
    case "dropIndex":
      return step.allowed
        ? undefined
        : `to drop it, pass allowDrop: { indexes: [${quote(qualified(step.collection, step.index))}] }; to keep it, add it to the model's indexes`;
    case "changePrimaryKey":
      return "rows are known by their key, so it never changes: declare a collection of another name, copy the rows with a program, then drop this one";
    case "convertType":
      return step.by === "nothing"
        ? `${whileRows(step.collection)}convert: { ${quote(qualified(step.collection, pathText(step.path)))}: (value) => … }`
        : undefined;
    case "addField":
      return step.fill.by === "nothing"
        ? `${whileRows(step.collection)}fill: { ${quote(qualified(step.collection, pathText(step.path)))}: … } ${fillAdvice(step)}`
        : undefined;
    default:
      return undefined;
  }
}

/** Whether a step that is in the way of a plan is none where its collection has no rows. */
export function passesWhenEmpty(step: Step): boolean {
  return step.kind === "convertType" || step.kind === "addField";
}

/** A field that may be absent is in the way only where one variant of a union requires it. */
function fillAdvice({ type }: { readonly type: string }): string {
  return type.startsWith("optional ")
    ? "(a function of the row: rows of some variants must have it; null for the others)"
    : "(a value, or a function of the row), or a default in the model";
}

function whileRows(collection: string): string {
  return `while "${collection}" has rows, this needs `;
}

function contents(descriptor: {
  readonly primaryKey: string;
  readonly fields: readonly unknown[];
  readonly indexes?: readonly unknown[];
}): string[] {
  const indexes = descriptor.indexes?.length ?? 0;
  return [
    counted(descriptor.fields.length, "field"),
    `primary key "${descriptor.primaryKey}"`,
    ...(indexes === 0 ? [] : [counted(indexes, "index", "indexes")]),
  ];
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function parenthesis(parts: readonly string[]): string {
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** `timestamp`: whether the value counts microseconds. */
function fillText(fill: Fill, timestamp = false): string {
  switch (fill.by) {
    case "value":
      return `filled with ${(timestamp ? dateText(fill.value) : undefined) ?? showValue(fill.value)}`;
    case "function":
      return "filled by your function";
    case "model":
      return "filled by the model's default";
    case "nothing":
      return "with no value for stored rows";
  }
}

/** Microseconds since 1970 as a date; undefined for what is none. */
function dateText(value: Value): string | undefined {
  const milliseconds =
    typeof value === "number" || typeof value === "bigint" ? Number(value) / 1000 : Number.NaN;
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}

function conversionText(by: "rule" | "function" | "nothing"): string {
  if (by === "rule") return ", value by value, exactly";
  return by === "function" ? ", by your function" : "";
}

function fieldText({ path }: { readonly path: readonly string[] }): string {
  return quote(pathText(path));
}

function indexText({ index, unique }: { readonly index: string; readonly unique: boolean }): string {
  return `${unique ? "unique index" : "index"} "${index}"`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
