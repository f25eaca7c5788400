/** Types of single values, with the rules that the engine knows for them. */
import { OWN_RULES, type SchemaNode, STORED_TYPE, type StoredType } from "../convert/json-schema.ts";
import { argumentInvalid } from "../define/arguments.ts";
import { type Definition, FieldType } from "./field-type.ts";

/** A rule on values of one type. */
interface Rule<T> {
  readonly name: string;
  readonly expected: string;
  readonly holds: (value: T) => boolean;
  readonly keywords: SchemaNode;
  readonly pattern?: RegExp;
}

/** The definition of a type of values that are told by a test, with rules. */
function scalar<T>(
  expected: string,
  is: (value: unknown) => value is T,
  base: SchemaNode,
  rules: readonly Rule<T>[],
): Definition {
  return {
    describe(_side, own) {
      for (const { pattern } of rules) if (pattern !== undefined) own?.onPattern(pattern);
      const [first, ...others] = rules.map(({ keywords }) => keywords);
      const parts = others.length === 0 ? {} : { allOf: others };
      return { ...base, ...first, ...parts };
    },
    read(value, reading) {
      if (!is(value)) {
        reading.add("type", expected);
        return value;
      }
      for (const rule of rules) if (!rule.holds(value)) reading.add(rule.name, rule.expected);
      return value;
    },
  };
}

function checkNumber(
  argument: string,
  value: unknown,
  isBound: (value: unknown) => boolean,
  what: string,
): void {
  if (!isBound(value)) throw argumentInvalid(argument, what, value);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Text. Lengths are counted as JavaScript does, in UTF-16 units. */
export class TextType extends FieldType<string> {
  readonly #rules: readonly Rule<string>[];

  constructor(rules: readonly Rule<string>[] = []) {
    super(scalar("text", (value): value is string => typeof value === "string", { type: "string" }, rules));
    this.#rules = rules;
  }

  /** At least this long. */
  min(length: number): TextType {
    checkNumber("length", length, isCount, "a whole number from 0");
    return this.#with({
      name: "min_length",
      expected: `at least ${length} characters long`,
      holds: (text) => text.length >= length,
      keywords: { minLength: length },
    });
  }

  /** At most this long. */
  max(length: number): TextType {
    checkNumber("length", length, isCount, "a whole number from 0");
    return this.#with({
      name: "max_length",
      expected: `at most ${length} characters long`,
      holds: (text) => text.length <= length,
      keywords: { maxLength: length },
    });
  }

  /** Text in which the pattern is found. The engine enforces it in linear time, as far as it can. */
  pattern(pattern: RegExp): TextType {
    if (!(pattern instanceof RegExp)) throw argumentInvalid("pattern", "a regular expression", pattern);
    const { source, flags } = pattern;
    // A global or sticky expression remembers where it was.
    const tested = new RegExp(source, flags.replace(/[gy]/g, ""));
    return this.#with({
      name: "regex",
      expected: `text that matches ${pattern}`,
      holds: (text) => tested.test(text),
      keywords: { pattern: source },
      pattern: tested,
    });
  }

  /** An address with one @ and a domain with a dot. */
  email(): TextType {
    return this.pattern(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);
  }

  #with(rule: Rule<string>): TextType {
    return new TextType([...this.#rules, rule]);
  }
}

/** A number, whole or not, with bounds that belong to it. */
export class NumberType extends FieldType<number> {
  readonly #whole: boolean;
  readonly #rules: readonly Rule<number>[];

  /** `whole`: an integer that a number holds exactly. */
  constructor(whole: boolean, rules: readonly Rule<number>[] = []) {
    const is = (value: unknown): value is number =>
      whole ? Number.isSafeInteger(value) : typeof value === "number" && Number.isFinite(value);
    const base = whole
      ? { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
      : { type: "number" };
    super(scalar(whole ? "a whole number" : "a number", is, base, rules));
    this.#whole = whole;
    this.#rules = rules;
  }

  min(bound: number): NumberType {
    checkNumber("bound", bound, Number.isFinite, "a number");
    return this.#with({
      name: this.#whole ? "min_i64" : "min_f64",
      expected: `at least ${bound}`,
      holds: (value) => value >= bound,
      keywords: { minimum: bound },
    });
  }

  max(bound: number): NumberType {
    checkNumber("bound", bound, Number.isFinite, "a number");
    return this.#with({
      name: this.#whole ? "max_i64" : "max_f64",
      expected: `at most ${bound}`,
      holds: (value) => value <= bound,
      keywords: { maximum: bound },
    });
  }

  #with(rule: Rule<number>): NumberType {
    return new NumberType(this.#whole, [...this.#rules, rule]);
  }
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A 64-bit integer as a bigint. */
export class BigintType extends FieldType<bigint> {
  readonly #type: "int64" | "uint64";
  readonly #low: bigint;
  readonly #high: bigint;

  constructor(type: "int64" | "uint64", low?: bigint, high?: bigint) {
    const min = low ?? (type === "int64" ? INT64_MIN : 0n);
    const max = high ?? (type === "int64" ? INT64_MAX : UINT64_MAX);
    const stored: StoredType = { type, min: String(min), max: String(max) };
    super({
      describe: () => ({ [STORED_TYPE]: stored }),
      read(value, reading) {
        if (typeof value !== "bigint") reading.add("type", "a bigint");
        else if (value < min) reading.add(type === "int64" ? "min_i64" : "min_u64", `at least ${min}`);
        else if (value > max) reading.add(type === "int64" ? "max_i64" : "max_u64", `at most ${max}`);
        return value;
      },
    });
    this.#type = type;
    this.#low = min;
    this.#high = max;
  }

  min(bound: bigint): BigintType {
    checkNumber("bound", bound, (value) => typeof value === "bigint", "a bigint");
    return new BigintType(this.#type, bound > this.#low ? bound : this.#low, this.#high);
  }

  max(bound: bigint): BigintType {
    checkNumber("bound", bound, (value) => typeof value === "bigint", "a bigint");
    return new BigintType(this.#type, this.#low, bound < this.#high ? bound : this.#high);
  }
}

/** Bytes, with bounds on how many. */
export class BytesType extends FieldType<Uint8Array> {
  readonly #bounds: { readonly min?: number; readonly max?: number };

  constructor(bounds: { readonly min?: number; readonly max?: number } = {}) {
    const { min = 0, max = Number.POSITIVE_INFINITY } = bounds;
    super({
      describe: () => ({ [STORED_TYPE]: { type: "bytes", ...bounds } satisfies StoredType }),
      read(value, reading) {
        if (!(value instanceof Uint8Array)) reading.add("type", "a Uint8Array");
        else if (value.length < min) reading.add("min_length", `at least ${min} bytes long`);
        else if (value.length > max) reading.add("max_length", `at most ${max} bytes long`);
        return value;
      },
    });
    this.#bounds = bounds;
  }

  min(bytes: number): BytesType {
    checkNumber("bytes", bytes, isCount, "a whole number from 0");
    return new BytesType({ ...this.#bounds, min: bytes });
  }

  max(bytes: number): BytesType {
    checkNumber("bytes", bytes, isCount, "a whole number from 0");
    return new BytesType({ ...this.#bounds, max: bytes });
  }
}

/** A moment, to the millisecond. */
export class DateType extends FieldType<Date> {
  readonly #bounds: { readonly min?: Date; readonly max?: Date };

  constructor(bounds: { readonly min?: Date; readonly max?: Date } = {}) {
    const { min, max } = bounds;
    const rules = Object.keys(bounds).map((rule) => ({
      rule,
      why: "the engine has no bounds for timestamps",
    }));
    super({
      describe: () => ({
        [STORED_TYPE]: { type: "timestamp" } satisfies StoredType,
        ...(rules.length === 0 ? {} : { [OWN_RULES]: rules }),
      }),
      read(value, reading) {
        if (!isDate(value)) reading.add("type", "a valid Date");
        else if (min !== undefined && value < min) reading.add("min", `at or after ${min.toISOString()}`);
        else if (max !== undefined && value > max) reading.add("max", `at or before ${max.toISOString()}`);
        return value;
      },
    });
    this.#bounds = bounds;
  }

  min(moment: Date): DateType {
    checkNumber("moment", moment, isDate, "a valid Date");
    return new DateType({ ...this.#bounds, min: new Date(moment) });
  }

  max(moment: Date): DateType {
    checkNumber("moment", moment, isDate, "a valid Date");
    return new DateType({ ...this.#bounds, max: new Date(moment) });
  }
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function uuidType(): FieldType<string> {
  const is = (value: unknown): value is string => typeof value === "string" && UUID.test(value);
  return new FieldType(scalar("a uuid", is, { type: "string", format: "uuid" }, []));
}

export function booleanType(): FieldType<boolean> {
  const is = (value: unknown): value is boolean => typeof value === "boolean";
  return new FieldType(scalar("true or false", is, { type: "boolean" }, []));
}

/** One of some texts. @throws argument_invalid */
export function choiceType<const Text extends string>(texts: readonly Text[]): FieldType<Text> {
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === "string"))
    throw argumentInvalid("texts", "a list of at least one text", texts);
  const known: readonly unknown[] = [...texts];
  return new FieldType<Text>({
    describe: () => ({ type: "string", enum: known }),
    read(value, reading) {
      if (!known.includes(value))
        reading.add("enum", `one of ${texts.map((text) => `"${text}"`).join(", ")}`);
      return value;
    },
  });
}
