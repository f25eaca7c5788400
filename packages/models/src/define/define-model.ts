/** From a schema to a model. Everything that can be wrong with a model is found here, before there is a vault. */
import { type CollectionDescriptor, checkCollection, ModelVaultError } from "@modelvault/core";
import { readSchema } from "../convert/read-schema.ts";
import { type FieldShape, fieldDescriptors } from "../convert/shape.ts";
import type { ModelSchema } from "../convert/vendor.ts";
import type { PrimaryKeyChoice } from "../types/paths.ts";
import { argumentInvalid, asynchronous } from "./arguments.ts";
import type { GenerateFor, Model } from "./model.ts";
import { checkGenerated, checkOptions, checkRenamedFields, type ModelOptions } from "./options.ts";

type OutputOf<Schema extends ModelSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/**
 * A model of rows: any schema that speaks Standard Schema and Standard JSON Schema, such as those of Zod 4.2 and later.
 *
 * @throws model_schema_invalid, model_unsupported with each part of the schema that cannot be stored, argument_invalid, and
 * the engine's own schema errors
 * @example
 * const Book = defineModel("books", z.object({ isbn: z.string(), title: z.string().min(1), author: z.object({ name: z.string() }) }), {
 *   primaryKey: "isbn",
 *   indexes: [unique("title"), index("author.name")],
 * });
 */
export function defineModel<
  const Name extends string,
  Schema extends ModelSchema,
  const Key extends PrimaryKeyChoice<OutputOf<Schema>>,
  const Generated extends GenerateFor<OutputOf<Schema>, Key> | undefined = undefined,
>(
  name: Name,
  schema: Schema,
  options: ModelOptions<OutputOf<Schema>, Key, Generated>,
): Model<Name, Schema, Key, Generated> {
  if (typeof name !== "string") throw argumentInvalid("name", "the name of a collection", name);
  checkSchema(name, schema);
  checkOptions(options);
  const { shape, unenforced } = readSchema(name, schema);
  const { fields } = shape;
  checkGenerated(fields, options.primaryKey, options.generate);
  const renamedFields = checkRenamedFields(fields, options.renamedFields);
  const descriptor: CollectionDescriptor = {
    name,
    primaryKey: options.primaryKey,
    fields: fieldDescriptors(fields),
    indexes: (options.indexes ?? []).map((spec) => ({
      path: indexPath(fields, spec.path),
      kind: spec.unique ? "unique" : "index",
      ...(spec.name === undefined ? {} : { name: spec.name }),
    })),
  };
  // White space around names does not count.
  const { name: plainName } = checkCollection(descriptor);
  const { renamedFrom } = options;
  return Object.freeze({
    name: plainName as Name,
    schema,
    primaryKey: options.primaryKey,
    // Absent is undefined, which is what Generated is then.
    generate: options.generate as Generated,
    descriptor: { ...descriptor, name: plainName },
    unenforced: Object.freeze(unenforced),
    shape,
    fields,
    renamedFrom:
      renamedFrom === undefined ? undefined : checkCollection({ ...descriptor, name: renamedFrom }).name,
    renamedFields,
  });
}

/** Segments of a dotted path. A field whose own name holds dots is found under its whole name. */
function indexPath(fields: readonly FieldShape[], path: string): readonly string[] {
  return fields.some((field) => field.name === path) ? [path] : path.split(".");
}

function checkSchema(model: string, schema: unknown): void {
  const standard = standardOf(model, schema);
  const missing = !isObject(standard)
    ? "it does not implement Standard Schema"
    : typeof standard.validate !== "function"
      ? "it cannot validate"
      : !describesItself(standard.jsonSchema)
        ? "it cannot describe itself as JSON Schema (Zod can from 4.2 on, ArkType from 2.1.28; a schema of Valibot goes through toStandardJsonSchema() of @valibot/to-json-schema)"
        : undefined;
  if (missing === undefined) {
    if (isAsync(standard)) throw asynchronous(model);
    return;
  }
  throw new ModelVaultError(
    "model_schema_invalid",
    `The schema of the model "${model}" cannot be used: ${missing}. Give a schema such as z.object({ … }).`,
    {
      model,
      argument: "schema",
      expected: "a schema with Standard Schema and Standard JSON Schema",
      reason: missing,
    },
  );
}

/** What a schema has under the standard's name. */
function standardOf(model: string, schema: unknown): unknown {
  try {
    return isObject(schema) ? schema["~standard"] : undefined;
  } catch (cause) {
    throw new ModelVaultError(
      "model_schema_invalid",
      `The schema of the model "${model}" cannot be used: to look at it throws ${cause instanceof Error ? cause.message : "something"}.`,
      { model, argument: "schema", expected: "a schema with Standard Schema and Standard JSON Schema" },
      { cause },
    );
  }
}

/** Whether a schema never answers at once: a function that is async, and the async schemas of Valibot, which answer to everything with a promise. */
function isAsync(standard: unknown): boolean {
  const { validate, vendor } = standard as { validate(value: unknown): unknown; readonly vendor?: unknown };
  if (Object.prototype.toString.call(validate) === "[object AsyncFunction]") return true;
  if (vendor !== "valibot") return false;
  try {
    const answer = validate({});
    if (typeof (answer as { readonly then?: unknown } | null)?.then !== "function") return false;
    Promise.resolve(answer).catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}

function describesItself(jsonSchema: unknown): boolean {
  return (
    isObject(jsonSchema) && typeof jsonSchema.input === "function" && typeof jsonSchema.output === "function"
  );
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
