/**
 * What the payload of a row is made of: its constant beginning, and for each field where the value stands in the row and
 * how it is written. Made once per schema version; read by an interpreter (`interpret-encoding.ts`) and a code generator
 * (`generate-encoder.ts`), which must agree.
 */
import type { FieldPath, ScalarKind, Schema, Type } from "../schema/types.ts";
import { keyKind } from "./read-plan.ts";
import { isPrimary, layoutFor, OPERATION_INSERT } from "./record-layout.ts";
import { encodePath } from "./record-v3.ts";

export interface EncodePlan {
  /** Everything before the tag of the primary key. */
  readonly beginning: Uint8Array;
  readonly primary: { readonly name: string; readonly kind: ScalarKind | undefined };
  readonly fields: readonly WrittenField[];
}

export interface WrittenField {
  readonly path: FieldPath;
  readonly type: Type;
  /** Written before the value; empty in version 2, undefined when no payload can hold the path. */
  readonly pathBytes: Uint8Array | undefined;
}

/** The plan of a schema version. */
export function planEncoding(collection: number, version: number, schema: Schema): EncodePlan {
  const layout = layoutFor(schema.fields);
  const primary = schema.fields.find((field) => isPrimary(field, schema.primaryKey));
  return {
    beginning: recordBeginning(layout, collection, version, OPERATION_INSERT),
    primary: { name: schema.primaryKey, kind: primary === undefined ? undefined : keyKind(primary.type) },
    fields: schema.fields
      .filter((field) => field !== primary)
      .map(({ path, type }) => ({
        path,
        type,
        pathBytes: layout === 2 ? new Uint8Array() : encodePath(path),
      })),
  };
}

/** The bytes before the primary key. */
export function recordBeginning(
  layout: 2 | 3,
  collection: number,
  version: number,
  operation: number,
): Uint8Array {
  const bytes = new Uint8Array(11);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, layout, true);
  view.setUint32(2, collection, true);
  view.setUint32(6, version, true);
  bytes[10] = operation;
  return bytes;
}

/** The property of an object; what it inherits never counts. */
export function member(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** JSON text of a value, in which `undefined` is null; undefined when it has none. @throws RangeError when it is too long to exist */
export function jsonText(value: unknown): string | undefined {
  return value === undefined ? "null" : JSON.stringify(value);
}
