/**
 * Queries whose terminals are awaited. Building one is synchronous and touches nothing; a mistake made on the way is kept, and
 * rejects the terminal.
 */
import {
  argumentInvalid,
  type DeepPartial,
  type Direction,
  type Explanation,
  type IntegerMode,
  type MeasuredExplanation,
  type Operator,
  type Page,
  type Predicate,
  Query,
  type QuerySpec,
  type Row,
  type Value,
} from "@modelvault/core";
import type { CollectionRef } from "../protocol/messages.ts";
import type { CallOptions, CallSite, Sending } from "../transaction/call-site.ts";
import { callerFunction } from "./caller-function.ts";
import { checkCallOptions } from "./options.ts";

/** Builds predicates in a callback of `where`. */
export type PredicateBuilder = Parameters<
  Extract<Parameters<Query["where"]>[0], (...args: never) => unknown>
>[0];

/** Where a query runs. */
export interface QueryPlace {
  readonly site: CallSite;
  readonly ref: CollectionRef;
  readonly integers: IntegerMode | undefined;
}

/** What the builder builds: a spec, or the first mistake. */
type Draft = { readonly query: Query<Row> } | { readonly mistake: unknown };

/** Where queries run that only build specs: nowhere, for nothing is ever asked of it. */
const NOWHERE: ConstructorParameters<typeof Query<Row>>[0] = undefined as never;
const BLANK: Query<Row> = new Query<Row>(NOWHERE, {});

/**
 * A query of one collection.
 *
 * @example
 * const rows = await books.where("year", ">=", 1990).orderBy("year", "desc").limit(10).all();
 * for await (const book of books.where("year", "<", 1900)) console.log(book);
 */
export class AsyncQuery<R extends object = Row> implements AsyncIterable<R> {
  readonly #place: QueryPlace;
  readonly #draft: Draft;

  /** User code starts at a collection. */
  constructor(place: QueryPlace, draft: Draft = { query: BLANK }) {
    this.#place = place;
    this.#draft = draft;
  }

  /** The query that a plain spec describes. A mistake in it rejects the terminal. */
  static fromSpec<R extends object = Row>(place: QueryPlace, spec: unknown): AsyncQuery<R> {
    return new AsyncQuery<R>(
      place,
      draftOf(() => Query.fromSpec<Row>(NOWHERE, spec)),
    );
  }

  /** The same query elsewhere. Not for user code. */
  at(place: QueryPlace): AsyncQuery<R> {
    return new AsyncQuery<R>(place, this.#draft);
  }

  /** The query as plain data. @throws the first mistake that was made building it */
  toSpec(): QuerySpec {
    if ("mistake" in this.#draft) throw this.#draft.mistake;
    return this.#draft.query.toSpec();
  }

  /** Narrows the query; several calls are AND-ed. A comparison with a missing value is false, `!=` included. */
  where(path: string | readonly string[], op: Operator, value?: Value): AsyncQuery<R>;
  where(predicate: Predicate | ((is: PredicateBuilder) => Predicate)): AsyncQuery<R>;
  where(...args: readonly unknown[]): AsyncQuery<R> {
    return this.#with((query) => (query.where as (...args: unknown[]) => Query<Row>).apply(query, [...args]));
  }

  /** Orders by a path, after the paths of earlier calls, then by primary key. Missing values come last ascending and first descending. */
  orderBy(path: string | readonly string[], direction?: Direction): AsyncQuery<R> {
    return this.#with((query) => query.orderBy(path, direction));
  }

  /** At most this many rows. The last call counts. */
  limit(rows: number): AsyncQuery<R> {
    return this.#with((query) => query.limit(rows));
  }

  /** Without the first rows. The last call counts. */
  offset(rows: number): AsyncQuery<R> {
    return this.#with((query) => query.offset(rows));
  }

  /** Goes on behind the cursor that `page` gave; null or undefined: from the start. */
  after(cursor: string | null | undefined): AsyncQuery<R> {
    return this.#with((query) => query.after(cursor));
  }

  /** Only these paths, inside the objects that hold them, beside those of earlier calls. */
  select(...paths: readonly (string | readonly string[])[]): AsyncQuery<R> {
    return this.#with((query) => query.select(...paths));
  }

  /** All rows. They come in chunks and are decoded as they come, so the event loop is never held up for long. */
  async all(options?: CallOptions): Promise<R[]> {
    const { rows } = await this.#collect("rows", options);
    return rows as R[];
  }

  /** The first row, or undefined. */
  async first(options?: CallOptions): Promise<R | undefined> {
    return (await this.#call("first", [], options)) as R | undefined;
  }

  /** The only row. Rejects with query_not_one when there is none or another. */
  async one(options?: CallOptions): Promise<R> {
    return (await this.#call("one", [], options)) as R;
  }

  /** How many rows there are, limit and offset considered. */
  async count(options?: CallOptions): Promise<number> {
    return (await this.#call("countRows", [], options)) as number;
  }

  /** Whether there is a row. */
  async exists(options?: CallOptions): Promise<boolean> {
    return (await this.#call("exists", [], options)) as boolean;
  }

  /** As many rows as `limit` says, and a cursor to go on with. Rejects with argument_invalid without a limit. */
  async page(options?: CallOptions): Promise<Page<R>> {
    return (await this.#collect("page", options)) as Page<R>;
  }

  /**
   * Rows one by one, as they were when the first was asked for, whatever is written meanwhile. No more than a few chunks are ever on their
   * way, so a slow reader holds nothing up. Leaving a `for await` early releases what the iteration holds; so does reaching its end.
   */
  iterate(options?: CallOptions): AsyncIterableIterator<R> & AsyncDisposable {
    const { site, ref } = this.#place;
    const mistake = mistakeIn(() => checkCallOptions(options));
    const sending = mistake === undefined ? this.#sending(options) : {};
    const args = (): readonly unknown[] => {
      if (mistake !== undefined) throw mistake.error;
      return [ref, this.toSpec()];
    };
    const rows: AsyncIterableIterator<object> & AsyncDisposable = site.stream("iterate", args, sending);
    return rows as AsyncIterableIterator<R> & AsyncDisposable;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return this.iterate();
  }

  /** Deletes the rows, all or none; returns how many. */
  async delete(options?: CallOptions): Promise<number> {
    return (await this.#call("deleteRows", [], options, "write")) as number;
  }

  /**
   * Changes the rows, all or none, as `update` of a collection does with one; returns how many. A function runs in the caller's thread, while
   * the engine waits in the middle of the statement.
   */
  async update(change: DeepPartial<R> | ((row: R) => R), options?: CallOptions): Promise<number> {
    if ((typeof change !== "object" && typeof change !== "function") || change === null)
      throw argumentInvalid("change", "a patch or a function of the row", change);
    const { site, ref } = this.#place;
    if (typeof change !== "function")
      return (await this.#call("updateRows", [change], options, "write")) as number;
    const sending = {
      ...this.#sending(options),
      apply: callerFunction(change as (row: R) => R, "change", "update"),
    };
    return (await site.call("updateRowsBy", "write", [ref, this.toSpec()], sending)) as number;
  }

  /** How the query is run and why. It is run, to say what that takes; with `run: false` it is only planned. */
  explain(options?: { readonly run?: true } & CallOptions): Promise<MeasuredExplanation>;
  explain(options: { readonly run: false } & CallOptions): Promise<Explanation>;
  async explain(options: { readonly run?: boolean } & CallOptions = {}): Promise<unknown> {
    if (typeof options !== "object" || options === null)
      throw argumentInvalid("options", "an object with run", options);
    const { signal, ...how } = options;
    return this.#call("explain", [how], signal === undefined ? undefined : { signal });
  }

  #with(build: (query: Query<Row>) => Query<Row>): AsyncQuery<R> {
    const draft = this.#draft;
    if ("mistake" in draft) return this;
    return new AsyncQuery<R>(
      this.#place,
      draftOf(() => build(draft.query)),
    );
  }

  #sending(options: CallOptions | undefined): Sending {
    const { integers } = this.#place;
    const checked = checkCallOptions(options);
    return integers === undefined ? checked : { ...checked, integers };
  }

  #call(
    op: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
    access: "read" | "write" = "read",
  ): Promise<unknown> {
    const { site, ref } = this.#place;
    return site.call(op, access, [ref, this.toSpec(), ...args], this.#sending(options));
  }

  #collect(op: string, options: CallOptions | undefined) {
    const { site, ref } = this.#place;
    return site.collect(op, [ref, this.toSpec()], this.#sending(options));
  }
}

function draftOf(build: () => Query<Row>): Draft {
  try {
    return { query: build() };
  } catch (mistake) {
    return { mistake };
  }
}

function mistakeIn(check: () => void): { readonly error: unknown } | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return { error };
  }
}
