/** Checks of lists and objects. An object is known by its own enumerable string properties; every other key is unknown. */
import { listElementsMax } from "../schema/limits.ts";
import { type Check, checkSlot, type Slot } from "./check.ts";
import type { Report } from "./report.ts";
import { isRecord, type Properties } from "./shapes.ts";

/** A check of a dense list whose elements fit a slot. */
export function listCheck(element: Slot): Check {
  return (value, report) => {
    if (!Array.isArray(value)) {
      report?.addType(
        "a list",
        value,
        ArrayBuffer.isView(value) || isIterable(value) ? "Convert it with Array.from()." : undefined,
      );
      return false;
    }
    const list: readonly unknown[] = value;
    const { length } = list;
    if (length > listElementsMax) {
      report?.add({
        rule: "size",
        expected: `a list of at most ${listElementsMax} elements`,
        actual: `${length}`,
      });
      return false;
    }
    let accepted = true;
    for (let index = 0; index < length; index++) {
      if (checkElement(element, list, index, report)) continue;
      accepted = false;
      if (report === undefined || report.full) return false;
    }
    return accepted;
  };
}

function checkElement(
  slot: Slot,
  list: readonly unknown[],
  index: number,
  report: Report | undefined,
): boolean {
  const value = list[index];
  if (report === undefined) {
    return value === undefined && !Object.hasOwn(list, index) ? false : checkSlot(slot, value, undefined);
  }
  report.enter(index);
  const hole = value === undefined && !Object.hasOwn(list, index);
  if (hole) report.add({ rule: "type", expected: slot.expected, actual: "a hole in the list" });
  const accepted = !hole && checkSlot(slot, value, report);
  report.leave();
  return accepted;
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function"
  );
}

/** One name of an object. */
export interface Member extends Slot {
  readonly name: string;
  /** Tells about a member that is required and not there; absent: at the member itself. */
  readonly explainMissing?: (value: null | undefined, report: Report) => void;
}

/** A check of an object that has these members and no other keys. */
export function objectCheck(members: readonly Member[]): Check {
  const byName = new Map(members.map((member) => [member.name, member]));
  const requiredCount = members.filter((member) => !member.optional).length;
  const names = members.map((member) => member.name);
  return (value, report) => {
    if (!isRecord(value)) {
      report?.addType(
        "an object",
        value,
        value instanceof Map ? "Convert it with Object.fromEntries()." : undefined,
      );
      return false;
    }
    return report === undefined
      ? accepts(value, byName, requiredCount)
      : explain(value, members, names, report);
  };
}

function accepts(value: Properties, byName: ReadonlyMap<string, Member>, requiredCount: number): boolean {
  if (Object.getOwnPropertySymbols(value).length !== 0) return false;
  let missing = requiredCount;
  for (const name of Object.keys(value)) {
    const member = byName.get(name);
    if (member === undefined) return false;
    const content = value[name];
    if (content === null || content === undefined) {
      if (!member.optional) return false;
    } else {
      if (!member.check(content, undefined)) return false;
      if (!member.optional) missing--;
    }
  }
  return missing === 0;
}

function explain(
  value: Properties,
  members: readonly Member[],
  names: readonly string[],
  report: Report,
): boolean {
  const contents = new Map<string, unknown>();
  for (const name of Object.keys(value)) {
    report.enter(name);
    contents.set(name, value[name]);
    report.leave();
  }
  let accepted = true;
  for (const member of members) {
    report.enter(member.name);
    const content = contents.get(member.name);
    contents.delete(member.name);
    if (!checkMember(member, content, report)) accepted = false;
    report.leave();
  }
  for (const name of contents.keys()) {
    if (report.full) return false;
    report.addUnknown(name, names);
    accepted = false;
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    report.add({ rule: "unknown_field", expected: "an object without symbol keys", actual: "a symbol key" });
    accepted = false;
  }
  return accepted;
}

function checkMember(member: Member, content: unknown, report: Report): boolean {
  const missing = content === null || content === undefined;
  if (!missing || member.optional || member.explainMissing === undefined)
    return checkSlot(member, content, report);
  member.explainMissing(content, report);
  return false;
}
