/** What the terminals of a query do: which way through the data they want, what they do with the walk that it gives, and what it comes to. */
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import type { Steps } from "./pause.ts";
import type { Goal } from "./plan.ts";
import { type Page, type QueryRun, takeCount, takeKeys, takePage, takeRows } from "./query-run.ts";
import type { QuerySpec } from "./query-spec.ts";

export const ALL: number = Number.POSITIVE_INFINITY;

export interface Task<T> {
  readonly goal: Goal;
  readonly work: (run: QueryRun) => Steps<T>;
  /** How many rows the result stands for. */
  readonly sizeOf: (result: T) => number;
}

/** Chooses the decoder for the rows of a run. */
type DecoderOf = (run: QueryRun) => (payload: Uint8Array) => object;

export function rowsTask<R extends object>(spec: QuerySpec, decoder: DecoderOf, most: number): Task<R[]> {
  return {
    goal: rowsGoal(spec, most),
    work: (run) => takeRows<R>(run, decoder(run), most),
    sizeOf: (rows) => rows.length,
  };
}

/** @throws argument_invalid without a limit */
export function pageTask<R extends object>(spec: QuerySpec, decoder: DecoderOf): Task<Page<R>> {
  const { limit } = spec;
  if (limit === undefined || limit === 0)
    throw argumentInvalid("limit", "given for page(), and at least 1", limit);
  return {
    goal: rowsGoal(spec, limit + 1),
    work: (run) => takePage<R>(run, decoder(run), limit),
    sizeOf: ({ rows }) => rows.length,
  };
}

export function countTask(spec: QuerySpec, most: number): Task<number> {
  return {
    goal: keysGoal(spec, most, spec.after !== undefined),
    work: (run) => takeCount(run, most),
    sizeOf: (count) => count,
  };
}

export function keysTask(spec: QuerySpec, ordered: boolean): Task<readonly Uint8Array[]> {
  const most = spec.limit ?? ALL;
  return {
    goal: keysGoal(spec, most, ordered),
    work: (run) => takeKeys(run, most),
    sizeOf: (keys) => keys.length,
  };
}

export function rowsGoal({ offset = 0 }: QuerySpec, most: number): Goal {
  return { ordered: true, wanted: most + offset, keysOnly: false };
}

function keysGoal({ offset = 0 }: QuerySpec, most: number, ordered: boolean): Goal {
  return { ordered, wanted: most + offset, keysOnly: true };
}

/** @throws query_not_one */
export function onlyRow<R>(rows: readonly R[]): R {
  const [row] = rows;
  if (row !== undefined && rows.length === 1) return row;
  const found = rows.length === 0 ? "no row" : "more than one row";
  throw new ModelVaultError("query_not_one", `The query found ${found}; one() needs exactly one.`, {
    found,
  });
}
