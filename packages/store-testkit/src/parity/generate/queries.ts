/** Queries for programs: every operator on every path it fits, operands that rows have, and now and then a mistake. */
import type { Random } from "../../bytes/random.ts";
import type { Json, Literal, QueryShape, Where } from "../program.ts";
import { allPaths, bare, isComparable, type SchemaPlan, spell, type TypePlan } from "./schemas.ts";
import type { Palette } from "./values.ts";

interface PathPlan {
  readonly path: readonly string[];
  readonly type: TypePlan;
}

export class QueryMaker {
  readonly #random: Random;
  readonly #palette: Palette;

  constructor(random: Random, palette: Palette) {
    this.#random = random;
    this.#palette = palette;
  }

  query(schema: SchemaPlan): QueryShape {
    const random = this.#random;
    const paths = allPaths(schema.fields);
    const shape: { -readonly [Key in keyof QueryShape]: QueryShape[Key] } = {};
    if (random.below(5) > 0) shape.where = this.#node(schema, paths, 2);
    if (random.below(4) === 0) shape.how = "builder";
    if (random.below(2) === 0) shape.orderBy = this.#order(schema, paths);
    if (random.below(3) === 0) shape.limit = random.below(6);
    if (random.below(4) === 0) shape.offset = random.below(4);
    if (random.below(5) === 0) shape.select = this.#select(paths);
    return random.below(12) === 0 ? this.#mistaken(shape) : shape;
  }

  /** A query for pages: with a limit, without an offset. */
  paged(schema: SchemaPlan): QueryShape {
    const random = this.#random;
    const { offset: _, ...any } = this.query(schema);
    // Often by one index and nothing else: pages that end among rows of one value are where cursors go wrong.
    const index = random.below(2) === 0 ? undefined : random.shuffle(schema.indexes)[0];
    const direction = random.pick(["asc", "desc"]);
    const shape: QueryShape = index === undefined ? any : { orderBy: [[index.path, direction]] };
    return random.below(20) === 0 ? shape : { ...shape, limit: 1 + random.below(3) };
  }

  #node(schema: SchemaPlan, paths: readonly PathPlan[], depth: number): Where {
    const random = this.#random;
    const parts = (): Where[] =>
      Array.from({ length: random.below(8) === 0 ? 0 : 1 + random.below(3) }, () =>
        this.#node(schema, paths, depth - 1),
      );
    switch (depth > 0 ? random.below(8) : 7) {
      case 0:
      case 1:
        return { op: "and", all: parts() };
      case 2:
      case 3:
        return { op: "or", any: parts() };
      case 4:
        return { op: "not", predicate: this.#node(schema, paths, depth - 1) };
      default:
        return this.#leaf(this.#likelyPath(schema, paths));
    }
  }

  /** Indexed paths and the primary key more often than others. */
  #likelyPath({ indexes }: SchemaPlan, paths: readonly PathPlan[]): PathPlan {
    const random = this.#random;
    const likely = paths.filter(
      ({ path }) =>
        path.join(".") === "id" || indexes.some((index) => index.path.join("\0") === path.join("\0")),
    );
    return random.below(2) === 0 ? random.pick(likely) : random.pick(paths);
  }

  #leaf({ path: plain, type }: PathPlan): Where {
    const random = this.#random;
    const path = spell(random, plain);
    if (!isComparable(type) || random.below(9) === 0) {
      const element = type.is === "list" ? bare(type.element) : undefined;
      if (element !== undefined && isComparable(element) && random.below(3) > 0)
        return { op: "contains", path, value: this.#palette.value({ type: element }) };
      return random.pick<Where>([
        { op: "isNull", path },
        { op: "isNull", path, value: true },
        { op: "isNull", path, value: false },
      ]);
    }
    const value = (): Literal => this.#palette.value({ type });
    const op = random.pick([
      "=",
      "=",
      "!=",
      "<",
      "<=",
      ">",
      ">=",
      "in",
      "between",
      ...(["string", "enum", "bytes"].includes(type.is) ? ["startsWith", "startsWith"] : []),
      ...(["string", "enum"].includes(type.is) ? ["contains"] : []),
    ]);
    if (op === "in") return { op, path, value: Array.from({ length: random.below(5) }, value) };
    if (op === "between") return { op, path, value: [value(), value()] };
    return { op, path, value: op === "startsWith" || op === "contains" ? this.#part(value()) : value() };
  }

  /** The beginning of a text or of bytes, or a part of a short one. */
  #part(whole: Literal): Literal {
    const random = this.#random;
    if (typeof whole === "string") {
      const characters = Array.from(whole);
      return characters.slice(0, random.below(characters.length + 1)).join("");
    }
    if (typeof whole === "object" && whole !== null && "$b" in whole)
      return { $b: whole.$b.slice(0, 2 * random.below(whole.$b.length / 2 + 1)) };
    return random.below(2) === 0 ? whole : { $s: ["a", 240 + random.below(20)] };
  }

  #order(schema: SchemaPlan, paths: readonly PathPlan[]): NonNullable<QueryShape["orderBy"]> {
    const random = this.#random;
    const direction = (): Json => random.pick<Json>(["asc", "desc", "desc", null]);
    const likely = this.#likelyPath(schema, paths);
    const chosen = random
      .shuffle(paths)
      .filter(({ type }) => isComparable(type))
      .slice(0, random.below(3));
    const first = isComparable(likely.type) ? [likely] : [];
    const distinct = [...first, ...chosen.filter(({ path }) => path !== likely.path)];
    return distinct.map(({ path }) => [spell(random, path), direction()] as const);
  }

  #select(paths: readonly PathPlan[]): readonly Json[] {
    const random = this.#random;
    const chosen = random.shuffle(paths).slice(0, 1 + random.below(3));
    return chosen.map(({ path }) =>
      // The beginning of a nested path stands for all below it.
      spell(random, random.below(6) === 0 ? path.slice(0, 1) : path),
    );
  }

  #mistaken(shape: QueryShape): QueryShape {
    const random = this.#random;
    const path = "id";
    const stranger = (): Literal => this.#palette.stranger();
    const where = random.pick<() => Where>([
      () => ({ op: "=", path, value: stranger() }),
      () => ({ op: "<", path, value: stranger() }),
      () => ({ op: "in", path, value: [stranger()] }),
      () => ({ op: "in", path, value: stranger() }),
      () => ({ op: "between", path, value: [stranger(), stranger()] }),
      () => ({ op: "between", path, value: [1] }),
      () => ({ op: "isNull", path, value: 1 }),
      () => ({ op: "startsWith", path, value: stranger() }),
      () => ({ op: "contains", path, value: stranger() }),
      () => ({ op: random.pick(["==", "like", "", "AND"]), path, value: 1 }),
      () => ({
        op: "=",
        path: random.pick<Json>(["nowhere", "id.x", "", "a..b", [], ["id", ""], 5, null]),
        value: 1,
      }),
      () => ({ op: "=", path }),
    ])();
    return random.pick<() => QueryShape>([
      () => ({ ...shape, where }),
      () => ({ ...shape, where }),
      () => ({ ...shape, where: { op: "and", all: [where, { op: "isNull", path }] } }),
      () => ({ ...shape, where: random.pick<Json>([5, "id", { op: "and" }, { op: "not" }, []]) as Where }),
      () => ({
        ...shape,
        orderBy: [[random.pick<Json>(["nowhere", "", 5, "id"]), random.pick<Json>(["up", 1])]],
      }),
      () => ({
        ...shape,
        orderBy: [
          ["id", "asc"],
          ["id", "desc"],
        ],
      }),
      () => ({ ...shape, limit: random.pick<Literal>([-1, 1.5, "3", { $n: "NaN" }, null]) }),
      () => ({ ...shape, offset: random.pick<Literal>([-1, 1.5, "3", { $n: "Infinity" }]) }),
      () => ({ ...shape, select: random.pick<readonly Json[]>([[], ["nowhere"], [5], [""]]) }),
    ])();
  }
}
