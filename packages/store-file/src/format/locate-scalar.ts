/**
 * Finds the tagged scalar at a path of a record payload, without decoding anything on the way. For the few values that an index key
 * does not hold whole (long text, NaN); everything else is had from keys.
 */
import type { Field, FieldPath, Type } from "@modelvault/core";
import { ENTRIES_MAX } from "./layout.ts";
import { PayloadProblem, type PayloadReader } from "./payload-reader.ts";
import { KEY_OFFSET } from "./record-head.ts";
import { taggedEnd } from "./scalar-keys.ts";

/** Where a tagged scalar stands in the reader's bytes. */
export interface ScalarPlace {
  readonly start: number;
  readonly end: number;
}

/**
 * The scalar at `path`; undefined when it is absent.
 * @param reader on the whole payload
 * @param fields those of the schema version that the payload was written under
 * @throws PayloadProblem
 */
export function locateScalar(
  reader: PayloadReader,
  fields: readonly Field[],
  primaryKey: string,
  path: FieldPath,
): ScalarPlace | undefined {
  const base = reader.at;
  const layout = reader.u16();
  reader.at = base + KEY_OFFSET;
  const key = scalarHere(reader);
  if (path.length === 1 && path[0] === primaryKey) return key;
  const count = reader.u32();
  const others = fields.filter((field) => !(field.path.length === 1 && field.path[0] === primaryKey));
  const stored = layout === 3 ? others : others.filter((field) => field.path.length === 1);
  let found: ScalarPlace | undefined;
  for (let index = 0; index < count; index++) {
    const field = layout === 3 ? fieldHere(reader, others) : stored[index];
    if (field === undefined) reader.fail("a field is unknown");
    const below = field.path.every((segment, at) => segment === path[at]);
    const place = walk(reader, field.type, below ? path.slice(field.path.length) : undefined);
    if (place !== undefined) found = place;
  }
  return found;
}

function fieldHere(reader: PayloadReader, fields: readonly Field[]): Field | undefined {
  const segments = Array.from({ length: reader.u8() }, () => {
    const length = reader.u16();
    const at = reader.take(length);
    return reader.bytes.toString("utf8", at, at + length);
  });
  return fields.find(
    ({ path }) => path.length === segments.length && path.every((segment, at) => segment === segments[at]),
  );
}

/** Passes a value; returns the scalar at `rest` inside it, or undefined when `rest` is undefined or leads to none. */
function walk(reader: PayloadReader, type: Type, rest: FieldPath | undefined): ScalarPlace | undefined {
  switch (type.kind) {
    case "optional":
      return reader.u8() === 0 ? undefined : walk(reader, type.inner, rest);
    case "list":
      for (let count = reader.count(ENTRIES_MAX, 0, "elements"); count > 0; count--)
        walk(reader, type.element, undefined);
      return undefined;
    case "object": {
      let found: ScalarPlace | undefined;
      for (const field of type.fields) {
        const wanted = rest !== undefined && rest[0] === field.name ? rest.slice(1) : undefined;
        const place = walk(reader, field.type, wanted);
        if (place !== undefined) found = place;
      }
      return found;
    }
    default: {
      const place = scalarHere(reader);
      return rest?.length === 0 ? place : undefined;
    }
  }
}

function scalarHere(reader: PayloadReader): ScalarPlace {
  const start = reader.at;
  const end = taggedEnd(reader.bytes, start, reader.end);
  if (end > reader.end) throw new PayloadProblem("it ends too early", start);
  reader.at = end;
  return { start, end };
}
