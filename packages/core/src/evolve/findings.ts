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

/**
 * What a change does to what is stored: nothing; build or drop index entries; look at every row, which may refuse the change; write every
 * row anew, its values converted or filled; the same, with values that are gone afterwards.
 */
export type ChangeWork = "none" | "index" | "check" | "rewrite" | "discard";

/** One difference between two versions of a schema. */
export interface Finding {
  readonly class: ChangeClass;
  readonly change: ChangeName;
  readonly work: ChangeWork;
  /** The field; goes on through object types, with `[]` for the elements of a list. Empty: the schema as a whole. */
  readonly path: FieldPath;
  /** Name of the index, where the change is one of an index. */
  readonly index?: string;
  /** A sentence. */
  readonly reason: string;
}

/** What each change does, where nothing else is said. */
const WORK: Readonly<Record<ChangeName, ChangeWork>> = {
  constraint_loosened: "none",
  constraint_tightened: "check",
  constraints_rewritten: "none",
  default_changed: "none",
  enum_grown: "none",
  enum_reordered: "none",
  enum_shrunk: "check",
  field_added: "none",
  field_removed: "discard",
  fields_reordered: "none",
  index_added: "index",
  index_changed: "index",
  index_dropped: "index",
  index_rekeyed: "index",
  indexes_reordered: "none",
  made_optional: "none",
  made_required: "check",
  optional_rewritten: "none",
  primary_key_changed: "rewrite",
  primary_key_type_changed: "rewrite",
  required_field_added: "rewrite",
  type_changed: "discard",
  type_converted: "rewrite",
  type_widened: "none",
  unique_index_added: "index",
};

/** Collects findings. Reasons are given as clauses. */
export class Findings {
  readonly list: Finding[] = [];

  add(
    changeClass: ChangeClass,
    change: ChangeName,
    path: FieldPath,
    clause: string,
    work: ChangeWork = WORK[change],
  ): void {
    this.list.push({ class: changeClass, change, work, path, reason: sentence(clause) });
  }

  addIndex(
    changeClass: ChangeClass,
    change: ChangeName,
    { name, path }: IndexDefinition,
    clause: string,
  ): void {
    const reason = sentence(clause);
    this.list.push({ class: changeClass, change, work: WORK[change], path, index: name, reason });
  }
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
