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
import type { VariantNeed } from "./variant-needs.ts";
import { notedNeeds } from "./variant-notes.ts";

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

/** What a plan knows of a collection: its schema, and what variants of unions require beside it. */
export interface CollectionFacts {
  readonly schema: Schema;
  readonly variants: readonly VariantNeed[];
}

/** What a vault says of a collection, or undefined when there is none of this name. */
export function factsOf(source: PlanSource, name: string): CollectionFacts | undefined {
  const schema = schemaOf(source, name);
  return schema && { schema, variants: notedNeeds(source, name) };
}

/** Hash of what a vault says of some collections now. */
export function currentHash(source: PlanSource, names: readonly string[]): string {
  return hashFacts(new Map(names.map((name) => [name, factsOf(source, name)])));
}

/** Hash of collections by name, in any order; undefined where there is none. */
export function hashFacts(collections: ReadonlyMap<string, CollectionFacts | undefined>): string {
  const parts = [...collections].map(([name, facts]): [string, string] => [
    name,
    facts === undefined ? "" : textOf(facts.schema) + variantsText(facts.variants),
  ]);
  parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts))));
}

function variantsText(variants: readonly VariantNeed[]): string {
  if (variants.length === 0) return "";
  const texts = variants.map(({ path, when }) =>
    JSON.stringify([path, when.map((tag) => [tag.path, tag.is])]),
  );
  return `\n${texts.sort().join("\n")}`;
}

const texts = new WeakMap<Schema, string>();

/** A schema as text: the same for schemas that say the same. What JSON has no words for is written as text that no other value has. */
function textOf(schema: Schema): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schemaToDescriptors(schema), (_key, value: unknown) =>
    typeof value === "bigint" || value instanceof Uint8Array || isOddFloat(value)
      ? encodeExact(value)
      : value,
  );
  texts.set(schema, text);
  return text;
}

function isOddFloat(value: unknown): boolean {
  return typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value));
}

/** SHA-256 of data, in hexadecimal, whatever the order of its keys. */
export function hashJson(json: Json): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalText(json))));
}
