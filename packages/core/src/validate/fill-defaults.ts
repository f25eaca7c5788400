/**
 * Puts defaults where a row says nothing. A field counts as absent when its name is missing or its value `undefined`; `null` is an
 * answer and stays. Works in place, on the private copy that is made of every candidate row before it is checked.
 *
 * Rows that were stored before a field was there read `null` for it. Where the field is required that cannot be an answer, so such rows are
 * filled with `nulls: "required"` on their way to a new schema version.
 */
import { listElementsMax } from "../schema/limits.ts";
import type { Field, Schema, Type, Value } from "../schema/types.ts";
import { isRecord } from "./shapes.ts";

export interface FillOptions {
  /** Whether `null` counts as absent too where it would be refused. Default `"keep"`. */
  readonly nulls?: "keep" | "required";
}

/** Changes a value that is there. */
type Fill = (value: unknown) => void;

/** What is to be done with one member of an object. */
interface Member {
  readonly name: string;
  /** The value for a member that is absent; undefined: it stays so. */
  readonly make: (() => unknown) | undefined;
  readonly fillsNull: boolean;
  readonly fill: Fill | undefined;
}

/** Compiles the filler of a schema's rows; undefined where nothing has a default. */
export function compileFill(schema: Schema, { nulls = "keep" }: FillOptions = {}): Fill | undefined {
  return fillLevel(schema.fields, 0, nulls === "required");
}

function fillLevel(fields: readonly Field[], depth: number, nulls: boolean): Fill | undefined {
  const members: Member[] = [];
  for (const name of new Set(fields.map((field) => field.path[depth] ?? ""))) {
    const below = fields.filter((field) => field.path[depth] === name);
    const [only] = below;
    if (only?.path.length === depth + 1) members.push(memberOf(name, only.type, only.default, nulls));
    else {
      const fill = fillLevel(below, depth + 1, nulls);
      // An object that only paths make comes into being with the first thing in it.
      const make = (): unknown => {
        const made = {};
        fill?.(made);
        return made;
      };
      members.push({ name, make: fill && hasDefault(below) ? make : undefined, fillsNull: false, fill });
    }
  }
  return recordFill(members);
}

function hasDefault(fields: readonly Field[]): boolean {
  return fields.some((field) => field.default !== undefined);
}

function memberOf(name: string, type: Type, value: Value | undefined, nulls: boolean): Member {
  return {
    name,
    make: value === undefined ? undefined : (): unknown => value,
    fillsNull: nulls && type.kind !== "optional",
    fill: fillOf(type, nulls),
  };
}

function fillOf(type: Type, nulls: boolean): Fill | undefined {
  switch (type.kind) {
    case "optional":
      return fillOf(type.inner, nulls);
    case "list": {
      const fill = fillOf(type.element, nulls);
      if (fill === undefined) return undefined;
      return (value) => {
        // Longer lists are refused, and so were not copied.
        if (Array.isArray(value) && value.length <= listElementsMax) value.forEach(fill);
      };
    }
    case "object":
      return recordFill(type.fields.map((field) => memberOf(field.name, field.type, field.default, nulls)));
    default:
      return undefined;
  }
}

function recordFill(all: readonly Member[]): Fill | undefined {
  const members = all.filter(({ make, fill }) => make !== undefined || fill !== undefined);
  if (members.length === 0) return undefined;
  return (value) => {
    if (!isRecord(value)) return;
    for (const { name, make, fillsNull, fill } of members) {
      const content = Object.hasOwn(value, name) ? value[name] : undefined;
      if (content === undefined || (fillsNull && content === null)) {
        if (make !== undefined) define(value as Record<string, unknown>, name, make());
      } else fill?.(content);
    }
  };
}

/** Assigns as plain data even where the name is `__proto__`. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
