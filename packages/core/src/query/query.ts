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
import { readable } from "../errors/readable.ts";
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
import { finish, Pause, type Steps } from "./pause.ts";
import { type PredicateBuilder, predicateBuilder } from "./predicate-builder.ts";
import type { QueryHost, QuerySource } from "./query-host.ts";
import { type Page, type QueryRun, reportOf, startRun, takeRows } from "./query-run.ts";
import type { Direction, Operator, Predicate, QuerySpec } from "./query-spec.ts";
import { resolveQuery } from "./resolve.ts";
import type { ResolvedQuery } from "./resolved-query.ts";
import { openRows } from "./run.ts";
import { ALL, countTask, keysTask, onlyRow, pageTask, rowsGoal, rowsTask, type Task } from "./tasks.ts";

export type { Steps } from "./pause.ts";
export type { Page } from "./query-run.ts";

/** Terminals that can be run in steps. */
export type SteppedTerminal = "all" | "first" | "one" | "page" | "count" | "exists" | "explain";

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
    return new Query<R>(
      host,
      readable("spec", () => checkSpec(spec)),
    );
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
    const isCallback = args.length === 1 && typeof first === "function";
    // What a callback throws is the caller's own; what it gives is looked at like any other.
    const given = isCallback ? predicateOf(first as (is: PredicateBuilder) => unknown) : first;
    const narrower = readable("predicate", () =>
      args.length > 1 ? checkLeaf(first, op, value) : checkPredicate(given, "predicate"),
    );
    return this.#with({ where: joinPredicates(this.#spec.where, narrower) });
  }

  /**
   * Orders by a path, after the paths of earlier calls. Missing values come last ascending and first descending; equal rows are
   * ordered by primary key, in the direction of the last call.
   */
  orderBy(path: string | readonly string[], direction: Direction = "asc"): Query<R> {
    const order = readable("path", () => ({
      path: checkPath(path, "path"),
      direction: checkDirection(direction, "direction"),
    }));
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
    const more = readable("paths", () => checkSelect(paths));
    return this.#with({ select: Object.freeze([...(this.#spec.select ?? []), ...more]) });
  }

  /** All rows. */
  all(): R[] {
    return this.#now(this.#rowsTask(this.#spec.limit ?? ALL));
  }

  /** The first row, or undefined. */
  first(): R | undefined {
    return this.#now(this.#rowsTask(Math.min(this.#spec.limit ?? 1, 1)))[0];
  }

  /** The only row. @throws query_not_one when there is none or another */
  one(): R {
    return onlyRow(this.#now(this.#rowsTask(Math.min(this.#spec.limit ?? 2, 2))));
  }

  /** How many rows there are, limit and offset considered. */
  count(): number {
    return this.#now(countTask(this.#spec, this.#spec.limit ?? ALL));
  }

  /** Whether there is a row. */
  exists(): boolean {
    return this.#now(countTask(this.#spec, Math.min(this.#spec.limit ?? 1, 1))) > 0;
  }

  /**
   * Rows one by one, as they were when the first was asked for, whatever is written meanwhile. Leaving a `for…of` early releases
   * what the iteration holds; so does reaching its end.
   */
  iterate(): IterableIterator<R> {
    return this.#iterate(undefined) as IterableIterator<R>;
  }

  /**
   * As many rows as `limit` says, and a cursor to go on with.
   *
   * @example
   * const { rows, next } = books.orderBy("year").limit(20).after(previous).page();
   */
  page(): Page<R> {
    return this.#now(this.#pageTask());
  }

  /**
   * Runs a terminal in steps, for a thread that has others to serve: each `next` goes on until `isDue`, which is asked before each row or index entry,
   * says that it is time; the last one returns what the terminal would, and `return` gives up. All steps see one state. In a transaction that holds as long as nothing is
   * written between them.
   * @throws as the terminal does
   */
  stepwise<K extends SteppedTerminal>(terminal: K, isDue: () => boolean): Steps<ReturnType<Query<R>[K]>>;
  stepwise(terminal: SteppedTerminal, isDue: () => boolean): Steps<unknown> {
    const pause = new Pause(isDue);
    const { limit } = this.#spec;
    switch (terminal) {
      case "all":
        return this.#inSteps(this.#rowsTask(limit ?? ALL), (rows) => rows, pause);
      case "first":
        return this.#inSteps(this.#rowsTask(Math.min(limit ?? 1, 1)), ([row]) => row, pause);
      case "one":
        return this.#inSteps(this.#rowsTask(Math.min(limit ?? 2, 2)), onlyRow, pause);
      case "page":
        return this.#inSteps(this.#pageTask(), (page) => page, pause);
      case "count":
        return this.#inSteps(countTask(this.#spec, limit ?? ALL), (count) => count, pause);
      case "exists":
        return this.#inSteps(countTask(this.#spec, Math.min(limit ?? 1, 1)), (count) => count > 0, pause);
      case "explain":
        return this.#explainInSteps(pause);
    }
  }

  /** {@link iterate} for such a thread: undefined in place of a row where `isDue` says that it is time. In a transaction there are no pauses. */
  iterateStepwise(isDue: () => boolean): IterableIterator<R | undefined> {
    return this.#iterate(new Pause(isDue));
  }

  /** Deletes the rows, all or none; returns how many. */
  delete(): number {
    return finish(this.#delete(undefined));
  }

  /** {@link delete} in steps, as {@link stepwise}: in a transaction that was begun by hand; elsewhere in one go. Given up, it takes back what it did. */
  deleteStepwise(isDue: () => boolean): Steps<number> {
    return this.#delete(new Pause(isDue));
  }

  /** Changes the rows, all or none, as `update` of a collection does with one; returns how many. */
  update(change: Row | ((row: R) => R)): number {
    return finish(this.#update(change, undefined));
  }

  /** {@link update} in steps, as {@link deleteStepwise}. */
  updateStepwise(change: Row | ((row: R) => R), isDue: () => boolean): Steps<number> {
    return this.#update(change, new Pause(isDue));
  }

  /** How the query is run and why. It is run, to say what that takes; with `run: false` it is only planned. */
  explain(options?: { readonly run?: true }): MeasuredExplanation;
  explain(options: { readonly run: false }): Explanation;
  explain(options: { readonly run?: boolean } = {}): Explanation | MeasuredExplanation {
    const { run: measured } = checkExplainOptions(options);
    const startedAt = this.#host.now();
    return this.#host.read((source) => finish(this.#explain(source, measured, startedAt, undefined)));
  }

  *#explainInSteps(pause: Pause): Steps<Explanation> {
    const startedAt = this.#host.now();
    const source = this.#host.open();
    try {
      return yield* this.#explain(source, true, startedAt, pause);
    } finally {
      source.close();
    }
  }

  *#explain(
    source: QuerySource,
    measured: boolean,
    startedAt: number,
    pause: Pause | undefined,
  ): Steps<Explanation | MeasuredExplanation> {
    const limit = this.#spec.limit ?? ALL;
    const run = startRun(this.#resolve(source.state), source.reader, rowsGoal(this.#spec, limit), pause);
    const explanation = explainPlan(run.query, run.plan);
    if (!measured) return explanation;
    const { length: rowsReturned } = yield* takeRows(run, this.#decoder(run), limit);
    const { rows: rowsExamined, keys: keysExamined } = run.context.examined;
    return withMeasures(explanation, {
      rowsExamined,
      keysExamined,
      rowsReturned,
      durationMs: this.#host.now() - startedAt,
    });
  }

  #with(change: Partial<QuerySpec>): Query<R> {
    return new Query<R>(this.#host, Object.freeze({ ...this.#spec, ...change }));
  }

  #resolve(state: CollectionState): ResolvedQuery {
    if (this.#resolved?.state !== state) this.#resolved = resolveQuery(state, this.#spec);
    return this.#resolved;
  }

  /** A terminal in one go. */
  #now<T>(task: Task<T>): T {
    return this.#host.read((source) => finish(this.#run(source, task, undefined)));
  }

  /** A terminal in steps, on a state of its own. */
  *#inSteps<T, U>(task: Task<T>, give: (result: T) => U, pause: Pause): Steps<U> {
    const source = this.#host.open();
    try {
      return give(yield* this.#run(source, task, pause));
    } finally {
      source.close();
    }
  }

  /** Plans and works, and tells whoever listens. */
  *#run<T>(source: QuerySource, task: Task<T>, pause: Pause | undefined): Steps<T> {
    const { onQuery } = this.#host;
    const startedAt = onQuery === undefined ? 0 : this.#host.now();
    const run = startRun(this.#resolve(source.state), source.reader, task.goal, pause);
    const result = yield* task.work(run);
    onQuery?.(reportOf(run, task.sizeOf(result), this.#host.now() - startedAt));
    return result;
  }

  #decoder({ query }: QueryRun): (payload: Uint8Array) => object {
    const { decoder, integers } = this.#host;
    return decoder?.(query.state, query.select) ?? query.state.decoder(integers, query.select);
  }

  #pageTask(): Task<Page<R>> {
    return pageTask<R>(this.#spec, (run) => this.#decoder(run));
  }

  #rowsTask(most: number): Task<R[]> {
    return rowsTask<R>(this.#spec, (run) => this.#decoder(run), most);
  }

  #delete(pause: Pause | undefined): Steps<number> {
    const { limit, offset, after } = this.#spec;
    const isOrdered = limit !== undefined || offset !== undefined || after !== undefined;
    return this.#host.deleteAll((source) => this.#findKeys(source, isOrdered, pause), pause);
  }

  #update(change: Row | ((row: R) => R), pause: Pause | undefined): Steps<number> {
    if ((typeof change !== "object" && typeof change !== "function") || change === null)
      throw argumentInvalid("change", "a patch or a function of the row", change);
    return this.#host.updateAll(
      (source) => this.#findKeys(source, true, pause),
      change as Row | ((row: Row) => Row),
      pause,
    );
  }

  #findKeys(source: QuerySource, isOrdered: boolean, pause: Pause | undefined): Steps<readonly Uint8Array[]> {
    return this.#run(source, keysTask(this.#spec, isOrdered), pause);
  }

  #iterate(pause: Pause | undefined): IteratedRows<R> {
    // Refused at the call, not when the first row is asked for.
    this.#host.read(({ state }) => this.#resolve(state));
    const limit = this.#spec.limit ?? ALL;
    return new IteratedRows<R>(limit, () => this.#openIteration(limit, pause));
  }

  #openIteration(limit: number, pause: Pause | undefined): OpenIteration {
    const { onQuery } = this.#host;
    const startedAt = onQuery === undefined ? 0 : this.#host.now();
    const source = this.#host.open();
    try {
      // What is not frozen must be collected before anyone else gets his turn.
      const paused = source.frozen ? pause : undefined;
      const run = startRun(this.#resolve(source.state), source.reader, rowsGoal(this.#spec, limit), paused);
      const walk = openRows(run.query, run.plan, run.context, limit);
      return {
        walk,
        decode: this.#decoder(run),
        frozen: source.frozen,
        refuseEnded: source.refuseEnded,
        pause: paused,
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

/** What the callback of `where` builds. @throws callback_async */
function predicateOf(build: (is: PredicateBuilder) => unknown): unknown {
  refuseAsyncFunction(build, "predicate", "where");
  return refusePromise(
    build(predicateBuilder),
    "predicate",
    "The callback of where returned a promise; it must return a predicate.",
  );
}
