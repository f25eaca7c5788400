/**
 * Every error code of ModelVault, in one place: what it means, whose fault it is, whether trying again may
 * help. docs/errors.md is generated from this file. A code is never reused for another meaning.
 */

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
  /** Who can mend it: the calling code, the data it was given, the machine, or ModelVault itself. */
  readonly fault: "caller" | "data" | "environment" | "modelvault";
  /** Whether the same call may succeed later without a change. */
  readonly retry: boolean;
}

/** All codes, sorted by kind, then code. */
export const ERROR_CATALOGUE = {
  // conflict
  row_exists: { kind: "conflict", meaning: "A row with this primary key exists already; `put` replaces it, `insert` does not.", fault: "data", retry: false },
  store_busy: { kind: "conflict", meaning: "Another holder writes to the store, and the wait allowed has passed.", fault: "environment", retry: true },
  unique_violation: { kind: "conflict", meaning: "Another row holds this value in a unique index.", fault: "data", retry: false },
  // format
  catalog_payload_invalid: { kind: "format", meaning: "A stored schema cannot be decoded.", fault: "environment", retry: false },
  record_payload_invalid: { kind: "format", meaning: "A stored row cannot be decoded.", fault: "environment", retry: false },
  key_invalid: { kind: "format", meaning: "Stored key bytes cannot be decoded.", fault: "environment", retry: false },
  // internal
  internal: { kind: "internal", meaning: "ModelVault met a state it thought impossible. Please report it.", fault: "modelvault", retry: false },
  // limit
  store_key_too_long: { kind: "limit", meaning: "A key is longer than the store allows.", fault: "data", retry: false },
  store_value_too_long: { kind: "limit", meaning: "A value is longer than the store allows.", fault: "data", retry: false },
  row_too_large: { kind: "limit", meaning: "An encoded row, one of its texts, byte strings or lists is larger than the format allows.", fault: "data", retry: false },
  // query
  // schema
  // state
  snapshot_closed: { kind: "state", meaning: "The snapshot or view was used after it ended.", fault: "caller", retry: false },
  store_closed: { kind: "state", meaning: "The store was used after it was closed.", fault: "caller", retry: false },
  store_poisoned: { kind: "state", meaning: "An earlier write failed, so the store takes no more writes until it is reopened.", fault: "environment", retry: false },
  // transaction
  transaction_closed: { kind: "transaction", meaning: "The transaction was used after it ended.", fault: "caller", retry: false },
  // usage
  integer_unsafe: { kind: "usage", meaning: "A stored 64-bit integer does not fit a JavaScript number; open the vault with `integers: \"bigint\"` or select other fields.", fault: "caller", retry: false },
  primary_key_invalid: { kind: "usage", meaning: "A value given as primary key has the wrong type, is not finite, or is longer than the store allows.", fault: "caller", retry: false },
  store_range_invalid: { kind: "usage", meaning: "A scan was given two lower or two upper bounds.", fault: "caller", retry: false },
  unsupported_operation: { kind: "usage", meaning: "The store driver cannot do this.", fault: "caller", retry: false },
  // validation
  validation_failed: { kind: "validation", meaning: "A row breaks its schema; `issues` lists every problem.", fault: "data", retry: false },
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What the catalogue says about a code. (The return type holds every entry to `ErrorEntry`.) */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERROR_CATALOGUE[code];
}
