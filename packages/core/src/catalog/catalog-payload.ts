/**
 * Catalog payloads: one schema version as bytes, as the file format has it (its sections 4.1 to 4.8).
 *
 *     u16 payload version | u16 kind | body
 *     body of "create":  u32 collection | name | u32 schema version | fields | indexes | primary key
 *     body of "version": u32 collection |        u32 schema version | fields | indexes
 *
 * Four payload versions differ only in what they hold at all; version 4 is written:
 *
 * | Version | primary key | constraints | indexes |
 * |---|---|---|---|
 * | 1 | | | |
 * | 2 | yes | | |
 * | 3 | yes | yes | |
 * | 4 | yes | yes | yes |
 *
 * Version 4 cannot say `json`, nor constraints inside objects: `toWireSchema` leaves them out first. Whether an entry may follow
 * those before it (ids, version numbers, unique names) is the catalogue's to check.
 */
import { entriesMax, fieldsMax, nameBytesMax, typeDepthMax } from "../schema/limits.ts";
import type { Constraint, Field, IndexDefinition, ObjectField, Type } from "../schema/types.ts";
import { CatalogPayloadReader } from "./catalog-payload-reader.ts";
import { CONSTRAINT_TAGS, ENTRY_KINDS, INDEX_KINDS, TYPE_TAGS } from "./catalog-payload-tags.ts";
import { CatalogPayloadWriter } from "./catalog-payload-writer.ts";

/** What one catalog payload says. */
export type CatalogEntry = CreateEntry | VersionEntry;

/** A new collection with its first schema version. */
export interface CreateEntry {
  readonly kind: "create";
  readonly collection: number;
  readonly name: string;
  readonly version: number;
  readonly fields: readonly Field[];
  readonly indexes: readonly IndexDefinition[];
  /** Empty when the payload names none, as version 1 never does. */
  readonly primaryKey: string;
}

/** A later schema version; it has the name and the primary key of the first. */
export interface VersionEntry {
  readonly kind: "version";
  readonly collection: number;
  readonly version: number;
  readonly fields: readonly Field[];
  readonly indexes: readonly IndexDefinition[];
}

/**
 * Payload version 4 of an entry whose schema `toWireSchema` made.
 * @throws schema_limit when it breaks a limit of the format; `details` says which
 */
export function encodeCatalogPayload(entry: CatalogEntry): Uint8Array {
  const writer = new CatalogPayloadWriter(entry.kind === "create" ? entry.name : undefined);
  writer.u16(4);
  writer.u16(ENTRY_KINDS[entry.kind]);
  writer.u32(entry.collection);
  if (entry.kind === "create") writer.name("collection name", entry.name);
  writer.u32(entry.version);
  writer.fields(entry.fields);
  writer.indexes(entry.indexes);
  if (entry.kind === "create") writer.optionalName("primary key name", entry.primaryKey);
  return writer.finish();
}

/**
 * The entry of a payload of any version. The name of a field inside an object is the first segment of its path,
 * which is all that ever counted.
 * @throws catalog_payload_invalid with `details.reason` and `details.offset`
 */
export function decodeCatalogPayload(payload: Uint8Array): CatalogEntry {
  const reader = new CatalogPayloadReader(payload);
  const layout = reader.u16();
  if (layout < 1 || layout > 4) reader.fail("unknown_version", `payload version ${layout} is unknown`, 0);
  const kind = reader.u16();
  let entry: CatalogEntry;
  if (kind === ENTRY_KINDS.create) {
    const collection = reader.u32();
    const name = reader.name("collection name", nameBytesMax);
    const version = reader.u32();
    const fields = readFields(reader, layout);
    const indexes = readIndexes(reader, layout);
    const primaryKey = layout === 1 ? "" : reader.optionalName("primary key name", nameBytesMax);
    entry = { kind: "create", collection, name, version, fields, indexes, primaryKey };
  } else if (kind === ENTRY_KINDS.version) {
    const collection = reader.u32();
    const version = reader.u32();
    const fields = readFields(reader, layout);
    entry = { kind: "version", collection, version, fields, indexes: readIndexes(reader, layout) };
  } else {
    return reader.fail("unknown_kind", `entry kind ${kind} is unknown`, 2);
  }
  reader.end();
  return entry;
}

function readFields(reader: CatalogPayloadReader, layout: number): Field[] {
  return reader.list("fields", fieldsMax, 10, () => {
    const path = readPath(reader);
    const type = readType(reader, 0);
    const constraints =
      layout < 3 ? [] : reader.list("constraints", entriesMax, 1, () => readConstraint(reader));
    return { path, type, constraints };
  });
}

function readIndexes(reader: CatalogPayloadReader, layout: number): IndexDefinition[] {
  if (layout < 4) return [];
  return reader.list("indexes", entriesMax, 15, () => {
    const kind = reader.u8();
    if (kind !== INDEX_KINDS.unique && kind !== INDEX_KINDS.plain)
      reader.fail("unknown_tag", `index kind ${kind} is unknown`);
    const path = readPath(reader);
    return { name: reader.name("index name", nameBytesMax), path, unique: kind === INDEX_KINDS.unique };
  });
}

function readPath(reader: CatalogPayloadReader): string[] {
  const path = reader.list("path segments", Number.POSITIVE_INFINITY, 4, () => reader.text());
  if (path.length === 0 || path.includes(""))
    reader.fail("empty_path", "a field path is empty or has an empty segment");
  return path;
}

function readType(reader: CatalogPayloadReader, depth: number): Type {
  if (depth > typeDepthMax) reader.fail("limit", `types are nested deeper than ${typeDepthMax}`);
  const tag = reader.u8();
  const kind = TYPE_TAGS[tag];
  switch (kind) {
    case undefined:
      return reader.fail("unknown_tag", `type tag ${tag} is unknown`);
    case "optional":
      return { kind, inner: readType(reader, depth + 1) };
    case "list":
      return { kind, element: readType(reader, depth + 1) };
    case "object":
      return {
        kind,
        fields: reader.list("object fields", Number.POSITIVE_INFINITY, 10, () =>
          readObjectField(reader, depth + 1),
        ),
      };
    case "enum":
      return {
        kind,
        variants: reader.list("enum variants", Number.POSITIVE_INFINITY, 4, () => reader.text()),
      };
    default:
      return { kind };
  }
}

function readObjectField(reader: CatalogPayloadReader, depth: number): ObjectField {
  const [name] = readPath(reader);
  return { name: name as string, type: readType(reader, depth), constraints: [] };
}

function readConstraint(reader: CatalogPayloadReader): Constraint {
  const tag = reader.u8();
  const kind = CONSTRAINT_TAGS[tag];
  switch (kind) {
    case undefined:
      return reader.fail("unknown_tag", `constraint tag ${tag} is unknown`);
    case "min_i64":
    case "max_i64":
      return { kind, value: reader.i64() };
    case "min_f64":
    case "max_f64":
      return { kind, value: reader.f64() };
    case "regex":
      return { kind, pattern: reader.text() };
    case "email":
    case "url":
    case "nonempty":
      return { kind };
    default:
      return { kind, value: reader.u64() };
  }
}
