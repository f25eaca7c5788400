/**
 * Checks JSON values: what `JSON.stringify` would turn into text and `JSON.parse` back into the same value, without calling
 * anything of the value. Refused: functions, symbols, bigint, NaN and infinities, holes and undefined in lists, objects other
 * than plain ones, anything with a `toJSON`, nesting deeper than 256 levels (so cycles too), text longer than 16 MiB. A property
 * that is undefined counts as absent; -0 is stored as 0.
 */
import { jsonDepthMax, textBytesMax } from "../schema/limits.ts";
import { isWellFormed, utf8Length } from "../schema/text.ts";
import type { Check } from "./check.ts";
import type { Report } from "./report.ts";
import { isPlainObject } from "./shapes.ts";

/** A part takes two bytes of text at least: its own and a comma, bracket or colon. */
const partsMax = textBytesMax / 2;

export const JSON_EXPECTED: string = "a JSON value";

export const jsonCheck: Check = (value, report) => {
  const walk = new JsonWalk(report);
  if (!walk.visit(value, 0)) return false;
  if (walk.textUnitsMax <= textBytesMax || utf8Length(JSON.stringify(value)) <= textBytesMax) return true;
  report?.add({
    rule: "size",
    expected: `a JSON value whose text is at most ${textBytesMax} bytes long`,
    actual: "more",
  });
  return false;
};

class JsonWalk {
  /** No text of the values visited is longer than this. */
  textUnitsMax = 0;
  #count = 0;
  readonly #report: Report | undefined;

  constructor(report: Report | undefined) {
    this.#report = report;
  }

  visit(value: unknown, depth: number): boolean {
    // Shared parts are written out each time, so even a shallow value can stand for endless text.
    if (++this.#count > partsMax) return this.#refuse("a JSON value of fewer parts", value);
    switch (typeof value) {
      case "string":
        this.textUnitsMax += value.length * 6 + 3;
        return isWellFormed(value) || this.#refuse("well-formed text", value, "It holds a lone surrogate.");
      case "number":
        this.textUnitsMax += 26;
        return Number.isFinite(value) || this.#refuse("a finite number, as JSON has no other", value);
      case "boolean":
        this.textUnitsMax += 6;
        return true;
      case "object":
        break;
      default:
        return this.#refuse(JSON_EXPECTED, value);
    }
    this.textUnitsMax += 5;
    if (value === null) return true;
    if (depth >= jsonDepthMax)
      return this.#refuse(`a JSON value of at most ${jsonDepthMax} levels, without cycles`, value);
    if (typeof (value as { readonly toJSON?: unknown }).toJSON === "function") {
      return this.#refuse("plain data", value, "It has a method toJSON; call it first.");
    }
    return Array.isArray(value) ? this.#visitList(value, depth + 1) : this.#visitObject(value, depth + 1);
  }

  #visitList(list: readonly unknown[], depth: number): boolean {
    let accepted = true;
    for (let index = 0; index < list.length; index++) {
      this.#report?.enter(index);
      if (!this.visit(list[index], depth)) accepted = false;
      this.#report?.leave();
      if (!accepted && this.#stops()) return false;
    }
    return accepted;
  }

  #visitObject(value: object, depth: number): boolean {
    if (!isPlainObject(value)) return this.#refuse("a plain object", value);
    if (Object.getOwnPropertySymbols(value).length > 0)
      return this.#refuse("an object without symbol keys", value);
    let accepted = true;
    for (const key of Object.keys(value)) {
      const content = value[key];
      if (content === undefined) continue;
      this.textUnitsMax += key.length * 6 + 4;
      this.#report?.enter(key);
      if (!isWellFormed(key)) accepted = this.#refuse("under a well-formed key", key);
      if (!this.visit(content, depth)) accepted = false;
      this.#report?.leave();
      if (!accepted && this.#stops()) return false;
    }
    return accepted;
  }

  #stops(): boolean {
    return this.#report === undefined || this.#report.full || this.#count > partsMax;
  }

  #refuse(expected: string, value: unknown, hint?: string): false {
    this.#report?.addType(expected, value, hint);
    return false;
  }
}
