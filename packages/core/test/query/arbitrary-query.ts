/** Arbitrary queries over a schema and its rows: every operator on every path it fits, operands that rows have and ones they do not. */
import type {
  Direction,
  FieldPath,
  OrderSpec,
  Predicate,
  QuerySpec,
  Row,
  Schema,
  Type,
  Value,
} from "@modelvault/core";
import fc from "fast-check";
import { arbitraryValue } from "../arbitraries/values.ts";
import { allPaths, at } from "./oracle.ts";

const RANGES = ["<", "<=", ">", ">="] as const;

/** A spec without `after` and `select`. One in three is about a single path, in predicate and order, where plans have most to choose from. */
export function arbitraryQuery(schema: Schema, rows: readonly Row[]): fc.Arbitrary<QuerySpec> {
  const paths = allPaths(schema);
  const scalars = paths.filter(({ type }) => isComparable(type));
  const cuts = { limit: fc.nat({ max: rows.length + 1 }), offset: fc.nat({ max: 3 }) };
  const any = fc.record(
    { where: arbitraryPredicate(paths, rows), orderBy: arbitraryOrder(scalars), ...cuts },
    { requiredKeys: [] },
  );
  const focused = fc.constantFrom(...scalars).chain((one) =>
    fc.record(
      {
        where: arbitraryPredicate([one], rows),
        orderBy: fc
          .tuple(fc.constantFrom<Direction>("asc", "desc"), arbitraryOrder(scalars))
          .map(([direction, rest]) => [
            { path: one.path, direction },
            ...rest.filter(({ path }) => path !== one.path),
          ]),
        ...cuts,
      },
      { requiredKeys: ["where", "orderBy"] },
    ),
  );
  return fc.oneof({ arbitrary: any, weight: 2 }, { arbitrary: focused, weight: 1 });
}

type TypedPath = ReturnType<typeof allPaths>[number];

function arbitraryOrder(scalars: readonly TypedPath[]): fc.Arbitrary<OrderSpec[]> {
  const order = fc.record<OrderSpec>({
    path: fc.constantFrom(...scalars.map(({ path }) => path)),
    direction: fc.constantFrom("asc", "desc"),
  });
  return fc.uniqueArray(order, { maxLength: 3, selector: ({ path }) => JSON.stringify(path) });
}

function arbitraryPredicate(paths: readonly TypedPath[], rows: readonly Row[]): fc.Arbitrary<Predicate> {
  const leaves = paths.map(({ path, type }) => arbitraryLeaf(path, type, rows));
  return fc.letrec<{ node: Predicate }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: fc.oneof(...leaves), weight: 4 },
      {
        arbitrary: fc.array(tie("node"), { maxLength: 3 }).map((all): Predicate => ({ op: "and", all })),
        weight: 2,
      },
      {
        arbitrary: fc.array(tie("node"), { maxLength: 3 }).map((any): Predicate => ({ op: "or", any })),
        weight: 2,
      },
      { arbitrary: tie("node").map((predicate): Predicate => ({ op: "not", predicate })), weight: 1 },
    ),
  })).node;
}

function arbitraryLeaf(path: FieldPath, type: Type, rows: readonly Row[]): fc.Arbitrary<Predicate> {
  const isNull = fc
    .constantFrom<{ value?: boolean }>({}, { value: true }, { value: false })
    .map((value): Predicate => ({ op: "isNull", path, ...value }));
  if (type.kind === "list") {
    const element = unwrapped(type.element);
    if (!isComparable(element)) return isNull;
    const held = rows.flatMap((row) => (at(row, path) ?? []) as readonly Value[]);
    return fc.oneof(
      isNull,
      operand(element, held).map((value): Predicate => ({ op: "contains", path, value })),
    );
  }
  if (!isComparable(type)) return isNull;
  const value = operand(
    type,
    rows.map((row) => at(row, path)),
  );
  const comparisons = [
    { arbitrary: isNull, weight: 1 },
    { arbitrary: value.map((value): Predicate => ({ op: "=", path, value })), weight: 4 },
    { arbitrary: value.map((value): Predicate => ({ op: "!=", path, value })), weight: 1 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom(...RANGES), value)
        .map(([op, value]): Predicate => ({ op, path, value })),
      weight: 4,
    },
    {
      arbitrary: fc.tuple(value, value).map((bounds): Predicate => ({ op: "between", path, value: bounds })),
      weight: 1,
    },
    {
      arbitrary: fc.array(value, { maxLength: 4 }).map((value): Predicate => ({ op: "in", path, value })),
      weight: 2,
    },
  ];
  const textual = type.kind === "string" || type.kind === "enum" || type.kind === "bytes";
  if (!textual) return fc.oneof(...comparisons);
  const prefixes = value.chain((whole) =>
    fc
      .nat({ max: sizeOf(whole) })
      .map((size): Predicate => ({ op: "startsWith", path, value: partOf(whole, 0, size) })),
  );
  if (type.kind === "bytes") return fc.oneof(...comparisons, { arbitrary: prefixes, weight: 2 });
  const parts = value.chain((whole) =>
    fc
      .tuple(fc.nat({ max: sizeOf(whole) }), fc.nat({ max: sizeOf(whole) }))
      .map(([from, to]): Predicate => ({ op: "contains", path, value: partOf(whole, from, to) })),
  );
  return fc.oneof(...comparisons, { arbitrary: prefixes, weight: 2 }, { arbitrary: parts, weight: 1 });
}

/** A value of the type; often one that a row has. */
function operand(type: Type, held: readonly Value[]): fc.Arbitrary<Value> {
  const any = arbitraryValue(type) as fc.Arbitrary<Value>;
  const known = held.filter((value) => value !== null && value !== undefined);
  return known.length === 0
    ? any
    : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: any, weight: 1 });
}

function isComparable(type: Type): boolean {
  return type.kind !== "json" && type.kind !== "list" && type.kind !== "object" && type.kind !== "optional";
}

function unwrapped(type: Type): Type {
  return type.kind === "optional" ? unwrapped(type.inner) : type;
}

/** Length in characters or bytes. */
function sizeOf(value: Value): number {
  return value instanceof Uint8Array ? value.length : Array.from(value as string).length;
}

function partOf(value: Value, from: number, to: number): Value {
  if (value instanceof Uint8Array) return value.slice(from, to);
  return Array.from(value as string)
    .slice(from, to)
    .join("");
}
