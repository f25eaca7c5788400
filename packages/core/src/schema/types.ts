/**
 * The schema model every room of core shares: types, constraints, fields, indexes and one version of a
 * collection's schema, in their checked and frozen form. Descriptors (what callers write) live in
 * `descriptors.ts`; checking turns them into these.
 */

/** A value as core takes and returns it. `undefined` in a row means the same as `null`. */
export type Value =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | null
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A row: field values by top-level name; fields with several path segments appear as nested objects. */
export type Row = { readonly [field: string]: Value };

/** Types whose values can be compared, indexed (all) and be primary keys (all but enum). */
export type ScalarKind = "bool" | "int64" | "uint64" | "float64" | "string" | "bytes" | "uuid" | "timestamp";

export type Type =
  | { readonly kind: ScalarKind }
  /** Any JSON value; stored as its text. Neither comparable nor indexable. */
  | { readonly kind: "json" }
  | { readonly kind: "enum"; readonly variants: readonly string[] }
  | { readonly kind: "optional"; readonly inner: Type }
  | { readonly kind: "list"; readonly element: Type }
  | { readonly kind: "object"; readonly fields: readonly ObjectField[] };

/** A field inside an object type. Constraints on it are enforced like those of top-level fields. */
export interface ObjectField {
  readonly name: string;
  readonly type: Type;
  readonly constraints: readonly Constraint[];
  /** What the field becomes where a row that is written says nothing about it. Checked, frozen, never null. */
  readonly default?: Value;
}

/** One constraint. Integers are exact (`bigint`); lengths are UTF-8 bytes for strings, bytes for bytes, elements for lists. */
export type Constraint =
  | {
      readonly kind: "min_i64" | "max_i64" | "min_u64" | "max_u64" | "min_length" | "max_length";
      readonly value: bigint;
    }
  | { readonly kind: "min_f64" | "max_f64"; readonly value: number }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "email" | "url" | "nonempty" };

/** Names from the row downwards, at least one, none empty. */
export type FieldPath = readonly string[];

/** One field of a collection. Several path segments put the value inside nested objects of the row. */
export interface Field {
  readonly path: FieldPath;
  readonly type: Type;
  readonly constraints: readonly Constraint[];
  /** What the field becomes where a row that is written says nothing about it. Checked, frozen, never null. */
  readonly default?: Value;
}

/** One secondary index. Rows whose value is null or absent have no entry in it. */
export interface IndexDefinition {
  readonly name: string;
  readonly path: FieldPath;
  readonly unique: boolean;
}

/** One version of a collection's schema, checked. */
export interface Schema {
  readonly fields: readonly Field[];
  readonly indexes: readonly IndexDefinition[];
  /** Name of the primary key: a field of one segment with a scalar type. */
  readonly primaryKey: string;
}
