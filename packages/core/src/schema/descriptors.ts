/**
 * What callers write: the JSON descriptors of fields and indexes. The same shapes are read from and written to JSON,
 * so a schema can travel between programs and languages. Checking them is `check.ts`; JSON text with exact
 * 64-bit integers is `json.ts`.
 */
import type { Value } from "./types.ts";

/** A type: a name, or an object with exactly one key. */
export type TypeDescriptor =
  | "bool"
  | "int64"
  | "uint64"
  | "float64"
  | "string"
  | "bytes"
  | "uuid"
  | "timestamp"
  | "json"
  | { readonly optional: TypeDescriptor }
  | { readonly list: TypeDescriptor }
  | { readonly object: readonly FieldDescriptor[] }
  | { readonly enum: readonly string[] };

/** A constraint: an object with exactly one key. Integer bounds may be `number` (safe integers) or `bigint`. */
export type ConstraintDescriptor =
  | { readonly min_i64: number | bigint }
  | { readonly max_i64: number | bigint }
  | { readonly min_u64: number | bigint }
  | { readonly max_u64: number | bigint }
  | { readonly min_f64: number }
  | { readonly max_f64: number }
  | { readonly min_length: number | bigint }
  | { readonly max_length: number | bigint }
  | { readonly regex: string }
  | { readonly email: true }
  | { readonly url: true }
  | { readonly nonempty: true };

export interface FieldDescriptor {
  /** Segments, or dotted text: `"author.name"` is `["author", "name"]`. */
  readonly path: string | readonly string[];
  readonly type: TypeDescriptor;
  readonly constraints?: readonly ConstraintDescriptor[];
  /**
   * The value that the field gets where a row that is inserted or put leaves it out (or says `undefined`); `null` stays null. A value of the field's
   * type that meets its constraints, and finite. In JSON bytes are `{ "base64url": "…" }`.
   */
  readonly default?: Value | DefaultBytes;
}

/** Bytes in a default, as JSON has them. */
export interface DefaultBytes {
  readonly base64url: string;
}

export interface IndexDescriptor {
  /** Default: the dotted path followed by `_unique` or `_idx`. */
  readonly name?: string;
  readonly path: string | readonly string[];
  /** Default: `"index"`. `"non_unique"` means the same. */
  readonly kind?: "unique" | "index" | "non_unique";
}

/** A collection as `register` takes it. */
export interface CollectionDescriptor {
  readonly name: string;
  readonly primaryKey: string;
  readonly fields: readonly FieldDescriptor[];
  readonly indexes?: readonly IndexDescriptor[];
}
