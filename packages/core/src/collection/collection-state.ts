/**
 * One collection at one schema version, with everything that is compiled once per version: validator,
 * encoder, decoders, keyspaces. Immutable; a schema change makes a new one. Queries, writes, indexes and
 * verification all work on a state and a reader, never on the store or the handle.
 */
import type { ValidationIssue } from "../errors/error.ts";
import type { Field, FieldPath, IndexDefinition, Row, ScalarKind, Schema, Value } from "../schema/types.ts";
import type { Keyspace } from "../store/store.ts";

/**
 * How 64-bit integers (int64, uint64, timestamp) become JavaScript values.
 * - `"number"`: a value outside ±(2^53−1) throws `integer_unsafe`, naming key and field; nothing is ever rounded.
 * - `"bigint"`: always `bigint`.
 * - `"exact"`: `number` where it fits, else `bigint`; for engine code that compares and re-encodes (JavaScript compares the
 *   two exactly), and for callers that tell the two apart themselves, as models do.
 */
export type IntegerMode = "number" | "bigint" | "exact";

/** One index as stored. `id` numbers its keyspace and is never reused within the collection. */
export interface IndexState {
  readonly id: number;
  readonly definition: IndexDefinition;
  /** Kind of the indexed leaf, optionals unwrapped; an enum is indexed as "string". */
  readonly kind: ScalarKind;
  readonly space: Keyspace;
}

/** Turns a record payload into a row, in the shape of the current schema, whatever version it was written under. */
export type RowDecoder = (payload: Uint8Array) => Row;

export interface CollectionState {
  readonly id: number;
  readonly name: string;
  /** Current schema version, from 1. */
  readonly version: number;
  readonly schema: Schema;
  /** The field list of every version that rows may still carry. */
  readonly history: ReadonlyMap<number, readonly Field[]>;
  readonly primaryKind: ScalarKind;
  readonly rows: Keyspace;
  readonly indexes: readonly IndexState[];
  /** The id the next new index gets. Ids are never reused, so that a dropped index leaves nothing behind in a later one. */
  readonly indexIdNext: number;
  /** Paths that indexes are on: what must be decoded of an old row to find its entries. */
  readonly indexedPaths: readonly FieldPath[];
  /** A private copy of a candidate row, each property read once: what is checked is what is stored. @throws row_unreadable */
  readonly copy: (candidate: unknown) => unknown;
  /** Puts defaults, in place, where a private copy says nothing; absent: the schema has none. */
  readonly fill?: (row: unknown) => void;
  /** Every problem of a candidate row; empty when it may be stored. Never throws on any input. */
  readonly validate: (candidate: unknown) => readonly ValidationIssue[];
  /** Encodes a row that `validate` found nothing wrong with. @throws row_too_large */
  readonly encode: (row: Row) => Uint8Array;
  /** A decoder for whole rows, or with `paths` for those paths (and what holds them) only; cached per argument. */
  readonly decoder: (integers: IntegerMode, paths?: readonly FieldPath[]) => RowDecoder;
  /** Key bytes of a primary key value. @throws primary_key_invalid */
  readonly encodeKey: (key: Value) => Uint8Array;
}
