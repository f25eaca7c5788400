/** What travels between the caller of better-sqlite3 and its worker: calls of one tick in a message, and their answers in one. */
import type { City } from "../../data/cities.ts";
import type { Columns } from "../sql.ts";

export type SqliteCall =
  | { readonly op: "get"; readonly id: number }
  | { readonly op: "commit"; readonly row: City }
  | { readonly op: "insert"; readonly rows: readonly City[] }
  | { readonly op: "delete"; readonly ids: readonly number[] }
  | { readonly op: "countNamed"; readonly low: number; readonly high: number; readonly prefix: string }
  /** Rows by id behind one, some hundred. */
  | { readonly op: "chunk"; readonly after: number; readonly limit: number }
  | { readonly op: "close" };

/** Calls, numbered from `first`. */
export interface SqliteBatch {
  readonly first: number;
  readonly calls: readonly SqliteCall[];
}

export type SqliteAnswer =
  | { readonly value: undefined | number | Columns | readonly Columns[] }
  | { readonly error: string };

export interface SqliteAnswers {
  readonly first: number;
  readonly answers: readonly SqliteAnswer[];
}
