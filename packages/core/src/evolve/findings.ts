/** What comparing two schemas found. Names and classes are stable; reasons are for people. */
import type { FieldPath, IndexDefinition } from "../schema/types.ts";

export type ChangeClass = "safe" | "needs_migration" | "breaking";

export type ChangeName =
  | "constraint_loosened"
  | "constraint_tightened"
  | "constraints_rewritten"
  | "default_changed"
  | "enum_grown"
  | "enum_reordered"
  | "enum_shrunk"
  | "field_added"
  | "field_removed"
  | "fields_reordered"
  | "index_added"
  | "index_changed"
  | "index_dropped"
  | "index_rekeyed"
  | "indexes_reordered"
  | "made_optional"
  | "made_required"
  | "optional_rewritten"
  | "primary_key_changed"
  | "primary_key_type_changed"
  | "required_field_added"
  | "type_changed"
  | "type_converted"
  | "type_widened"
  | "unique_index_added";

/** One difference between two versions of a schema. */
export interface Finding {
  readonly class: ChangeClass;
  readonly change: ChangeName;
  /** The field; goes on through object types, with `[]` for the elements of a list. Empty: the schema as a whole. */
  readonly path: FieldPath;
  /** Name of the index, where the change is one of an index. */
  readonly index?: string;
  /** A sentence. */
  readonly reason: string;
}

/** Collects findings. Reasons are given as clauses. */
export class Findings {
  readonly list: Finding[] = [];

  add(changeClass: ChangeClass, change: ChangeName, path: FieldPath, clause: string): void {
    this.list.push({ class: changeClass, change, path, reason: sentence(clause) });
  }

  addIndex(
    changeClass: ChangeClass,
    change: ChangeName,
    { name, path }: IndexDefinition,
    clause: string,
  ): void {
    this.list.push({ class: changeClass, change, path, index: name, reason: sentence(clause) });
  }
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
