/**
 * From what callers write to what the engine runs on: checks collection and schema descriptors whole and turns them into
 * frozen schemas. Nothing wrong gets past here, so nothing wrong is ever written; every problem of a descriptor is named at once.
 *
 *   descriptor (JSON shapes, `descriptors.ts`)  →  Schema (`types.ts`)  →  descriptor again (`to-descriptors.ts`)
 */
import { isModelVaultError, ModelVaultError } from "../errors/error.ts";
import { checkFields, checkPrimaryKey } from "./check-fields.ts";
import { checkIndexes } from "./check-indexes.ts";
import { describeValue, quote } from "./describe-value.ts";
import type { CollectionDescriptor } from "./descriptors.ts";
import { nameProblem, RESERVED_PREFIX, trimName } from "./names.ts";
import { Problems, readKeys } from "./problems.ts";
import { schemaToDescriptors } from "./to-descriptors.ts";
import type { Schema } from "./types.ts";

/** A collection as it may be registered. */
export interface CheckedCollection {
  readonly name: string;
  readonly schema: Schema;
}

/** A schema without the collection's name, as for a new version. What is left out stays as it was. */
export type SchemaDescriptor = Pick<CollectionDescriptor, "fields"> &
  Partial<Pick<CollectionDescriptor, "indexes" | "primaryKey">>;

/**
 * Checks a collection descriptor. Every problem is in `details.problems` (`{ code, at, message, expected, actual }`); the
 * error's own code is that of the first.
 *
 * @throws collection_name_invalid, constraint_invalid, field_path_invalid, index_invalid, primary_key_field_invalid,
 *   regex_invalid, schema_invalid
 * @example
 * checkCollection({ name: "books", primaryKey: "isbn", fields: [{ path: "isbn", type: "string" }] }).schema.primaryKey // "isbn"
 */
export function checkCollection(descriptor: unknown): CheckedCollection {
  return checking("The collection", descriptor, (problems) => {
    const keys = readKeys(problems, "schema_invalid", "", descriptor, {
      what: "a collection",
      required: ["name", "primaryKey", "fields"],
      optional: ["indexes"],
    });
    if (keys === undefined) return undefined;
    const name = keys.has("name") ? checkCollectionName(problems, keys.get("name")) : undefined;
    const schema = checkParts(problems, keys);
    return name !== undefined && schema !== undefined ? Object.freeze({ name, schema }) : undefined;
  });
}

/**
 * Checks the descriptor of a new version. Indexes and primary key that it leaves out are those of `before`; an empty
 * list of indexes means none.
 * @throws as {@link checkCollection}, but for the name
 */
export function checkSchema(descriptor: unknown, before?: Schema): Schema {
  return checking("The schema", descriptor, (problems) => {
    const keys = readKeys(problems, "schema_invalid", "", descriptor, {
      what: "a schema",
      required: before === undefined ? ["primaryKey", "fields"] : ["fields"],
      optional: before === undefined ? ["indexes"] : ["indexes", "primaryKey"],
    });
    if (keys === undefined) return undefined;
    const kept = before && schemaToDescriptors(before);
    if (kept !== undefined && !keys.has("primaryKey")) keys.set("primaryKey", kept.primaryKey);
    if (kept !== undefined && !keys.has("indexes")) keys.set("indexes", kept.indexes);
    return checkParts(problems, keys);
  });
}

/** Checks the parts of a schema inside a larger object, whose other keys are the caller's business. @throws as {@link checkSchema} */
export function checkFieldsAndIndexes(parts: {
  readonly fields: unknown;
  readonly indexes: unknown;
  readonly primaryKey: unknown;
}): Schema {
  const { fields, indexes, primaryKey } = parts;
  return checkSchema({ fields, indexes, primaryKey });
}

function checkParts(problems: Problems, keys: ReadonlyMap<string, unknown>): Schema | undefined {
  const checked = checkFields(problems, "fields", keys.get("fields") ?? []);
  const primaryKey = keys.has("primaryKey")
    ? checkPrimaryKey(problems, "primaryKey", keys.get("primaryKey"), checked)
    : undefined;
  const indexes = checkIndexes(problems, "indexes", keys.get("indexes"), checked);
  return primaryKey === undefined
    ? undefined
    : Object.freeze({ fields: checked.fields, indexes, primaryKey });
}

/** Checks the name that a collection is to have, and returns it without the white space around it. @throws collection_name_invalid */
export function checkNewName(name: unknown): string {
  return checking("The name", name, (problems) => checkCollectionName(problems, name));
}

function checkCollectionName(problems: Problems, value: unknown): string | undefined {
  if (typeof value !== "string") {
    problems.wrong("collection_name_invalid", "name", "a name as text", value);
    return undefined;
  }
  const name = trimName(value);
  const problem = name.startsWith(RESERVED_PREFIX)
    ? `begins with "${RESERVED_PREFIX}", which ModelVault keeps for itself`
    : nameProblem(name);
  if (problem === undefined) return name;
  problems.add("collection_name_invalid", "name", {
    message: `The collection's name ${problem}; found ${describeValue(value)}.`,
    expected: "a name of 1 to 1023 UTF-8 bytes",
    actual: quote(value),
  });
  return undefined;
}

/** Runs a check and throws what it noted. Descriptors are the caller's objects: whatever their getters throw becomes our error. */
function checking<T>(what: string, descriptor: unknown, check: (problems: Problems) => T | undefined): T {
  const problems = new Problems(what);
  let result: T | undefined;
  try {
    result = check(problems);
  } catch (cause) {
    if (isModelVaultError(cause)) throw cause;
    throw new ModelVaultError(
      "schema_invalid",
      `${what} is not valid. Its descriptor could not be read.`,
      { at: "", expected: "plain data", actual: describeValue(descriptor), problems: [] },
      { cause },
    );
  }
  problems.throwIfAny();
  if (result === undefined)
    throw new ModelVaultError("internal", "A descriptor was refused without a reason.");
  return result;
}
