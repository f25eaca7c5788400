/**
 * What a vault looks like to a plan: the schemas of the collections that concern it, and one hash over them. Version numbers and other
 * collections are no part of the hash, so a plan made for one vault fits every vault whose schemas say the same.
 */
import {
  type CollectionDescriptor,
  checkCollection,
  type Schema,
  schemaToDescriptors,
} from "@modelvault/core";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalText, encodeExact, type Json } from "./exact-json.ts";

/** What a plan reads of a vault: a database, a transaction and a view have it. */
export interface PlanSource {
  collectionNames(): string[];
  /** A collection's schema as descriptors. */
  schema(name: string): CollectionDescriptor;
  /** Where the vault's history is kept; without it, functions that run once are taken for not run. */
  notes?(prefix?: string): [key: string, value: Uint8Array][];
}

/** The checked schema of a collection, or undefined when there is none of this name. */
export function schemaOf(source: PlanSource, name: string): Schema | undefined {
  if (!source.collectionNames().includes(name)) return undefined;
  const { primaryKey, fields, indexes = [] } = source.schema(name);
  return checkCollection({ name, primaryKey, fields, indexes }).schema;
}

/** A collection's schema in full, as descriptors. */
export function wholeDescriptor(name: string, schema: Schema): CollectionDescriptor {
  const { primaryKey, fields, indexes } = schemaToDescriptors(schema);
  return { name, primaryKey, fields, indexes };
}

/** Hash of collections by name; undefined where there is none. */
export function hashSchemas(schemas: ReadonlyMap<string, Schema | undefined>): string {
  const parts: { [name: string]: Json } = {};
  for (const [name, schema] of schemas)
    parts[name] = schema === undefined ? null : encodeExact(wholeDescriptor(name, schema));
  return hashJson(parts);
}

/** SHA-256 of data, in hexadecimal, whatever the order of its keys. */
export function hashJson(json: Json): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalText(json))));
}
