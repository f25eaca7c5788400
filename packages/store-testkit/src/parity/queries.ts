/** Builds and runs queries of a program, call by call, on whichever vault. */
import { literalValue } from "./literal.ts";
import { Planned } from "./outcome.ts";
import type { Literal, QueryShape, Terminal, Where } from "./program.ts";
import type { ParityCollection, ParityQuery } from "./vault.ts";

export function queryOf(
  collection: ParityCollection,
  { where, how, orderBy = [], limit, offset, select }: QueryShape,
): ParityQuery {
  let query = collection.query();
  if (where !== undefined) {
    const predicate = predicateOf(where);
    if (how === "builder") query = query.where((is: Builder) => build(predicate, is));
    else if (isLeaf(predicate))
      query =
        "value" in predicate
          ? query.where(predicate.path, predicate.op, predicate.value)
          : query.where(predicate.path, predicate.op);
    else query = query.where(predicate);
  }
  for (const [path, direction] of orderBy)
    query = direction === null ? query.orderBy(path) : query.orderBy(path, direction);
  if (limit !== undefined) query = query.limit(literalValue(limit));
  if (offset !== undefined) query = query.offset(literalValue(offset));
  return select === undefined ? query : query.select(...select);
}

interface Builder {
  (...leaf: readonly unknown[]): unknown;
  and(...parts: readonly unknown[]): unknown;
  or(...parts: readonly unknown[]): unknown;
  not(part: unknown): unknown;
}

type Predicate = Readonly<Record<string, unknown>>;

/** The predicate with values where literals stand; what is malformed stays so. */
function predicateOf(where: Where): Predicate {
  if (typeof where !== "object" || where === null) return where;
  if ("all" in where && Array.isArray(where.all)) return { op: where.op, all: where.all.map(predicateOf) };
  if ("any" in where && Array.isArray(where.any)) return { op: where.op, any: where.any.map(predicateOf) };
  if ("predicate" in where) return { op: where.op, predicate: predicateOf(where.predicate) };
  return "value" in where ? { ...where, value: literalValue(where.value as Literal) } : where;
}

function isLeaf(predicate: unknown): predicate is Predicate {
  return (
    typeof predicate === "object" && predicate !== null && "path" in predicate && !Array.isArray(predicate)
  );
}

function build(predicate: Predicate, is: Builder): unknown {
  const { op, all, any, predicate: inner, path, value } = predicate ?? {};
  if (op === "and" && Array.isArray(all)) return is.and(...all.map((part) => build(part, is)));
  if (op === "or" && Array.isArray(any)) return is.or(...any.map((part) => build(part, is)));
  if (op === "not" && inner !== undefined) return is.not(build(inner as Predicate, is));
  if (path === undefined) return predicate;
  return "value" in predicate ? is(path, op, value) : is(path, op);
}

export function runQuery(query: ParityQuery, end: Terminal): unknown {
  switch (end) {
    case "walk":
      return [...query.iterate()];
    case "explain":
      return query.explain().rowsReturned;
    default:
      return query[end]();
  }
}

/** Rows for `insertMany`. */
export function rowsOf(rows: readonly Literal[], how: "iterable" | "throws" | "none" | undefined): unknown {
  if (how === "none") return 5;
  const values = rows.map(literalValue);
  return how === undefined ? values : yieldAll(values, how === "throws");
}

function* yieldAll(values: readonly unknown[], throws: boolean): Generator<unknown> {
  yield* values;
  if (throws) throw new Planned("iterable");
}

/** The next rows of an iterator, and whether it is over. */
export function takeRows(iterator: IterableIterator<unknown> | undefined, most: number): unknown {
  if (iterator === undefined) return "no iterator";
  const rows: unknown[] = [];
  while (rows.length < most) {
    const step = iterator.next();
    if (step.done === true) return { rows, over: true };
    rows.push(step.value);
  }
  return { rows, over: false };
}
