/**
 * What the three versions of the record payload have in common. One payload is one row event:
 *
 *     offset 0  u16  payload version 1, 2 or 3      (all integers little-endian)
 *            2  u32  collection
 *            6  u32  schema version the row was written under
 *           10  u8   operation: 1 insert, 2 replace, 3 delete; any other stores a row as well
 *           11       primary key, a tagged scalar
 *                u32 number of fields, then the fields
 *
 * A tagged scalar is one tag byte and: bool 1 byte (not 0 is true) · int64, uint64, float64, timestamp 8 bytes · uuid
 * 16 bytes · string and bytes a `u32` length and content. `json` is a string, an enum value too.
 */
import type { Field, ScalarKind, Type } from "../schema/types.ts";

export type RecordLayout = 1 | 2 | 3;

export const OPERATION_INSERT = 1;
export const OPERATION_REPLACE = 2;
export const OPERATION_DELETE = 3;

/** Where the operation byte stands. */
export const OPERATION_OFFSET = 10;
/** Where the tag of the primary key stands. */
export const KEY_OFFSET = 11;

/** Bytes of a whole payload. */
export const PAYLOAD_BYTES_MAX = 67_108_864;

/** Scalar kinds by tag. */
export const SCALAR_BY_TAG: readonly ScalarKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

/** The tag of a scalar kind. */
export function tagOf(kind: ScalarKind): number {
  return SCALAR_BY_TAG.indexOf(kind);
}

/** Bytes of a tagged scalar of this kind; the least there can be where it varies. */
export function taggedWidth(kind: ScalarKind): number {
  switch (kind) {
    case "bool":
      return 2;
    case "string":
    case "bytes":
      return 5;
    case "uuid":
      return 17;
    default:
      return 9;
  }
}

/** The scalar a value of this type is stored as; undefined for optional, list and object. */
export function storedScalar(type: Type): ScalarKind | undefined {
  switch (type.kind) {
    case "optional":
    case "list":
    case "object":
      return undefined;
    case "json":
    case "enum":
      return "string";
    default:
      return type.kind;
  }
}

/** The least bytes a value of this type takes: no list can have more elements than the bytes left allow. */
export function widthMin(type: Type): number {
  switch (type.kind) {
    case "optional":
      return 1;
    case "list":
      return 4;
    case "object":
      return type.fields.reduce((sum, field) => sum + widthMin(field.type), 0);
    default:
      return taggedWidth(storedScalar(type) ?? "bool");
  }
}

/** Layout of the payloads of a field list: version 3 says the path of each field, and is used where some path needs it. */
export function layoutFor(fields: readonly Field[]): 2 | 3 {
  return fields.every(({ path }) => path.length === 1) ? 2 : 3;
}

/** Whether a field is the primary key. */
export function isPrimary(field: Field, primaryKey: string): boolean {
  return field.path.length === 1 && field.path[0] === primaryKey;
}
