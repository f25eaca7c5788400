/**
 * What options and models give and no step of a plan takes: a function that has done its work in an earlier migration, or one that its author thinks is
 * used, or a former name that the vault does not have. It is no error, or programs could not keep their functions; so the plan says it.
 */
import { closest } from "@modelvault/core";
import type { PlanOptions } from "./plan-options.ts";
import { pathText, qualified, type Step } from "./step.ts";

/** A value, a function or a former name that the plan has no use for. */
export interface Unused {
  /** Option of the plan, or of the model: former names are told of where the vault has neither them nor the new ones. */
  readonly option: "convert" | "fill" | "renamedFields" | "renamedFrom" | "rewrite";
  /** The field, or the collection, as the options name it; the new name of what should have been renamed. */
  readonly name: string;
  /** A clause. */
  readonly reason: string;
}

/** Everything of the options that no step takes. */
export function unusedOf({ convert, fill, rewrite }: PlanOptions, steps: readonly Step[]): Unused[] {
  const created = new Set(
    steps.flatMap(({ kind, collection }) => (kind === "createCollection" ? [`${collection}.`] : [])),
  );
  const fields = (option: "convert" | "fill", entries: object | undefined, reason: string): Unused[] =>
    Object.keys(entries ?? {}).flatMap((name) => {
      if (steps.some((step) => takes(step, option, name))) return [];
      const isNew = [...created].some((prefix) => name.startsWith(prefix));
      return [{ option, name, reason: isNew ? "the collection is new" : reason }];
    });
  return [
    ...fields("convert", convert, "no step changes its type or tightens it"),
    ...fields("fill", fill, "no step fills it"),
    ...Object.entries(rewrite ?? {}).flatMap(([name, given]): Unused[] => {
      if (steps.some(({ kind, collection }) => kind === "rewriteRows" && collection === name)) return [];
      const once = typeof given === "function" ? undefined : given.once;
      const idle = created.has(`${name}.`) ? "the collection is new" : "no step changes its rows";
      const reason =
        once === undefined || created.has(`${name}.`) ? idle : `${JSON.stringify(once)} ran already`;
      return [{ option: "rewrite", name, reason }];
    }),
  ];
}

/** Whether a step calls the function, or stores the value, that an option has for a field. */
function takes(step: Step, option: "convert" | "fill", name: string): boolean {
  if (!("path" in step) || qualified(step.collection, pathText(step.path)) !== name) return false;
  if (option === "convert") return "by" in step && step.by === "function";
  return "fill" in step && (step.fill.by === "value" || step.fill.by === "function");
}

/** `Not used: convert for "books.title", as no step changes its type or tightens it.` */
export function unusedText({ option, name, reason }: Unused): string {
  return `Not used: ${option} for ${JSON.stringify(name)}, as ${reason}.`;
}

/** ` (did you mean "x"?)`, or nothing where no known name is close. */
export function orDidYouMean(given: string, known: readonly string[]): string {
  const name = closest(given, known);
  return name === undefined ? "" : ` (did you mean ${JSON.stringify(name)}?)`;
}
