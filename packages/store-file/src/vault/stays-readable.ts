/**
 * Whether upstream could still open the log after a schema change. It checks every record of a log, superseded ones too, against the
 * last schema (its bugs B1 and B2), so a change that makes any older record invalid must not be appended: the vault is then
 * written anew, without older records.
 */
import type { Constraint, Field, Type } from "@modelvault/core";
import type { LogCollection } from "./log-catalog.ts";

/**
 * Whether records written under earlier versions stay valid under the last one.
 * @param before the collection as the log's records know it; undefined when it is new
 */
export function recordsStayValid(before: LogCollection | undefined, after: LogCollection): boolean {
  if (before === undefined || before.version === after.version) return true;
  for (let version = before.version; version < after.version; version++) {
    const from = after.history.get(version) ?? [];
    const to = after.history.get(version + 1) ?? [];
    if (!isLoosening(from, to)) return false;
  }
  return true;
}

/** Whether every record that is valid under `from` is valid, as it stands, under `to`. */
function isLoosening(from: readonly Field[], to: readonly Field[]): boolean {
  if ([...from, ...to].some(({ path }) => path.length > 1)) return false;
  const later = new Map(to.map((field) => [field.path[0], field]));
  for (const field of from) {
    const next = later.get(field.path[0]);
    if (next === undefined || !holds(next.type, field.type)) return false;
    const former = new Set(field.constraints.map(constraintText));
    if (next.constraints.some((constraint) => !former.has(constraintText(constraint)))) return false;
    later.delete(field.path[0]);
  }
  return [...later.values()].every(({ type }) => type.kind === "optional");
}

/** Whether values of the type `from` are values of `to`, too. */
function holds(to: Type, from: Type): boolean {
  if (to.kind === "optional") return holds(to.inner, from.kind === "optional" ? from.inner : from);
  if (to.kind === "enum" && from.kind === "enum") {
    return from.variants.every((variant) => to.variants.includes(variant));
  }
  return JSON.stringify(to) === JSON.stringify(from);
}

function constraintText(constraint: Constraint): string {
  const value =
    "value" in constraint ? String(constraint.value) : "pattern" in constraint ? constraint.pattern : "";
  return `${constraint.kind} ${value}`;
}
