/** One hash over the schemas of many collections, to tell whether anything about them has changed. */
import { sha256 } from "@noble/hashes/sha2.js";
import { schemaFingerprint } from "../schema/same-schema.ts";
import type { Schema } from "../schema/types.ts";

/** A collection, as far as it is hashed. */
export interface HashedCollection {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * SHA-256, in hexadecimal, of names and schemas: fields, types, constraints, defaults, primary keys and indexes, each in its order. The order of
 * the collections does not count, nor do their ids and version numbers, so that two vaults with the same schemas have the same hash,
 * however they came to them.
 */
export function schemaHash(collections: readonly HashedCollection[]): string {
  const parts = collections.map(({ name, schema }): [string, string] => [name, schemaFingerprint(schema)]);
  parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const digest = sha256(new TextEncoder().encode(JSON.stringify(parts)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
