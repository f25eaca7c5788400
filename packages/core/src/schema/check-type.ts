/**
 * Checks type descriptors and the fields inside object types. Refused beyond what upstream refuses: an empty enum or object,
 * variants or inner names given twice, inner paths of several segments (upstream uses the first and drops the rest).
 * `{ optional: { optional: T } }` is accepted and means the same as `{ optional: T }`: nothing tells one null from another.
 */
import { closest } from "../errors/suggest.ts";
import { checkConstraints } from "./check-constraints.ts";
import { checkDefault } from "./check-default.ts";
import { describeValue } from "./describe-value.ts";
import { pathText, readPath } from "./field-path.ts";
import { fieldsMax, typeDepthMax, typesMax } from "./limits.ts";
import { type Problems, place, readKeys } from "./problems.ts";
import { isWellFormed } from "./text.ts";
import type { ObjectField, ScalarKind, Type } from "./types.ts";

export const SCALAR_KINDS: readonly ScalarKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

const NAMED_TYPES: readonly string[] = [...SCALAR_KINDS, "json"];
const TYPE_KEYS: readonly string[] = ["optional", "list", "object", "enum"];

/** Names that other systems use for our types. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["boolean", "bool"],
  ["int", "int64"],
  ["integer", "int64"],
  ["i64", "int64"],
  ["bigint", "int64"],
  ["long", "int64"],
  ["u64", "uint64"],
  ["unsigned", "uint64"],
  ["number", "float64"],
  ["float", "float64"],
  ["double", "float64"],
  ["real", "float64"],
  ["f64", "float64"],
  ["text", "string"],
  ["str", "string"],
  ["varchar", "string"],
  ["blob", "bytes"],
  ["binary", "bytes"],
  ["buffer", "bytes"],
  ["guid", "uuid"],
  ["date", "timestamp"],
  ["datetime", "timestamp"],
  ["any", "json"],
  ["unknown", "json"],
  ["jsonb", "json"],
  ["nullable", "optional"],
  ["array", "list"],
  ["struct", "object"],
  ["record", "object"],
  ["oneof", "enum"],
  ["values", "enum"],
]);

/** Checks types of one schema; counts them, for a descriptor may use one part in many places. */
export class TypeChecker {
  readonly #problems: Problems;
  readonly #open = new Set<object>();
  #count = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** The type of a descriptor, frozen; undefined when it has problems. */
  check(at: string, value: unknown, depth: number = 0): Type | undefined {
    this.#count++;
    if (this.#count === typesMax + 1) {
      this.#problems.add("schema_invalid", at, {
        message: `The schema has more than ${typesMax} types in all.`,
        expected: `at most ${typesMax} types`,
        actual: "more",
      });
    }
    if (this.#count > typesMax) return undefined;
    if (typeof value === "string") return this.#checkNamed(at, value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.#problems.wrong(
        "schema_invalid",
        at,
        `a type: ${NAMED_TYPES.join(", ")}, or an object with one of ${TYPE_KEYS.join(", ")}`,
        value,
      );
      return undefined;
    }
    const keys = Object.keys(value);
    const [key] = keys;
    if (keys.length !== 1 || key === undefined) {
      const actual = keys.length === 0 ? "no key" : keys.slice(0, 5).join(", ");
      this.#problems.add("schema_invalid", at, {
        message: `A type object has exactly one key of ${TYPE_KEYS.join(", ")}; found ${actual}.`,
        expected: `one of ${TYPE_KEYS.join(", ")}`,
        actual,
      });
      return undefined;
    }
    if (key !== "enum" && TYPE_KEYS.includes(key) && depth >= typeDepthMax) {
      this.#problems.add("schema_invalid", at, {
        message: `Types are nested deeper than ${typeDepthMax} levels.`,
        expected: `at most ${typeDepthMax} levels`,
        actual: "more",
      });
      return undefined;
    }
    if (this.#open.has(value)) {
      this.#problems.add("schema_invalid", at, {
        message: "The type contains itself.",
        expected: "a type that ends",
        actual: "a cycle",
      });
      return undefined;
    }
    this.#open.add(value);
    const type = this.#checkWrapper(at, key, (value as Record<string, unknown>)[key], depth);
    this.#open.delete(value);
    return type;
  }

  #checkNamed(at: string, name: string): Type | undefined {
    if (NAMED_TYPES.includes(name)) return Object.freeze({ kind: name as ScalarKind | "json" });
    const actual = describeValue(name);
    const expected = NAMED_TYPES.join(", ");
    if (TYPE_KEYS.includes(name)) {
      const example =
        name === "enum"
          ? `{ enum: ["a", "b"] }`
          : name === "object"
            ? `{ object: [{ path: "a", type: "string" }] }`
            : `{ ${name}: "string" }`;
      this.#problems.add("schema_invalid", at, {
        message: `The type ${actual} needs its content, as in ${example}.`,
        expected: example,
        actual,
      });
      return undefined;
    }
    const guess = ALIASES.get(name.toLowerCase()) ?? closest(name, [...NAMED_TYPES, ...TYPE_KEYS]);
    const hint = guess === undefined ? `Known types: ${expected}.` : `Did you mean "${guess}"?`;
    this.#problems.add("schema_invalid", at, {
      message: `There is no type ${actual}. ${hint}`,
      expected,
      actual,
    });
    return undefined;
  }

  #checkWrapper(at: string, key: string, content: unknown, depth: number): Type | undefined {
    const inside = place(at, key);
    switch (key) {
      case "optional": {
        const inner = this.check(inside, content, depth + 1);
        return inner && Object.freeze({ kind: "optional", inner });
      }
      case "list": {
        const element = this.check(inside, content, depth + 1);
        return element && Object.freeze({ kind: "list", element });
      }
      case "object": {
        const fields = this.#checkObjectFields(inside, content, depth + 1);
        return fields && Object.freeze({ kind: "object", fields });
      }
      case "enum": {
        const variants = this.#checkVariants(inside, content);
        return variants && Object.freeze({ kind: "enum", variants });
      }
      default: {
        const guess = ALIASES.get(key.toLowerCase()) ?? closest(key, TYPE_KEYS);
        const hint = NAMED_TYPES.includes(key)
          ? ` Write the type as the text "${key}".`
          : guess === undefined
            ? ""
            : ` Did you mean "${guess}"?`;
        const expected = TYPE_KEYS.join(", ");
        this.#problems.add("schema_invalid", at, {
          message: `Unknown key ${describeValue(key)} in a type object.${hint === "" ? ` Known: ${expected}.` : hint}`,
          expected,
          actual: describeValue(key),
        });
        return undefined;
      }
    }
  }

  #checkVariants(at: string, value: unknown): readonly string[] | undefined {
    if (!Array.isArray(value) || value.length === 0) {
      this.#problems.wrong("schema_invalid", at, "a list of at least one text", value);
      return undefined;
    }
    const variants = new Set<string>();
    const countBefore = this.#problems.count;
    for (let index = 0; index < value.length; index++) {
      const variant: unknown = value[index];
      if (typeof variant !== "string" || !isWellFormed(variant)) {
        this.#problems.wrong("schema_invalid", place(at, index), "well-formed text", variant);
      } else if (variants.has(variant)) {
        this.#problems.wrong(
          "schema_invalid",
          place(at, index),
          "a variant that is not in the list yet",
          variant,
        );
      } else variants.add(variant);
    }
    return this.#problems.count > countBefore ? undefined : Object.freeze([...variants]);
  }

  #checkObjectFields(at: string, value: unknown, depth: number): readonly ObjectField[] | undefined {
    if (!Array.isArray(value) || value.length === 0) {
      this.#problems.wrong("schema_invalid", at, "a list of at least one field", value);
      return undefined;
    }
    if (value.length > fieldsMax) {
      this.#problems.wrong("schema_invalid", at, `at most ${fieldsMax} fields`, value);
      return undefined;
    }
    const fields: ObjectField[] = [];
    const names = new Set<string>();
    const countBefore = this.#problems.count;
    for (let index = 0; index < value.length; index++) {
      const inside = place(at, index);
      const keys = readKeys(this.#problems, "schema_invalid", inside, value[index], FIELD_KEYS);
      if (keys === undefined) continue;
      const name = keys.has("path")
        ? this.#checkInnerName(place(inside, "path"), keys.get("path"))
        : undefined;
      if (name !== undefined && names.has(name)) {
        this.#problems.wrong(
          "field_path_invalid",
          place(inside, "path"),
          "a name that no other field of the object has",
          name,
        );
      }
      if (name !== undefined) names.add(name);
      const type = keys.has("type") ? this.check(place(inside, "type"), keys.get("type"), depth) : undefined;
      const constraints = checkConstraints(
        this.#problems,
        place(inside, "constraints"),
        keys.get("constraints"),
        type,
      );
      if (name === undefined || type === undefined) continue;
      const filling = checkDefault(
        this.#problems,
        place(inside, "default"),
        keys.get("default"),
        type,
        constraints,
      );
      fields.push(
        Object.freeze({ name, type, constraints, ...(filling === undefined ? {} : { default: filling }) }),
      );
    }
    return this.#problems.count > countBefore ? undefined : Object.freeze(fields);
  }

  #checkInnerName(at: string, value: unknown): string | undefined {
    const path = readPath(value);
    if (typeof path === "string") {
      this.#problems.wrong("field_path_invalid", at, `a path that ${path}`, value);
      return undefined;
    }
    const [name] = path;
    if (name !== undefined && path.length === 1) return name;
    this.#problems.add("field_path_invalid", at, {
      message: `Inside an object type a path has one segment, not ${path.length}. Nest object types instead, or give a name that holds a dot as a list: ["a.b"].`,
      expected: "one segment",
      actual: pathText(path),
    });
    return undefined;
  }
}

/** Keys of a field descriptor, at the top level and inside object types. */
export const FIELD_KEYS: {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly what: string;
  readonly instead: Readonly<Record<string, string>>;
} = {
  what: "a field",
  required: ["path", "type"],
  optional: ["constraints", "default"],
  instead: { defaultValue: "default" },
};
