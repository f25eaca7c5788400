/**
 * Schemas for programs and the changes they go through. A plan is kept beside each collection of a program, so that its rows and
 * queries mostly fit; what they are handed over as is {@link descriptorOf}.
 */
import type { Random } from "../../bytes/random.ts";
import type { Json } from "../program.ts";

/** Kinds with values of their own. */
export type PaletteKind = "bool" | "int64" | "uint64" | "float64" | "string" | "bytes" | "uuid" | "timestamp";

export type TypePlan =
  | { readonly is: PaletteKind | "json" }
  | { readonly is: "enum"; readonly variants: readonly string[] }
  | { readonly is: "optional"; readonly inner: TypePlan }
  | { readonly is: "list"; readonly element: TypePlan }
  | { readonly is: "object"; readonly fields: readonly FieldPlan[] };

export interface FieldPlan {
  readonly path: readonly string[];
  readonly type: TypePlan;
  readonly constraints: readonly Json[];
  /** As it is written in a descriptor; absent: there is none. */
  readonly default?: Json;
}

export interface IndexPlan {
  readonly name?: string;
  readonly path: readonly string[];
  readonly unique: boolean;
}

export interface SchemaPlan {
  /** The first is the primary key, "id". */
  readonly fields: readonly FieldPlan[];
  readonly indexes: readonly IndexPlan[];
}

const kinds: readonly PaletteKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];
const keyKinds: readonly PaletteKind[] = [...kinds, "int64", "string"];
const names = ["p", "q", "r", "s", "t", "constructor", "a b"];
const variants = ["", "new", "sold", "é", "\u{10000}", "\uffff"];

const constraintsByKind: Readonly<Record<string, readonly (readonly Json[])[]>> = {
  int64: [[{ min_i64: 0 }], [{ max_i64: 100 }], [{ min_i64: -1 }, { max_i64: 255 }]],
  uint64: [[{ min_u64: 1 }], [{ max_u64: 255 }]],
  float64: [[{ min_f64: 0 }], [{ max_f64: 1.5 }], [{ min_f64: -1 }, { max_f64: 1 }]],
  string: [
    [{ nonempty: true }],
    [{ max_length: 3 }],
    [{ min_length: 1 }],
    [{ min_length: 2 }, { max_length: 256 }],
    [{ regex: "^[a-z]" }],
    [{ regex: "a" }, { max_length: 300 }],
    [{ email: true }],
    [{ url: true }],
  ],
  bytes: [[{ nonempty: true }], [{ max_length: 2 }]],
  list: [[{ nonempty: true }], [{ max_length: 2 }]],
};

/** A schema as programs begin with. `long`: with an indexed text, for values that indexes cut. */
export function makeSchema(random: Random, long: boolean): SchemaPlan {
  const nested = random.below(4) === 0;
  const key: FieldPlan = { path: ["id"], type: { is: random.pick(keyKinds) }, constraints: [] };
  const fields = random
    .shuffle(names)
    .slice(0, 1 + random.below(4))
    .flatMap((name) => makeFields(random, name, nested));
  const indexes = makeIndexes(random, [key, ...fields]);
  if (!long) return { fields: [key, ...fields], indexes };
  const text: FieldPlan = { path: ["l"], type: { is: random.pick(["string", "bytes"]) }, constraints: [] };
  return { fields: [key, ...fields, text], indexes: [{ path: ["l"], unique: false }, ...indexes] };
}

function makeFields(random: Random, name: string, nested: boolean): readonly FieldPlan[] {
  if (!nested || random.below(3) > 0) return [makeField(random, [name], nested ? 0 : 1)];
  return random
    .shuffle(["x", "y", "z"])
    .slice(0, 1 + random.below(2))
    .map((inner) => makeField(random, [name, inner], 0));
}

function makeField(random: Random, path: readonly string[], depth: number): FieldPlan {
  const type = makeType(random, depth);
  return { path, type, constraints: makeConstraints(random, type) };
}

export function makeType(random: Random, depth: number): TypePlan {
  switch (random.below(depth > 0 ? 13 : 10)) {
    case 0:
    case 1:
    case 2:
      return { is: "optional", inner: makeType(random, depth) };
    case 3:
      return { is: "enum", variants: random.shuffle(variants).slice(0, 2 + random.below(3)) };
    case 4:
      return random.below(2) === 0 ? { is: "json" } : { is: "list", element: makeType(random, 0) };
    case 10:
    case 11:
    case 12: {
      const inner = random.shuffle(["x", "y", "z"]).slice(0, 1 + random.below(3));
      return { is: "object", fields: inner.map((name) => makeField(random, [name], depth - 1)) };
    }
    default:
      return { is: random.pick(kinds) };
  }
}

export function makeConstraints(random: Random, type: TypePlan): readonly Json[] {
  const choices = constraintsByKind[bare(type).is];
  return choices === undefined || random.below(4) > 0 ? [] : random.pick(choices);
}

export function bare(type: TypePlan): Exclude<TypePlan, { readonly is: "optional" }> {
  return type.is === "optional" ? bare(type.inner) : type;
}

function makeIndexes(random: Random, fields: readonly FieldPlan[]): readonly IndexPlan[] {
  const paths = indexablePaths(fields);
  if (paths.length === 0) return [];
  const indexes: IndexPlan[] = [];
  for (let count = random.below(4); count > 0; count--) addIndex(random, indexes, random.pick(paths));
  return indexes;
}

export function addIndex(random: Random, indexes: IndexPlan[], path: readonly string[]): void {
  const unique = random.below(3) === 0;
  const name = random.below(4) === 0 ? random.pick(["i", "j"]) : undefined;
  const called = name ?? `${path.join(".")}${unique ? "_unique" : "_idx"}`;
  if (indexes.some((index) => nameOf(index) === called)) return;
  indexes.push(name === undefined ? { path, unique } : { name, path, unique });
}

export function nameOf({ name, path, unique }: IndexPlan): string {
  return name ?? `${path.join(".")}${unique ? "_unique" : "_idx"}`;
}

/** Every path of a field list with the type at its end, optionals unwrapped. */
export function allPaths(
  fields: readonly FieldPlan[],
): readonly { readonly path: readonly string[]; readonly type: TypePlan }[] {
  return fields.flatMap(({ path, type }) => {
    const inner = bare(type);
    const inside =
      inner.is === "object"
        ? allPaths(inner.fields).map((below) => ({ path: [...path, ...below.path], type: below.type }))
        : [];
    return [{ path, type: inner }, ...inside];
  });
}

export function isComparable(type: TypePlan): boolean {
  return !["json", "list", "object"].includes(bare(type).is);
}

export function indexablePaths(fields: readonly FieldPlan[]): readonly (readonly string[])[] {
  return allPaths(fields)
    .filter(({ type }) => isComparable(type))
    .map(({ path }) => path);
}

/** The plan as it is handed to `register` and `registerVersion`. */
export function descriptorOf(
  random: Random,
  { fields, indexes }: SchemaPlan,
): { readonly fields: readonly Json[]; readonly indexes: readonly Json[] } {
  return {
    fields: fields.map((field) => fieldDescriptor(random, field)),
    indexes: indexes.map(({ name, path, unique }) => ({
      ...(name === undefined ? {} : { name }),
      path: spell(random, path),
      ...(unique ? { kind: "unique" } : random.below(2) === 0 ? { kind: "index" } : {}),
    })),
  };
}

function fieldDescriptor(random: Random, { path, type, constraints, default: value }: FieldPlan): Json {
  return {
    path: spell(random, path),
    type: typeDescriptor(random, type),
    ...(constraints.length === 0 ? {} : { constraints }),
    ...(value === undefined ? {} : { default: value }),
  };
}

/** A path as text or as a list. */
export function spell(random: Random, path: readonly string[]): Json {
  return random.below(3) === 0 ? path : path.join(".");
}

function typeDescriptor(random: Random, type: TypePlan): Json {
  switch (type.is) {
    case "optional":
      return { optional: typeDescriptor(random, type.inner) };
    case "list":
      return { list: typeDescriptor(random, type.element) };
    case "enum":
      return { enum: type.variants };
    case "object":
      return { object: type.fields.map((field) => fieldDescriptor(random, field)) };
    default:
      return type.is;
  }
}
