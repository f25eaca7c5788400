/**
 * Writes the pieces of a catalog payload, version 4, and holds every limit that its reader holds, so that nothing is written
 * that cannot be read again. Types and constraints that the payload cannot say are a defect of the caller.
 */
import { assert } from "../errors/assert.ts";
import { ModelVaultError } from "../errors/error.ts";
import { ByteWriter } from "../keys/byte-writer.ts";
import { INTEGER_HALVES, splitInteger } from "../keys/integers.ts";
import { utf8Bytes } from "../keys/text.ts";
import {
  entriesMax,
  fieldsMax,
  nameBytesMax,
  pathSegmentsMax,
  segmentBytesMax,
  typeDepthMax,
} from "../schema/limits.ts";
import type { Constraint, Field, FieldPath, IndexDefinition, Type } from "../schema/types.ts";
import { CONSTRAINT_TAGS, INDEX_KINDS, TYPE_TAGS } from "./catalog-payload-tags.ts";
import { upstreamAcceptsRegex } from "./upstream-regex.ts";

/** A payload of any kind; readers refuse larger ones. */
const payloadBytesMax = 64 * 1024 * 1024;

const float = new DataView(new ArrayBuffer(8));

export class CatalogPayloadWriter {
  readonly #bytes: ByteWriter = new ByteWriter();
  readonly #collection: string | undefined;

  /** The name, where the entry has one, is for messages. */
  constructor(collection: string | undefined) {
    this.#collection = collection;
  }

  u8(value: number): void {
    this.#bytes.reserve(1);
    this.#bytes.bytes[this.#bytes.at++] = value;
  }

  u16(value: number): void {
    this.u8(value);
    this.u8(value >>> 8);
  }

  u32(value: number): void {
    assert(
      Number.isInteger(value) && value >= 0 && value < 2 ** 32,
      "a number in a catalog payload fits 32 bits",
    );
    this.u16(value);
    this.u16(value >>> 16);
  }

  name(what: string, text: string): void {
    assert(text !== "", `the ${what} is not empty`);
    this.optionalName(what, text);
  }

  optionalName(what: string, text: string): void {
    const length = this.#text(text);
    if (length > nameBytesMax) this.#refuse(`bytes in the ${what}`, length, nameBytesMax, text);
  }

  fields(fields: readonly Field[]): void {
    if (fields.length > fieldsMax) this.#refuse("fields", fields.length, fieldsMax);
    const withPaths = fields.some(({ path }) => path.length > 1);
    this.u32(fields.length);
    for (const { path, type, constraints } of fields) {
      const longest = this.#path(path);
      if (path.length > pathSegmentsMax)
        this.#refuse("segments in a path", path.length, pathSegmentsMax, path.join("."));
      // Rows carry the paths of their fields only where some field has several segments.
      if (withPaths && longest > segmentBytesMax) {
        this.#refuse("bytes in a path segment", longest, segmentBytesMax, path.join("."));
      }
      this.#type(type, 0, path);
      if (constraints.length > entriesMax)
        this.#refuse("constraints", constraints.length, entriesMax, path.join("."));
      this.u32(constraints.length);
      for (const constraint of constraints) this.#constraint(constraint);
    }
  }

  indexes(indexes: readonly IndexDefinition[]): void {
    if (indexes.length > entriesMax) this.#refuse("indexes", indexes.length, entriesMax);
    this.u32(indexes.length);
    for (const { name, path, unique } of indexes) {
      this.u8(unique ? INDEX_KINDS.unique : INDEX_KINDS.plain);
      this.#path(path);
      this.name("index name", name);
    }
  }

  finish(): Uint8Array {
    const { length } = this.#bytes;
    if (length > payloadBytesMax) this.#refuse("bytes", length, payloadBytesMax);
    return this.#bytes.finish();
  }

  /** Length of the longest segment in bytes. */
  #path(path: FieldPath): number {
    assert(path.length > 0 && !path.includes(""), "a field path has a segment, and no empty one");
    this.u32(path.length);
    let longest = 0;
    for (const segment of path) longest = Math.max(longest, this.#text(segment));
    return longest;
  }

  #type(type: Type, depth: number, path: FieldPath): void {
    if (depth > typeDepthMax) this.#refuse("levels of nested types", depth, typeDepthMax, path.join("."));
    assert(type.kind !== "json", "json is written as string");
    this.u8(TYPE_TAGS.indexOf(type.kind));
    if (type.kind === "optional") this.#type(type.inner, depth + 1, path);
    else if (type.kind === "list") this.#type(type.element, depth + 1, path);
    else if (type.kind === "object") {
      this.u32(type.fields.length);
      for (const field of type.fields) {
        assert(field.constraints.length === 0, "fields inside objects are written without constraints");
        this.#path([field.name]);
        this.#type(field.type, depth + 1, [...path, field.name]);
      }
    } else if (type.kind === "enum") {
      this.u32(type.variants.length);
      for (const variant of type.variants) this.#text(variant);
    }
  }

  #constraint(constraint: Constraint): void {
    this.u8(CONSTRAINT_TAGS.indexOf(constraint.kind));
    switch (constraint.kind) {
      case "min_i64":
      case "max_i64":
        this.#integer("int64", constraint.value);
        break;
      case "min_u64":
      case "max_u64":
      case "min_length":
      case "max_length":
        this.#integer("uint64", constraint.value);
        break;
      case "min_f64":
      case "max_f64":
        float.setFloat64(0, constraint.value, true);
        this.#bytes.raw(new Uint8Array(float.buffer));
        break;
      case "regex":
        assert(upstreamAcceptsRegex(constraint.pattern), "a pattern that upstream refuses is not written");
        this.#text(constraint.pattern);
        break;
      default:
    }
  }

  #integer(kind: "int64" | "uint64", value: bigint): void {
    assert(splitInteger(kind, value), "the bound of a constraint fits 64 bits");
    this.u32((INTEGER_HALVES[0] as number) >>> 0);
    this.u32((INTEGER_HALVES[1] as number) >>> 0);
  }

  /** Length in bytes. */
  #text(text: string): number {
    const bytes = utf8Bytes(text);
    assert(bytes !== undefined, "names and patterns in a schema have no lone surrogate");
    this.u32(bytes.length);
    this.#bytes.raw(bytes);
    return bytes.length;
  }

  #refuse(what: string, actual: number, max: number, where?: string): never {
    const place = where === undefined ? "" : ` ("${where.length > 60 ? `${where.slice(0, 60)}…` : where}")`;
    const schema =
      this.#collection === undefined ? "The schema" : `The schema of "${this.#collection.slice(0, 60)}"`;
    throw new ModelVaultError(
      "schema_limit",
      `${schema} has ${actual} ${what}${place}; the format allows ${max}.`,
      {
        what,
        size: actual,
        max,
        ...(where === undefined ? {} : { where }),
        ...(this.#collection === undefined ? {} : { collection: this.#collection }),
      },
    );
  }
}
