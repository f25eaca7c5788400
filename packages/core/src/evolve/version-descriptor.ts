/** The descriptor of a new schema version: what it may say, and what it leaves as it was. */
import type { CollectionState } from "../collection/collection-state.ts";
import { scalarKindOf } from "../collection/compile-state.ts";
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { checkCollection } from "../schema/check-collection.ts";
import type { CollectionDescriptor, FieldDescriptor, IndexDescriptor } from "../schema/descriptors.ts";
import { trimName } from "../schema/names.ts";
import { resolvePath } from "../schema/resolve-path.ts";
import { schemaToDescriptors } from "../schema/to-descriptors.ts";
import type { Schema } from "../schema/types.ts";

/** A new version of a collection's schema. */
export interface VersionDescriptor {
  readonly fields: readonly FieldDescriptor[];
  /** Left out: the indexes stay as they are. An empty list drops them all. */
  readonly indexes?: readonly IndexDescriptor[];
}

/** The schema that a descriptor makes of a collection. @throws argument_invalid, schema errors */
export function checkVersionDescriptor(before: CollectionState, descriptor: VersionDescriptor): Schema {
  const whole = wholeDescriptor(before, descriptor);
  if (descriptor.indexes === undefined)
    refuseStrandedIndexes(before, checkCollection({ ...whole, indexes: [] }).schema);
  return checkCollection(whole).schema;
}

/** The descriptor of a version as that of a collection. Name and primary key may be said again, as `db.schema` does, and not changed. */
function wholeDescriptor(before: CollectionState, version: VersionDescriptor): CollectionDescriptor {
  const kept = { name: before.name, primaryKey: before.schema.primaryKey };
  const given: VersionDescriptor & Partial<typeof kept> = { ...version };
  for (const key of ["name", "primaryKey"] as const) {
    const value: unknown = given[key];
    if (value !== undefined && !(typeof value === "string" && trimName(value) === kept[key])) {
      throw argumentInvalid(
        `descriptor.${key}`,
        `${JSON.stringify(kept[key])} or left out, as a new version cannot change it`,
        value,
      );
    }
  }
  const indexes = given.indexes === undefined ? schemaToDescriptors(before.schema).indexes : given.indexes;
  return { ...given, ...kept, indexes };
}

/** Says what a kept index lacks, in place of finding fault with an index that the caller did not write. */
function refuseStrandedIndexes(before: CollectionState, schema: Schema): void {
  for (const { name, path } of before.schema.indexes) {
    const leaf = resolvePath(schema, path);
    if (leaf !== undefined && scalarKindOf(leaf.type) !== undefined) continue;
    const place = path.join(".");
    throw new ModelVaultError(
      "index_invalid",
      `The index "${name}" of "${before.name}" would be kept, but the new version has nothing to index at "${place}". List the indexes to keep in indexes.`,
      { collection: before.name, index: name, path: place },
    );
  }
}
