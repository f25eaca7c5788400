/** Queries typed by a model, whose terminals are awaited. */
import type {
  Direction,
  Explanation,
  MeasuredExplanation,
  Operator,
  Page,
  Row as StoredRow,
} from "@modelvault/core";
import {
  type CompiledModel,
  type OperandOf,
  type OperatorsOf,
  type PatchOf,
  type PredicateBuilder,
  type ResultOf,
  type RowPathsOf,
  type ScalarPathsOf,
  typedBuilder,
  type ValueAt,
} from "@modelvault/models";
import type { AsyncQuery } from "../database/async-query.ts";
import type { CallOptions } from "../transaction/call-site.ts";
import type { AgreedRows } from "./agreed-rows.ts";
import { changerOf } from "./changer.ts";

/** What a query of a model works with. */
export interface AsyncQueryParts {
  readonly compiled: CompiledModel;
  readonly rows: AgreedRows;
}

/**
 * A query for rows of a model. `Selection` are the paths given to `select`, if any.
 *
 * @example
 * await books.where("year", ">=", 1990).orderBy("author.name").select("title", "author.name").limit(10).all();
 */
export class AsyncModelQuery<Row, Input, Key extends string, Selection extends string = never>
  implements AsyncIterable<ResultOf<Row, Selection>>
{
  readonly #query: AsyncQuery<StoredRow>;
  readonly #parts: AsyncQueryParts;
  /** Whether `select` was called. */
  readonly #selected: boolean;

  constructor(query: AsyncQuery<StoredRow>, parts: AsyncQueryParts, selected: boolean = false) {
    this.#query = query;
    this.#parts = parts;
    this.#selected = selected;
  }

  /** Keeps the rows for which this holds; several calls are AND-ed. */
  where<
    Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>],
    Op extends OperatorsOf<ValueAt<Row, Path>>,
  >(
    path: Path,
    op: Op,
    ...operand: OperandOf<ValueAt<Row, Path>, Op>
  ): AsyncModelQuery<Row, Input, Key, Selection>;
  where(
    predicate: (is: PredicateBuilder<Row>) => ReturnType<PredicateBuilder<Row>["and"]>,
  ): AsyncModelQuery<Row, Input, Key, Selection>;
  where(first: unknown, op?: unknown, value?: unknown): AsyncModelQuery<Row, Input, Key, Selection> {
    const { compiled } = this.#parts;
    if (typeof first === "function")
      return this.#with(this.#query.where((is) => first(typedBuilder<Row>(is, compiled))));
    return this.#with(
      this.#query.where(first as string, op as Operator, compiled.operand(first as string, value)),
    );
  }

  /** Orders by a field, then by those of further calls, then by the primary key. Missing values come last, descending first. */
  orderBy(
    path: { [P in ScalarPathsOf<Row>]: P }[ScalarPathsOf<Row>],
    direction?: Direction,
  ): AsyncModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.orderBy(path, direction));
  }

  /** At most this many rows. */
  limit(rows: number): AsyncModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.limit(rows));
  }

  /** Skips this many rows first. For pages, `after` is faster. */
  offset(rows: number): AsyncModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.offset(rows));
  }

  /** Goes on behind a cursor that `page` gave; null: from the start. */
  after(cursor: string | null | undefined): AsyncModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.after(cursor));
  }

  /** Only these fields, inside their parent objects, beside those of earlier calls. */
  select<const Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>]>(
    ...paths: readonly Path[]
  ): AsyncModelQuery<Row, Input, Key, Selection | Path> {
    return new AsyncModelQuery<Row, Input, Key, Selection | Path>(
      this.#query.select(...paths),
      this.#parts,
      this.#selected || paths.length > 0,
    );
  }

  /** All rows. */
  async all(options?: CallOptions): Promise<ResultOf<Row, Selection>[]> {
    return (await this.#run((query) => query.all(options))).map(this.#revive);
  }

  /** The first row, or undefined. */
  async first(options?: CallOptions): Promise<ResultOf<Row, Selection> | undefined> {
    const row = await this.#run((query) => query.first(options));
    return row === undefined ? undefined : this.#revive(row);
  }

  /** The only row. Rejects with query_not_one. */
  async one(options?: CallOptions): Promise<ResultOf<Row, Selection>> {
    return this.#revive(await this.#run((query) => query.one(options)));
  }

  /** How many rows there are, limit and offset considered. */
  count(options?: CallOptions): Promise<number> {
    return this.#query.count(options);
  }

  /** Whether there is a row. */
  exists(options?: CallOptions): Promise<boolean> {
    return this.#query.exists(options);
  }

  /** As many rows as `limit` says, and a cursor to go on with. */
  async page(options?: CallOptions): Promise<Page<ResultOf<Row, Selection>>> {
    const { rows, next } = await this.#run((query) => query.page(options));
    return { rows: rows.map(this.#revive), next };
  }

  /** Rows one by one, as they were when the first was asked for. */
  async *iterate(options?: CallOptions): AsyncGenerator<ResultOf<Row, Selection>, void, undefined> {
    const begun = await this.#run(async (query) => {
      const rows = query.iterate(options);
      return { rows, first: await rows.next() };
    });
    try {
      for (let step = begun.first; step.done !== true; step = await begun.rows.next())
        yield this.#revive(step.value);
    } finally {
      await begun.rows.return?.();
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<ResultOf<Row, Selection>, void, undefined> {
    return this.iterate();
  }

  /** Deletes the rows that match, all or none; gives how many. */
  delete(options?: CallOptions): Promise<number> {
    return this.#query.delete(options);
  }

  /** Changes the rows that match, all or none, as `update` of the collection does; gives how many. */
  async update(change: PatchOf<Row, Key> | ((row: Row) => Input), options?: CallOptions): Promise<number> {
    const changed = changerOf(this.#parts.compiled, change);
    return this.#parts.rows.write((rows) => rows.run(this.#query).update(changed, options));
  }

  /** How the query is run and why. */
  explain(options?: { readonly run?: true } & CallOptions): Promise<MeasuredExplanation>;
  explain(options: { readonly run: false } & CallOptions): Promise<Explanation>;
  explain(options: { readonly run?: boolean } & CallOptions = {}): Promise<Explanation> {
    return this.#reading().explain(options as { readonly run: false });
  }

  /** Runs the query that reads rows, where the collection is what the model takes it for. */
  #run<T>(terminal: (query: AsyncQuery<StoredRow>) => Promise<T>): Promise<T> {
    const query = this.#reading();
    return this.#parts.rows.read((rows) => terminal(rows.run(query)));
  }

  /** The query that reads rows: of a subset model no more than it knows. */
  #reading(): AsyncQuery<StoredRow> {
    const { paths } = this.#parts.compiled;
    return this.#selected || paths === undefined ? this.#query : this.#query.select(...paths);
  }

  #with(query: AsyncQuery<StoredRow>): AsyncModelQuery<Row, Input, Key, Selection> {
    return new AsyncModelQuery<Row, Input, Key, Selection>(query, this.#parts, this.#selected);
  }

  readonly #revive = (row: StoredRow): ResultOf<Row, Selection> =>
    this.#parts.compiled.revive(row) as ResultOf<Row, Selection>;
}
