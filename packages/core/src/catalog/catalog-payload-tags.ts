/** The numbers of catalog payloads, the same in all payload versions. */
import type { Constraint, Type } from "../schema/types.ts";

export const ENTRY_KINDS = { create: 1, version: 2 } as const;

export const INDEX_KINDS = { unique: 1, plain: 2 } as const;

/** Type kinds by tag. `json` has none: it is a logical type over string. */
export const TYPE_TAGS: readonly Exclude<Type["kind"], "json">[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
  "optional",
  "list",
  "object",
  "enum",
];

/** Constraint kinds by tag. */
export const CONSTRAINT_TAGS: readonly (Constraint["kind"] | undefined)[] = [
  undefined,
  "min_i64",
  "max_i64",
  "min_u64",
  "max_u64",
  "min_f64",
  "max_f64",
  "min_length",
  "max_length",
  "regex",
  "email",
  "url",
  "nonempty",
];
