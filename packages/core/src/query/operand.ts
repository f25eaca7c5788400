/**
 * Operands: whether a value can be compared with what is at a path, and its canonical form, in which JavaScript's own
 * `===` and `<` agree with the engine: integers as `number` where exact and else `bigint`, uuids in lower case.
 */
import { isWellFormed } from "../schema/text.ts";
import type { Type } from "../schema/types.ts";
import { valueInvalid } from "./check-spec.ts";
import type { QueryPath } from "./query-path.ts";
import type { Operator } from "./query-spec.ts";
import type { Scalar } from "./resolved-query.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The operand in canonical form. `type` is the scalar or enum type it is compared as. @throws query_value_invalid */
export function checkScalar(at: QueryPath, op: Operator, type: Type, value: unknown): Scalar {
  switch (type.kind) {
    case "bool":
      if (typeof value === "boolean") return value;
      throw valueInvalid(at.text, op, "true or false", value);
    case "int64":
    case "timestamp":
      return checkInteger(
        at,
        op,
        INT64_MIN,
        INT64_MAX,
        type.kind === "timestamp" ? "microseconds since 1970 as an integer" : "an integer",
        value,
      );
    case "uint64":
      return checkInteger(at, op, 0n, UINT64_MAX, "an integer", value);
    case "float64":
      if (typeof value === "number") return value;
      throw valueInvalid(at.text, op, "a number", value);
    case "enum":
      return isWhole(at, op) ? checkVariant(at, op, type.variants, value) : checkText(at, op, value);
    case "string":
      return checkText(at, op, value);
    case "bytes":
      if (value instanceof Uint8Array) return value;
      throw valueInvalid(at.text, op, "bytes (a Uint8Array)", value);
    case "uuid":
      if (typeof value === "string" && UUID.test(value)) return value.toLowerCase();
      throw valueInvalid(at.text, op, "a uuid as text (8-4-4-4-12 hexadecimal digits)", value);
    default:
      // The operator was checked against the type before.
      throw valueInvalid(at.text, op, "a comparable value", value);
  }
}

function checkInteger(
  at: QueryPath,
  op: Operator,
  min: bigint,
  max: bigint,
  what: string,
  value: unknown,
): number | bigint {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min)
    return value === 0 ? 0 : value;
  if (typeof value === "bigint" && value >= min && value <= max) {
    return value <= SAFE_MAX && value >= -SAFE_MAX ? Number(value) : value;
  }
  const hint =
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? " A number of this size may be rounded; give a bigint."
      : typeof value === "number" && !Number.isInteger(value)
        ? " No integer has a fraction; round the bound yourself."
        : "";
  throw valueInvalid(at.text, op, `${what} from ${min} to ${max}`, value, hint);
}

/** Whether an operand stands for a whole value, and must be a variant of an enum; ranges and parts take an enum as the text it is. */
function isWhole(at: QueryPath, op: Operator): boolean {
  return op === "=" || op === "!=" || op === "in" || at.type.kind === "list";
}

function checkVariant(at: QueryPath, op: Operator, variants: readonly string[], value: unknown): string {
  if (typeof value === "string" && variants.includes(value)) return value;
  const shown = variants.slice(0, 20).map((variant) => JSON.stringify(variant));
  throw valueInvalid(at.text, op, `one of ${shown.join(", ")}${variants.length > 20 ? ", …" : ""}`, value);
}

function checkText(at: QueryPath, op: Operator, value: unknown): string {
  if (typeof value !== "string") throw valueInvalid(at.text, op, "a string", value);
  if (!isWellFormed(value)) throw valueInvalid(at.text, op, "well-formed text (no lone surrogate)", value);
  return value;
}
