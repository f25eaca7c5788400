/** Queries typed by a model. Each call makes a new query; nothing runs before a terminal (`all`, `first`, `count`, …) is called. */
import type {
  Direction,
  Explanation,
  MeasuredExplanation,
  Operator,
  Predicate,
  Query,
  Row as StoredRow,
} from "@modelvault/core";
import type { OperandOf, OperatorsOf } from "../types/operators.ts";
import type { PatchOf } from "../types/patch.ts";
import type { RowPathsOf, ScalarPathsOf, ValueAt } from "../types/paths.ts";
import type { Selected } from "../types/select.ts";
import type { CompiledModel } from "./compiled-model.ts";
import { checkChange } from "./merge-patch.ts";
import { type PredicateBuilder, typedBuilder } from "./predicate-builder.ts";

/** One page of rows. */
export interface Page<Result> {
  readonly rows: Result[];
  /** For `after` of the same query; null when there are no more rows now. */
  readonly next: string | null;
}

/** What a query's rows look like: whole, or with the selected paths only. */
export type ResultOf<Row, Selection extends string> = [Selection] extends [never]
  ? Row
  : Selected<Row, Selection>;

/**
 * A query for rows of a model. `Selection` are the paths given to `select`, if any.
 *
 * @example
 * books.where("year", ">=", 1990).orderBy("author.name").select("title", "author.name").limit(10).all();
 */
export class ModelQuery<Row, Input, Key extends string, Selection extends string = never> {
  readonly #query: Query<StoredRow>;
  readonly #compiled: CompiledModel;
  /** Whether `select` was called. */
  readonly #selected: boolean;

  constructor(query: Query<StoredRow>, compiled: CompiledModel, selected: boolean = false) {
    this.#query = query;
    this.#compiled = compiled;
    this.#selected = selected;
  }

  /**
   * Keeps the rows for which this holds; several calls are AND-ed.
   * @throws path_unknown, query_operator_unsupported, query_value_invalid where types were gone around, all at the terminal
   */
  where<
    Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>],
    Op extends { [O in OperatorsOf<ValueAt<Row, Path>>]: O }[OperatorsOf<ValueAt<Row, Path>>],
  >(
    path: Path,
    op: Op,
    ...operand: OperandOf<ValueAt<Row, Path>, Op>
  ): ModelQuery<Row, Input, Key, Selection>;
  where(predicate: (is: PredicateBuilder<Row>) => Predicate): ModelQuery<Row, Input, Key, Selection>;
  where(
    first: string | ((is: PredicateBuilder<Row>) => Predicate),
    op?: string,
    value?: unknown,
  ): ModelQuery<Row, Input, Key, Selection> {
    if (typeof first === "function")
      return this.#with(this.#query.where((is) => first(typedBuilder<Row>(is, this.#compiled))));
    return this.#with(this.#query.where(first, op as Operator, this.#compiled.operand(first, value)));
  }

  /** Orders by a field, then by those of further calls, then by the primary key. Missing values come last, descending first. */
  orderBy(
    path: { [P in ScalarPathsOf<Row>]: P }[ScalarPathsOf<Row>],
    direction?: Direction,
  ): ModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.orderBy(path, direction));
  }

  /** At most this many rows. */
  limit(rows: number): ModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.limit(rows));
  }

  /** Skips this many rows first. For pages, `after` is faster. */
  offset(rows: number): ModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.offset(rows));
  }

  /** Goes on behind a cursor that `page` gave; null: from the start. @throws cursor_invalid, cursor_mismatch, at the terminal */
  after(cursor: string | null | undefined): ModelQuery<Row, Input, Key, Selection> {
    return this.#with(this.#query.after(cursor));
  }

  /** Only these fields, inside their parent objects, beside those of earlier calls. */
  select<const Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>]>(
    ...paths: readonly Path[]
  ): ModelQuery<Row, Input, Key, Selection | Path> {
    return new ModelQuery<Row, Input, Key, Selection | Path>(
      this.#query.select(...paths),
      this.#compiled,
      this.#selected || paths.length > 0,
    );
  }

  all(): ResultOf<Row, Selection>[] {
    return this.#reading().all().map(this.#revive);
  }

  first(): ResultOf<Row, Selection> | undefined {
    const row = this.#reading().first();
    return row === undefined ? undefined : this.#revive(row);
  }

  /** The one row that matches. @throws query_not_one when there are none or several */
  one(): ResultOf<Row, Selection> {
    return this.#revive(this.#reading().one());
  }

  count(): number {
    return this.#query.count();
  }

  exists(): boolean {
    return this.#query.exists();
  }

  /** Rows one by one, as they were when the first was asked for, whatever is written meanwhile. */
  iterate(): Generator<ResultOf<Row, Selection>, void, undefined> {
    return mapRows(this.#reading().iterate(), this.#revive, this.#compiled.agreeToRead);
  }

  /** As many rows as `limit` says, and a cursor to go on with. @throws argument_invalid without a limit */
  page(): Page<ResultOf<Row, Selection>> {
    const { rows, next } = this.#reading().page();
    return { rows: rows.map(this.#revive), next };
  }

  /** Deletes the rows that match, all or none; returns how many. */
  delete(): number {
    return this.#query.delete();
  }

  /** Changes the rows that match, all or none, as `update` of the collection does; returns how many. @throws validation_failed, unique_violation, model_mismatch */
  update(change: PatchOf<Row, Key> | ((row: Row) => Input)): number {
    return this.#query.update(this.#compiled.changer(checkChange(change)));
  }

  /** How the query is run and why. It is run, without making rows, to say what that takes; with `run: false` it is only planned. */
  explain(options?: { readonly run?: true }): MeasuredExplanation;
  explain(options: { readonly run: false }): Explanation;
  explain(options: { readonly run?: boolean } = {}): Explanation | MeasuredExplanation {
    return this.#reading().explain(options as { readonly run: false });
  }

  /** The query that reads rows: of a subset model no more than it knows. */
  #reading(): Query<StoredRow> {
    const { agreeToRead, paths } = this.#compiled;
    agreeToRead();
    return this.#selected || paths === undefined ? this.#query : this.#query.select(...paths);
  }

  #with(query: Query<StoredRow>): ModelQuery<Row, Input, Key, Selection> {
    return new ModelQuery<Row, Input, Key, Selection>(query, this.#compiled, this.#selected);
  }

  readonly #revive = (row: StoredRow): ResultOf<Row, Selection> =>
    this.#compiled.revive(row) as ResultOf<Row, Selection>;
}

/** @param begin called when the first row is asked for, which is when the iteration takes its state */
function* mapRows<From, To>(
  rows: Iterable<From>,
  map: (row: From) => To,
  begin: () => void,
): Generator<To, void, undefined> {
  begin();
  for (const row of rows) yield map(row);
}
