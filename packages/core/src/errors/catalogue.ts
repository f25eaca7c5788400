/**
 * Every error code of ModelVault: what it means, which details it may carry, whose fault it is, whether trying again may
 * help. The entries stand in `codes`, a file a kind; docs/errors.md is made from them. A code is never reused for another
 * meaning.
 */
import { CONFLICT_CODES } from "./codes/conflict.ts";
import { FORMAT_CODES } from "./codes/format.ts";
import { INTERNAL_CODES } from "./codes/internal.ts";
import { IO_CODES } from "./codes/io.ts";
import { LIMIT_CODES } from "./codes/limit.ts";
import { QUERY_CODES } from "./codes/query.ts";
import { SCHEMA_CODES } from "./codes/schema.ts";
import { STATE_CODES } from "./codes/state.ts";
import { TRANSACTION_CODES } from "./codes/transaction.ts";
import { USAGE_CODES } from "./codes/usage.ts";
import { VALIDATION_CODES } from "./codes/validation.ts";
import type { ErrorDetail } from "./details.ts";

/** The broad family of a code, for callers that treat a whole family alike. */
export type ErrorKind =
  | "conflict"
  | "format"
  | "internal"
  | "io"
  | "limit"
  | "query"
  | "schema"
  | "state"
  | "transaction"
  | "usage"
  | "validation";

export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  /** What `error.details` may say. */
  readonly details: readonly (keyof ErrorDetail)[];
  /** Who can mend it: the calling code, the data it was given, the machine, or ModelVault itself. */
  readonly fault: "caller" | "data" | "environment" | "modelvault";
  /** Whether the same call may succeed later without a change. */
  readonly retry: boolean;
}

type Catalogue = typeof CONFLICT_CODES &
  typeof FORMAT_CODES &
  typeof INTERNAL_CODES &
  typeof IO_CODES &
  typeof LIMIT_CODES &
  typeof QUERY_CODES &
  typeof SCHEMA_CODES &
  typeof STATE_CODES &
  typeof TRANSACTION_CODES &
  typeof USAGE_CODES &
  typeof VALIDATION_CODES;

/** All codes. */
export const ERROR_CATALOGUE: Catalogue = {
  ...CONFLICT_CODES,
  ...FORMAT_CODES,
  ...INTERNAL_CODES,
  ...IO_CODES,
  ...LIMIT_CODES,
  ...QUERY_CODES,
  ...SCHEMA_CODES,
  ...STATE_CODES,
  ...TRANSACTION_CODES,
  ...USAGE_CODES,
  ...VALIDATION_CODES,
};

export type ErrorCode = keyof Catalogue;

/** The details of an error of one of these codes: plain data, of which anything may be missing. */
export type ErrorDetailsOf<C extends ErrorCode> = {
  readonly [N in Catalogue[C]["details"][number] | "position"]?: ErrorDetail[N];
};

/** The details of an error of any code. */
export type ErrorDetails = ErrorDetailsOf<ErrorCode>;

/** What the catalogue says about a code. (The return type holds every entry to `ErrorEntry`.) */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERROR_CATALOGUE[code];
}
