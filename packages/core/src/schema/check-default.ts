/**
 * Checks the default of a field: a value that the field would take, as any row gives it. What comes out is in the one form that values are
 * read in (uuids in lower case, integers as numbers where they fit), frozen, and owes nothing to the caller's object.
 *
 * Descriptors travel as JSON, which has neither bytes nor numbers that are not finite: bytes may be written `{ "base64url": "…" }`, and a default
 * must be finite.
 */
import { fromBase64url } from "../keys/base64url.ts";
import { compileRowDecoder } from "../record/decode-row.ts";
import { compileRowEncoder } from "../record/encode-row.ts";
import { compileValidator } from "../validate/compile-validator.ts";
import { compileFill } from "../validate/fill-defaults.ts";
import { compileRowCopy } from "../validate/row-copy.ts";
import { isBytes, isRecord } from "../validate/shapes.ts";
import { pathText } from "./field-path.ts";
import type { Problems } from "./problems.ts";
import { unwrap } from "./resolve-path.ts";
import type { Constraint, Field, Schema, Type, Value } from "./types.ts";

/** Lists and objects inside each other in a default of type `json`. */
const jsonDepthMax = 64;

/** The default of a descriptor; undefined when it is none, has problems, or is the null that an absent optional field reads as anyway. */
export function checkDefault(
  problems: Problems,
  at: string,
  value: unknown,
  type: Type | undefined,
  constraints: readonly Constraint[],
): Value | undefined {
  if (value === undefined || type === undefined) return undefined;
  if (value === null && type.kind === "optional") return undefined;
  const schema = schemaOf(type, constraints);
  let row: { readonly value?: unknown };
  try {
    const whole = compileRowCopy(schema)({ key: 0, value }) as { readonly value: unknown };
    row = { key: 0, value: plainForm(unwrap(type).type, whole.value, 0) } as typeof row;
  } catch {
    problems.wrong("default_invalid", at, "plain data", value);
    return undefined;
  }
  compileFill(schema)?.(row);
  const issues = compileValidator(schema)(row);
  if (issues.length > 0) {
    for (const { path, expected, actual } of issues) {
      const inner = path.slice(1);
      const place = inner.length === 0 ? "" : ` at ${JSON.stringify(pathText(inner.map(String)))}`;
      problems.add("default_invalid", at, {
        message: `The default must be a value of the field: expected ${expected}${place}, found ${actual}.`,
        expected,
        actual,
      });
    }
    return undefined;
  }
  const odd = notPortable(row.value, 0);
  if (odd !== undefined) {
    const expected = `a default that JSON can hold, at most ${jsonDepthMax} levels deep`;
    problems.add("default_invalid", at, {
      message: `Expected ${expected}, found ${odd}.`,
      expected,
      actual: odd,
    });
    return undefined;
  }
  const payload = compileRowEncoder(1, 1, schema)(row as { readonly [name: string]: Value });
  const read = compileRowDecoder({ history: new Map([[1, schema.fields]]), schema, integers: "exact" });
  return freezeDeep(read(payload).value ?? null);
}

/** A schema whose rows hold the value under `value`. */
function schemaOf(type: Type, constraints: readonly Constraint[]): Schema {
  const key: Field = { path: ["key"], type: { kind: "int64" }, constraints: [] };
  return { fields: [key, { path: ["value"], type, constraints }], indexes: [], primaryKey: "key" };
}

/** The value with what JSON made of it turned back: bytes from their text, floats from integers too large for a number. */
function plainForm(type: Type, value: unknown, depth: number): unknown {
  if (depth > jsonDepthMax) return value;
  switch (type.kind) {
    case "bytes":
      return isRecord(value) && typeof value.base64url === "string" && Object.keys(value).length === 1
        ? (fromBase64url(value.base64url) ?? value)
        : value;
    case "float64":
      return exactFloat(value);
    case "json":
      if (Array.isArray(value)) return value.map((element) => plainForm(type, element, depth + 1));
      if (isRecord(value)) return mapRecord(value, (content) => plainForm(type, content, depth + 1));
      return exactFloat(value);
    case "optional":
      return plainForm(type.inner, value, depth);
    case "list":
      return Array.isArray(value) ? value.map((element) => plainForm(type.element, element, depth)) : value;
    case "object": {
      if (!isRecord(value)) return value;
      const types = new Map(type.fields.map((field) => [field.name, field.type]));
      return mapRecord(value, (content, name) => {
        const inner = types.get(name);
        return inner === undefined ? content : plainForm(inner, content, depth);
      });
    }
    default:
      return value;
  }
}

/** The number that an integer stands for, exactly or as the shortest text that means it, which is what JSON holds. */
function exactFloat(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  const same = Number.isFinite(number) && (BigInt(number) === value || String(number) === String(value));
  return same ? number : value;
}

function mapRecord(
  record: { readonly [name: string]: unknown },
  map: (content: unknown, name: string) => unknown,
): unknown {
  const mapped = {};
  for (const name of Object.keys(record)) {
    const value = map(record[name], name);
    // Not an assignment: the name may be __proto__.
    Object.defineProperty(mapped, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return mapped;
}

/** What in a valid value JSON could not hold, as text. */
function notPortable(value: unknown, depth: number): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null || isBytes(value)) return undefined;
  if (depth >= jsonDepthMax) return "a deeper one";
  for (const content of Object.values(value)) {
    const odd = notPortable(content, depth + 1);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function freezeDeep(value: Value): Value {
  if (typeof value !== "object" || value === null || isBytes(value)) return value;
  for (const content of Object.values(value)) freezeDeep(content as Value);
  return Object.freeze(value);
}

/** A copy of a default, for callers who may change what they are given. */
export function copyDefault(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (isBytes(value)) return value.slice();
  if (Array.isArray(value)) return (value as readonly Value[]).map(copyDefault);
  return mapRecord(value as { readonly [name: string]: Value }, (content) =>
    copyDefault(content as Value),
  ) as Value;
}
