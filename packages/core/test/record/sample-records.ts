/** Schemas and payloads that several tests of records use, and short ways to ask for bytes and errors. */
import { isModelVaultError, type ModelVaultError } from "../../src/errors/error.ts";
import type { Field, Schema, Type } from "../../src/schema/types.ts";

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

export function hex(payload: Uint8Array): string {
  return Buffer.from(payload).toString("hex");
}

/** The coded error of an action; anything else fails the test. */
export function errorOf(action: () => unknown): ModelVaultError {
  try {
    action();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A field of a dotted path. */
export function field(
  path: string,
  type: Type | Exclude<Type["kind"], "optional" | "list" | "object" | "enum">,
): Field {
  return { path: path.split("."), type: typeof type === "string" ? { kind: type } : type, constraints: [] };
}

/** A schema whose first field is the primary key. */
export function schemaOf(...fields: readonly Field[]): Schema {
  return { fields, indexes: [], primaryKey: fields[0]?.path[0] ?? "" };
}

export function optional(inner: Type | Parameters<typeof field>[1]): Type {
  return { kind: "optional", inner: field("x", inner).type };
}

export function list(element: Type | Parameters<typeof field>[1]): Type {
  return { kind: "list", element: field("x", element).type };
}

export function object(members: Readonly<Record<string, Type | Parameters<typeof field>[1]>>): Type {
  const fields = Object.entries(members).map(([name, type]) => ({
    name,
    type: field("x", type).type,
    constraints: [],
  }));
  return { kind: "object", fields };
}

export const historyOf = (...versions: readonly Schema[]): ReadonlyMap<number, readonly Field[]> =>
  new Map(versions.map(({ fields }, index) => [index + 1, fields]));

export const books: Schema = schemaOf(
  field("id", "string"),
  field("year", "int64"),
  field("score", optional("float64")),
  field("tags", list("string")),
  field("kind", { kind: "enum", variants: ["a", "b"] }),
  field("obj", object({ x: "uint64", y: optional("bool") })),
  field("blob", "bytes"),
  field("uid", "uuid"),
  field("ts", "timestamp"),
);

export const booksInsert: string =
  "02000100000001000000010405000000616c7068610800000001e4070000000000000103000000000000f83f0200000004010000007004010000007104010000006202ffffffffffffffff000503000000000102060101010101010101010101010101010107ffffffffffffffff";
export const booksReplace: string =
  "02000100000001000000020405000000616c7068610800000001e507000000000000000200000004010000007004010000007104010000006202ffffffffffffffff000503000000000102060101010101010101010101010101010107ffffffffffffffff";
export const booksDelete: string = "02000100000001000000030405000000616c70686100000000";

export const users: Schema = schemaOf(field("id", "int64"), field("profile.tz", "string"));
export const usersInsert: string =
  "03000100000001000000010105000000000000000100000002070070726f66696c650200747a0403000000555443";

export const flat: Schema = schemaOf(field("id", "string"), field("n", "int64"));
export const flatV1: string = "010001000000010000000104010000006b01000000010700000000000000";

/** Nested paths of every kind of value. */
export const places: Schema = schemaOf(
  field("id", "uint64"),
  field("at.lat", "float64"),
  field("at.lon", "float64"),
  field("name", "string"),
  field("more.inner.json", optional("json")),
  field("more.inner.list", list(optional("int64"))),
  field("more.flag", "bool"),
);
