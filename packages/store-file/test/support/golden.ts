/** The golden files: vaults that upstream wrote, and what is in them as typed JSON (see fixtures/README.md). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database, Row, Value } from "@modelvault/core";

const folder = fileURLToPath(new URL("../fixtures", import.meta.url));

type Typed = Readonly<Record<string, unknown>> | null;

export interface GoldenCollection {
  readonly id: number;
  readonly name: string;
  readonly primary: string;
  readonly version: number;
  readonly fields: readonly { readonly path: readonly string[]; readonly type: unknown }[];
  readonly indexes: readonly {
    readonly name: string;
    readonly path: readonly string[];
    readonly kind: string;
  }[];
  readonly rows: readonly Readonly<Record<string, Typed>>[];
}

export interface GoldenQuery {
  readonly collection: string;
  readonly where?: readonly {
    readonly path: readonly string[] | string;
    readonly op: string;
    readonly value: Typed;
  }[];
  readonly orderBy: { readonly path: readonly string[]; readonly desc: boolean } | null;
  readonly limit: number | null;
  readonly keys: readonly Typed[];
  readonly ordered?: boolean;
}

export interface Golden {
  readonly file: string;
  readonly about: string;
  readonly sha256: string;
  readonly base?: string;
  readonly layout: { readonly committedTransactions: number; readonly logEnd: number };
  readonly collections: readonly GoldenCollection[];
  readonly queries: readonly GoldenQuery[];
  /** Rows of a damaged file that upstream serves after cutting it. */
  readonly afterAutoTruncate?: Readonly<Record<string, GoldenCollection["rows"]>>;
  readonly upstream: Readonly<Record<string, { readonly ok: boolean }>>;
}

export const goldenNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".modelvault"))
  .map((name) => name.slice(0, -".modelvault".length))
  .sort();

export function goldenPath(name: string): string {
  return join(folder, `${name}.modelvault`);
}

export function goldenBytes(name: string): Buffer {
  return readFileSync(goldenPath(name));
}

export function goldenFacts(name: string): Golden {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Golden;
}

/** A typed value of the JSON as text that says all of it; two values are the same when their texts are. */
export function typedText(typed: Typed): string {
  if (typed === null) return "null";
  const [kind, value] = Object.entries(typed)[0] as [string, never];
  switch (kind) {
    case "list":
      return `[${(value as Typed[]).map(typedText).join(",")}]`;
    case "object":
      return objectText(
        Object.entries(value as Record<string, Typed>).map(([name, inner]) => [name, typedText(inner)]),
      );
    case "bool":
      return String(value);
    case "float64":
      return `f:${value}`;
    case "bytes":
      return `b:${value}`;
    case "int64":
    case "uint64":
    case "timestamp":
      return `i:${value}`;
    default:
      return `s:${JSON.stringify(value)}`;
  }
}

/** A value as core reads it in mode "bigint", as text of the same form. Its field type decides nothing: JavaScript types do. */
export function valueText(value: Value | undefined): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "bigint") return `i:${value}`;
  if (typeof value === "number") return `f:${floatHex(value)}`;
  if (typeof value === "string") return `s:${JSON.stringify(value)}`;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `b:${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map((inner: Value) => valueText(inner)).join(",")}]`;
  return objectText(Object.entries(value as Row).map(([name, inner]) => [name, valueText(inner)]));
}

export function rowText(row: Row): string {
  return valueText(row);
}

export function goldenRowText(row: Readonly<Record<string, Typed>>): string {
  return typedText({ object: row });
}

/** Every row of every collection, as sorted texts. */
export function contentOf(db: Database): Record<string, string[]> {
  return Object.fromEntries(
    db.collectionNames().map((name) => [
      name,
      db
        .collection(name)
        .all()
        .map((row) => rowText(row as Row))
        .sort(),
    ]),
  );
}

export function goldenContent(golden: Golden): Record<string, string[]> {
  return Object.fromEntries(
    golden.collections.map(({ name, rows }) => [name, rows.map(goldenRowText).sort()]),
  );
}

function objectText(entries: [string, string][]): string {
  // A nested path that is absent as a whole and an object of absent values are the same to the JSON.
  const parts = entries
    .filter(([, text]) => text !== "null" && text !== "{}")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function floatHex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}
