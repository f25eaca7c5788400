/**
 * Turns a schema into one function that tells every problem of a candidate row, in the order of the schema, unknown fields
 * last. A good row costs one walk and no allocation; only a row that failed is walked again, with a report. Checks are
 * closures over the schema; nothing is looked up in it later.
 *
 * Fields with several path segments are members of intermediate objects, which may be missing or null only where everything
 * below them is optional.
 */
import type { ValidationIssue } from "../errors/error.ts";
import type { Constraint, Field, Schema, Type } from "../schema/types.ts";
import type { Check, Slot } from "./check.ts";
import { withConstraints } from "./constraint-checks.ts";
import { listCheck, type Member, objectCheck } from "./container-checks.ts";
import { JSON_EXPECTED, jsonCheck } from "./json-check.ts";
import { NO_ISSUES, Report } from "./report.ts";
import { EXPECTED, enumCheck, enumExpected, SCALAR_CHECKS } from "./scalar-checks.ts";

/** Every problem of a candidate; the same empty list for every good one. Never throws. */
export type Validator = (candidate: unknown) => readonly ValidationIssue[];

/**
 * Compiles the checks of a schema. At most 1000 problems of a row are listed. Getters and proxies are read like any object, and an
 * error they throw becomes a problem of the row; what they answer later is not checked again, so copy such a row first
 * (`compileRowCopy`).
 */
export function compileValidator(schema: Schema): Validator {
  const check = objectCheck(membersOf(schema, schema.fields, 0));
  return (candidate) => {
    if (passes(check, candidate)) return NO_ISSUES;
    const report = new Report();
    try {
      if (check(candidate, report)) report.addType("the same each time it is read", candidate);
    } catch (error) {
      report.addUnreadable(error);
    }
    return report.issues;
  };
}

function passes(check: Check, candidate: unknown): boolean {
  try {
    return check(candidate, undefined);
  } catch {
    return false;
  }
}

/** The members of the object at `depth` that these fields share the beginning of. */
function membersOf(schema: Schema, fields: readonly Field[], depth: number): readonly Member[] {
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.path[depth] ?? "";
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [field]);
    else group.push(field);
  }
  return [...groups].map(([name, group]) => {
    const [only] = group;
    return only?.path.length === depth + 1
      ? fieldMember(schema, only, name)
      : intermediateMember(schema, group, depth + 1, name);
  });
}

function fieldMember(schema: Schema, { path, type, constraints }: Field, name: string): Member {
  const slot = compileSlot(type, constraints);
  const finite = type.kind === "float64" && path.length === 1 && name === schema.primaryKey;
  return finite ? { ...slot, name, check: finiteKeyCheck(slot.check) } : { ...slot, name };
}

function finiteKeyCheck(check: Check): Check {
  return (value, report) => {
    if (!check(value, report)) return false;
    if (Number.isFinite(value)) return true;
    report?.add({
      rule: "primary_key",
      expected: "a finite number, as it is the primary key",
      actual: String(value),
    });
    return false;
  };
}

function intermediateMember(schema: Schema, fields: readonly Field[], depth: number, name: string): Member {
  const members = membersOf(schema, fields, depth);
  const explainMissing = (value: null | undefined, report: Report): void => {
    for (const member of members) {
      if (member.optional) continue;
      report.enter(member.name);
      if (member.explainMissing === undefined) report.addRequired(member.expected, value);
      else member.explainMissing(value, report);
      report.leave();
    }
  };
  const optional = members.every((member) => member.optional);
  return { name, check: objectCheck(members), optional, expected: "an object", explainMissing };
}

/** The checks of a type; optionals inside each other mean the same as one. */
function compileSlot(type: Type, constraints: readonly Constraint[]): Slot {
  switch (type.kind) {
    case "optional":
      return { ...compileSlot(type.inner, constraints), optional: true };
    case "list":
      return slotOf(listCheck(compileSlot(type.element, [])), "a list", constraints);
    case "object": {
      const members = type.fields.map(
        (field): Member => ({ ...compileSlot(field.type, field.constraints), name: field.name }),
      );
      return slotOf(objectCheck(members), "an object", constraints);
    }
    case "enum":
      return slotOf(enumCheck(type.variants), enumExpected(type.variants), constraints);
    case "json":
      return slotOf(jsonCheck, JSON_EXPECTED, constraints);
    default:
      return slotOf(SCALAR_CHECKS[type.kind], EXPECTED[type.kind], constraints);
  }
}

function slotOf(check: Check, expected: string, constraints: readonly Constraint[]): Slot {
  return { check: withConstraints(check, constraints), optional: false, expected };
}
