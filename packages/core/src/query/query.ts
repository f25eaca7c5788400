/**
 * Queries. A query is built call by call, each of which returns a new one, and run by a terminal. It is plain data
 * (`query-spec.ts`) until then:
 *
 *     spec ── resolve ──▶ resolved query ── planner ──▶ plan ── run ──▶ rows
 *
 * `resolve` checks paths, operators and values against the schema; the planner looks for the narrowest way through primary key and
 * indexes; running pulls keys and rows through it. The answer never depends on the way.
 */

import type { CollectionState } from "../collection/collection-state.ts";
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction, refusePromise } from "../errors/refuse-promise.ts";
import type { Row, Value } from "../schema/types.ts";
import {
  checkCount,
  checkCursorText,
  checkDirection,
  checkExplainOptions,
  checkLeaf,
  checkPath,
  checkPredicate,
  checkSelect,
  checkSpec,
  joinPredicates,
} from "./check-spec.ts";
import { type Explanation, explainPlan, type MeasuredExplanation, withMeasures } from "./explain.ts";
import { IteratedRows, type OpenIteration } from "./iterated-rows.ts";
import type { Goal } from "./plan.ts";
import { type PredicateBuilder, predicateBuilder } from "./predicate-builder.ts";
import type { QueryHost, QuerySource } from "./query-host.ts";
import { type Page, type QueryRun, reportOf, startRun, takeKeys, takePage, takeRows } from "./query-run.ts";
import type { Direction, Operator, Predicate, QuerySpec } from "./query-spec.ts";
import { resolveQuery } from "./resolve.ts";
import type { ResolvedQuery } from "./resolved-query.ts";
import { countRows, openRows } from "./run.ts";

export type { Page } from "./query-run.ts";

/**
 * A query of one collection.
 *
 * @example
 * books.where("year", ">=", 1990).orderBy("year", "desc").limit(10).all();
 */
export class Query<R extends object = Row> {
  readonly #host: QueryHost;
  readonly #spec: QuerySpec;
  /** The spec resolved against the state it last ran on. */
  #resolved: ResolvedQuery | undefined;

  /** `spec` is one that was checked: `{}`, or what another query has. User code starts at a collection, or with {@link Query.fromSpec}. */
  constructor(host: QueryHost, spec: QuerySpec) {
    this.#host = host;
    this.#spec = spec;
  }

  /** The query that a plain spec describes. @throws argument_invalid, query_operator_unknown, query_value_invalid, query_too_complex */
  static fromSpec<R extends object = Row>(host: QueryHost, spec: unknown): Query<R> {
    return new Query<R>(host, checkSpec(spec));
  }

  /** The query as plain data, which structured clone keeps whole. */
  toSpec(): QuerySpec {
    return this.#spec;
  }

  /**
   * Narrows the query; several calls are AND-ed. A comparison with a missing value is false, `!=` included.
   *
   * @example
   * books.where("title", "startsWith", "The ").where((is) => is.or(is("year", "<", 1900), is("year", "isNull")));
   * @throws argument_invalid, query_operator_unknown, query_value_invalid, query_too_complex; what the schema refuses is thrown by the terminal
   */
  where(path: string | readonly string[], op: Operator, value?: Value): Query<R>;
  where(predicate: Predicate | ((is: PredicateBuilder) => Predicate)): Query<R>;
  where(...args: readonly unknown[]): Query<R> {
    const [first, op, value] = args;
    const narrower =
      args.length > 1
        ? checkLeaf(first, op, value)
        : checkPredicate(
            typeof first === "function" ? predicateOf(first as (is: PredicateBuilder) => unknown) : first,
            "predicate",
          );
    return this.#with({ where: joinPredicates(this.#spec.where, narrower) });
  }

  /**
   * Orders by a path, after the paths of earlier calls. Missing values come last ascending and first descending; equal rows are
   * ordered by primary key, in the direction of the last call.
   */
  orderBy(path: string | readonly string[], direction: Direction = "asc"): Query<R> {
    const order = { path: checkPath(path, "path"), direction: checkDirection(direction, "direction") };
    return this.#with({ orderBy: Object.freeze([...(this.#spec.orderBy ?? []), Object.freeze(order)]) });
  }

  /** At most this many rows. The last call counts. */
  limit(rows: number): Query<R> {
    return this.#with({ limit: checkCount(rows, "limit") });
  }

  /** Without the first rows. The last call counts. */
  offset(rows: number): Query<R> {
    return this.#with({ offset: checkCount(rows, "offset") });
  }

  /** Goes on behind the cursor that `page` gave; null or undefined: from the start. */
  after(cursor: string | null | undefined): Query<R> {
    const { after: _, ...rest } = this.#spec;
    const restarted = cursor === null || cursor === undefined;
    return new Query<R>(
      this.#host,
      Object.freeze(restarted ? rest : { ...rest, after: checkCursorText(cursor) }),
    );
  }

  /** Only these paths, inside the objects that hold them, beside those of earlier calls. */
  select(...paths: readonly (string | readonly string[])[]): Query<R> {
    return this.#with({ select: Object.freeze([...(this.#spec.select ?? []), ...checkSelect(paths)]) });
  }

  /** All rows. */
  all(): R[] {
    return this.#take(this.#spec.limit ?? ALL);
  }

  /** The first row, or undefined. */
  first(): R | undefined {
    return this.#take(Math.min(this.#spec.limit ?? 1, 1))[0];
  }

  /** The only row. @throws query_not_one when there is none or another */
  one(): R {
    const rows = this.#take(Math.min(this.#spec.limit ?? 2, 2));
    const [row] = rows;
    if (row !== undefined && rows.length === 1) return row;
    const found = rows.length === 0 ? "no row" : "more than one row";
    throw new ModelVaultError("query_not_one", `The query found ${found}; one() needs exactly one.`, {
      found,
    });
  }

  /** How many rows there are, limit and offset considered. */
  count(): number {
    return this.#count(this.#spec.limit ?? ALL);
  }

  /** Whether there is a row. */
  exists(): boolean {
    return this.#count(Math.min(this.#spec.limit ?? 1, 1)) > 0;
  }

  /**
   * Rows one by one, as they were when the first was asked for, whatever is written meanwhile. Leaving a `for…of` early releases
   * what the iteration holds; so does reaching its end.
   */
  iterate(): IterableIterator<R> {
    // Refused at the call, not when the first row is asked for.
    this.#host.read(({ state }) => this.#resolve(state));
    const limit = this.#spec.limit ?? ALL;
    return new IteratedRows<R>(limit, () => this.#openIteration(limit));
  }

  /**
   * As many rows as `limit` says, and a cursor to go on with.
   *
   * @example
   * const { rows, next } = books.orderBy("year").limit(20).after(previous).page();
   */
  page(): Page<R> {
    const { limit } = this.#spec;
    if (limit === undefined || limit === 0)
      throw argumentInvalid("limit", "given for page(), and at least 1", limit);
    return this.#host.read((source) =>
      this.#run(
        source,
        this.#rowsGoal(limit + 1),
        (run) => takePage<R>(run, this.#decoder(run), limit),
        ({ rows }) => rows.length,
      ),
    );
  }

  /** Deletes the rows, all or none; returns how many. */
  delete(): number {
    const { limit, offset, after } = this.#spec;
    const ordered = limit !== undefined || offset !== undefined || after !== undefined;
    return this.#host.deleteAll((source) => this.#findKeys(source, ordered));
  }

  /** Changes the rows, all or none, as `update` of a collection does with one; returns how many. */
  update(change: Row | ((row: R) => R)): number {
    if ((typeof change !== "object" && typeof change !== "function") || change === null) {
      throw argumentInvalid("change", "a patch or a function of the row", change);
    }
    return this.#host.updateAll(
      (source) => this.#findKeys(source, true),
      change as Row | ((row: Row) => Row),
    );
  }

  /** How the query is run and why. It is run, to say what that takes; with `run: false` it is only planned. */
  explain(options?: { readonly run?: true }): MeasuredExplanation;
  explain(options: { readonly run: false }): Explanation;
  explain(options: { readonly run?: boolean } = {}): Explanation | MeasuredExplanation {
    const { run: measured } = checkExplainOptions(options);
    const limit = this.#spec.limit ?? ALL;
    const startedAt = this.#host.now();
    return this.#host.read((source) => {
      const run = startRun(this.#resolve(source.state), source.reader, this.#rowsGoal(limit));
      const explanation = explainPlan(run.query, run.plan);
      if (!measured) return explanation;
      const rowsReturned = takeRows(run, this.#decoder(run), limit).length;
      const { rows: rowsExamined, keys: keysExamined } = run.context.examined;
      return withMeasures(explanation, {
        rowsExamined,
        keysExamined,
        rowsReturned,
        durationMs: this.#host.now() - startedAt,
      });
    });
  }

  #with(change: Partial<QuerySpec>): Query<R> {
    return new Query<R>(this.#host, Object.freeze({ ...this.#spec, ...change }));
  }

  #resolve(state: CollectionState): ResolvedQuery {
    if (this.#resolved?.state !== state) this.#resolved = resolveQuery(state, this.#spec);
    return this.#resolved;
  }

  /** Plans and works, and tells whoever listens. */
  #run<T>(source: QuerySource, goal: Goal, work: (run: QueryRun) => T, sizeOf: (result: T) => number): T {
    const { onQuery } = this.#host;
    const startedAt = onQuery === undefined ? 0 : this.#host.now();
    const run = startRun(this.#resolve(source.state), source.reader, goal);
    const result = work(run);
    onQuery?.(reportOf(run, sizeOf(result), this.#host.now() - startedAt));
    return result;
  }

  #rowsGoal(most: number): Goal {
    return { ordered: true, wanted: most + (this.#spec.offset ?? 0), keysOnly: false };
  }

  #keysGoal(most: number, ordered: boolean): Goal {
    return { ordered, wanted: most + (this.#spec.offset ?? 0), keysOnly: true };
  }

  #decoder({ query }: QueryRun): (payload: Uint8Array) => object {
    const { decoder, integers } = this.#host;
    return decoder?.(query.state, query.select) ?? query.state.decoder(integers, query.select);
  }

  #take(most: number): R[] {
    return this.#host.read((source) =>
      this.#run(
        source,
        this.#rowsGoal(most),
        (run) => takeRows<R>(run, this.#decoder(run), most),
        (rows) => rows.length,
      ),
    );
  }

  #count(most: number): number {
    const goal = this.#keysGoal(most, this.#spec.after !== undefined);
    return this.#host.read((source) =>
      this.#run(
        source,
        goal,
        ({ query, plan, context }) => countRows(query, plan, context, most),
        (count) => count,
      ),
    );
  }

  #findKeys(source: QuerySource, ordered: boolean): readonly Uint8Array[] {
    const most = this.#spec.limit ?? ALL;
    return this.#run(
      source,
      this.#keysGoal(most, ordered),
      (run) => takeKeys(run, most),
      (keys) => keys.length,
    );
  }

  #openIteration(limit: number): OpenIteration {
    const { onQuery } = this.#host;
    const startedAt = onQuery === undefined ? 0 : this.#host.now();
    const source = this.#host.open();
    try {
      const run = startRun(this.#resolve(source.state), source.reader, this.#rowsGoal(limit));
      const walk = openRows(run.query, run.plan, run.context, limit);
      return {
        walk,
        decode: this.#decoder(run),
        frozen: source.frozen,
        refuseEnded: source.refuseEnded,
        close: (rows): void => {
          try {
            walk.close();
          } finally {
            source.close();
          }
          onQuery?.(reportOf(run, rows, this.#host.now() - startedAt));
        },
      };
    } catch (error) {
      source.close();
      throw error;
    }
  }
}

const ALL = Number.POSITIVE_INFINITY;

/** What the callback of `where` builds. @throws callback_async */
function predicateOf(build: (is: PredicateBuilder) => unknown): unknown {
  refuseAsyncFunction(build, "predicate", "where");
  return refusePromise(
    build(predicateBuilder),
    "predicate",
    "The callback of where returned a promise; it must return a predicate.",
  );
}
