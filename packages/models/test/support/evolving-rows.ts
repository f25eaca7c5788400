/** Rows of the models of `evolving-model.ts`: kinds and values at random, what fits, and values as text. */
import { type Field, type Item, type Kind, pick, type Random } from "./evolving-model.ts";

// One of them is within the bytes that the engine allows three characters, and longer than these.
const TEXTS = ["", "a", "ab", "abc", "für", "x\0y", "longer", "0123456789abcdef", "1", '"q"'];
const ENUM = ["de", "en", "fr", ""];

/** A kind of single values. */
export function scalarKind(random: Random): Kind {
  const k = pick(random, [
    "string",
    "int",
    "float",
    "bool",
    "date",
    "bigint",
    "bytes",
    "uuid",
    "enum",
  ] as const);
  return k === "enum" ? { k, of: ENUM.filter(() => random() < 0.6).concat("xx") } : { k };
}

/** A kind of any values; `name` begins the names of what is in it. */
export function anyKind(random: Random, name: string, depth = 1): Kind {
  const roll = random();
  if (depth === 0 || roll < 0.6) return roll < 0.03 ? { k: "json" } : scalarKind(random);
  if (roll < 0.7) return { k: "list", el: scalarKind(random) };
  if (roll < 0.85) return { k: "object", fields: someFields(random, name, depth - 1) };
  return {
    k: "union",
    variants: ["circle", "square"].map((is) => ({
      is,
      fields: someFields(random, `${name}${is}`, depth - 1),
    })),
  };
}

function someFields(random: Random, name: string, depth: number): Field[] {
  return ["p", "q"].slice(0, 1 + Math.floor(random() * 2)).map((part) => ({
    name: `${name}${part}`,
    kind: anyKind(random, `${name}${part}`, depth),
    optional: random() < 0.4,
  }));
}

/** A value of a kind; absent ones are undefined. */
export function sampleOf(random: Random, kind: Kind): unknown {
  switch (kind.k) {
    case "string": {
      const { min = 0, max = 99 } = kind;
      const fitting = TEXTS.filter((text) => text.length >= min && text.length <= max);
      return fitting.length === 0 ? "y".repeat(min) : pick(random, fitting);
    }
    case "int":
      return Math.max(kind.min ?? -Infinity, pick(random, [0, 1, -1, 7, 1974, 2 ** 53 - 1, -(2 ** 53) + 1]));
    case "float":
      return pick(random, [0, 0.5, -1.25, 1e300, 2 ** 60, 7]);
    case "bool":
      return random() < 0.5;
    case "date":
      return new Date(pick(random, [0, -1, 1_700_000_000_123, 8.64e15]));
    case "bigint":
      return pick(random, [0n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]);
    case "bytes":
      return pick(random, [new Uint8Array(), Uint8Array.of(0, 255), Uint8Array.of(7)]);
    case "uuid":
      return `0${Math.floor(random() * 10)}9d2f1e-7c3a-4b6d-8e5f-1a2b3c4d5e6f`;
    case "enum":
      return pick(random, kind.of);
    case "json":
      return pick<unknown>(random, [1, "x", [1, { a: null }], { a: [], b: "t" }, false]);
    case "list":
      return Array.from({ length: Math.floor(random() * 3) }, () => sampleOf(random, kind.el));
    case "object":
      return itemOf(random, kind.fields);
    case "union": {
      const { is, fields } = pick(random, kind.variants);
      return { kind: is, ...itemOf(random, fields) };
    }
  }
}

export function itemOf(random: Random, fields: readonly Field[]): Item {
  return Object.fromEntries(
    fields
      .filter(({ optional }) => !optional || random() < 0.6)
      .map(({ name, kind }) => [name, sampleOf(random, kind)]),
  );
}

/** Whether a value fits a kind, as far as changes of the model can make it not. */
export function fits(kind: Kind, value: unknown): boolean {
  switch (kind.k) {
    case "string": {
      const { length } = value as string;
      return length >= (kind.min ?? 0) && length <= (kind.max ?? Infinity);
    }
    case "int":
      return Number.isSafeInteger(value) && (value as number) >= (kind.min ?? -Infinity);
    case "enum":
      return kind.of.includes(value as string);
    case "list":
      return (value as unknown[]).every((element) => fits(kind.el, element));
    case "object":
      return itemFits(kind.fields, value as Item);
    case "union": {
      const variant = kind.variants.find(({ is }) => is === (value as Item).kind);
      return variant !== undefined && itemFits(variant.fields, value as Item);
    }
    default:
      return true;
  }
}

export function itemFits(fields: readonly Field[], item: Item): boolean {
  return fields.every(({ name, kind, optional }) => {
    const value = item[name];
    return value === undefined ? optional : fits(kind, value);
  });
}

/** Any value as text: the same for values that are the same. What is null is absent, as JSON of any form may be either. */
export function spell(value: unknown): string {
  if (value instanceof Date) return `D${value.getTime()}`;
  if (value instanceof Uint8Array) return `B${value.join()}`;
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${key}:${spell(inner)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}
