/**
 * What is wrong with a query, and what a good one says. All codes are gathered, for nothing says which of several mistakes is
 * named; cursors are the caller's.
 */
import type { Test } from "./holds.ts";
import type { Kind } from "./order.ts";
import { storedScalar } from "./rows.ts";
import { kindOf, pathOf, type SchemaOf, type Slot, slotAt } from "./shape.ts";

/** A query as it was built. */
export interface Built {
  readonly wheres: readonly (readonly unknown[])[];
  readonly orders: readonly (readonly [path: unknown, direction: unknown])[];
  readonly limit?: unknown;
  readonly offset?: unknown;
  readonly select?: readonly unknown[];
  readonly after?: unknown;
}

export interface Sort {
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly descending: boolean;
}

export interface CheckedQuery {
  readonly test: Test;
  /** The primary key is the last of them. */
  readonly sorts: readonly Sort[];
  readonly limit: number;
  readonly offset: number;
  readonly select: readonly (readonly string[])[] | undefined;
}

const ranges = ["=", "!=", "<", "<=", ">", ">="];
const operators = [...ranges, "in", "between", "startsWith", "contains", "isNull"];

export class QueryCheck {
  readonly codes: Set<string> = new Set();
  readonly #schema: SchemaOf;

  constructor(schema: SchemaOf) {
    this.#schema = schema;
  }

  check({ wheres, orders, limit, offset, select }: Built): CheckedQuery {
    const tests = wheres.map((args) =>
      args.length > 1 ? this.#leaf(args[0], args[1], args[2]) : this.#node(args[0]),
    );
    return {
      test: { op: "and", tests },
      sorts: this.#sorts(orders),
      limit: this.#count(limit, Number.POSITIVE_INFINITY),
      offset: this.#count(offset, 0),
      select: select === undefined ? undefined : this.#select(select),
    };
  }

  #count(given: unknown, otherwise: number): number {
    if (given === undefined) return otherwise;
    if (!Number.isSafeInteger(given) || (given as number) < 0) this.codes.add("argument_invalid");
    return given as number;
  }

  #node(node: unknown): Test {
    const nothing: Test = { op: "and", tests: [] };
    if (typeof node !== "object" || node === null || Array.isArray(node)) {
      this.codes.add("argument_invalid");
      return nothing;
    }
    const { op, all, any, predicate, path, value } = node as Record<string, unknown>;
    if (op === "and" || op === "or") {
      const parts = op === "and" ? all : any;
      if (Array.isArray(parts)) return { op, tests: parts.map((part) => this.#node(part)) };
      this.codes.add("argument_invalid");
      return nothing;
    }
    if (op === "not") return { op, test: this.#node(predicate) };
    return this.#leaf(path, op, value);
  }

  #path(given: unknown): readonly string[] | undefined {
    const path = pathOf(given);
    if (path === undefined) this.codes.add("argument_invalid");
    else if (path.length === 0) this.codes.add("field_path_invalid");
    else return path;
    return undefined;
  }

  #slot(path: readonly string[] | undefined): Slot | undefined {
    if (path === undefined) return undefined;
    const slot = slotAt(this.#schema.root, path);
    if (slot === undefined) this.codes.add("path_unknown");
    return slot;
  }

  #leaf(givenPath: unknown, op: unknown, value: unknown): Test {
    const path = this.#path(givenPath);
    if (!operators.includes(op as string)) this.codes.add("query_operator_unknown");
    else this.#shape(op as string, value);
    const slot = this.#slot(path);
    if (slot === undefined || path === undefined || !operators.includes(op as string))
      return { op: "and", tests: [] };
    if (op === "isNull") return { op, path, kind: undefined, operand: value };
    const list = slot.shape.is === "list" && op === "contains" ? slot.shape.element : undefined;
    const target = list ?? slot;
    const kind = kindOf(target);
    if (kind === undefined || !this.#supports(op as string, kind, list !== undefined)) {
      this.codes.add("query_operator_unsupported");
      return { op: "and", tests: [] };
    }
    const whole = ["=", "!=", "in"].includes(op as string) || list !== undefined;
    const operand =
      (op === "in" || op === "between") && Array.isArray(value)
        ? value.map((one) => this.#operand(target, kind, whole, one))
        : this.#operand(target, kind, whole, value);
    return { op: op as string, path, kind, operand };
  }

  /** The form an operator needs its operand in, whatever the type. */
  #shape(op: string, value: unknown): void {
    const wrong =
      op === "isNull"
        ? value !== undefined && typeof value !== "boolean"
        : op === "in" || op === "between"
          ? !Array.isArray(value) ||
            (op === "between" && value.length !== 2) ||
            value.some((one) => one === null || one === undefined)
          : value === null || value === undefined;
    if (wrong) this.codes.add("query_value_invalid");
  }

  #supports(op: string, kind: Kind, list: boolean): boolean {
    if (op === "startsWith") return kind === "string" || kind === "bytes";
    return op !== "contains" || list || kind === "string";
  }

  #operand(slot: Slot, kind: Kind, whole: boolean, value: unknown): unknown {
    const stored = storedScalar(kind, value);
    const variant = slot.shape.is !== "enum" || !whole || slot.shape.variants.includes(value as string);
    if (stored === undefined || !variant) this.codes.add("query_value_invalid");
    return stored;
  }

  #sorts(orders: Built["orders"]): readonly Sort[] {
    const { primaryKey, root } = this.#schema;
    const sorts: Sort[] = [];
    const seen = new Set<string>();
    for (const [givenPath, direction] of orders) {
      if (direction !== undefined && direction !== "asc" && direction !== "desc")
        this.codes.add("argument_invalid");
      const path = this.#path(givenPath);
      const slot = this.#slot(path);
      if (path === undefined || slot === undefined) continue;
      const kind = kindOf(slot);
      if (kind === undefined || seen.has(JSON.stringify(path))) this.codes.add("query_order_invalid");
      else sorts.push({ path, kind, descending: direction === "desc" });
      seen.add(JSON.stringify(path));
    }
    const atKey = sorts.findIndex(({ path }) => path.length === 1 && path[0] === primaryKey);
    if (atKey >= 0) return sorts.slice(0, atKey + 1);
    const kind = kindOf(slotAt(root, [primaryKey])) as Kind;
    return [...sorts, { path: [primaryKey], kind, descending: sorts.at(-1)?.descending ?? false }];
  }

  #select(given: readonly unknown[]): readonly (readonly string[])[] {
    if (given.length === 0) this.codes.add("argument_invalid");
    const paths: (readonly string[])[] = [];
    for (const one of given) {
      const path = this.#path(one);
      if (path === undefined) continue;
      paths.push(path);
      const group = this.#schema.fields.some(
        (field) => field.path.length > path.length && path.every((name, at) => field.path[at] === name),
      );
      if (!group) this.#slot(path);
    }
    return paths;
  }
}
