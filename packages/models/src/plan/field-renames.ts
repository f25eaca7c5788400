/**
 * Which declared renames of fields there are to make. One is due when the vault has the old path and not the new one; so a rename that was
 * made already, or that never concerned this vault, is passed over, and a chain (`b` became `c`, then `a` became `b`) is made from its free end.
 * A declared source that the vault has never had, where the new name is not there either, is told of: as a rule, it is misspelt.
 */
import type { Schema } from "@modelvault/core";
import { hasPath, moveField, startsWith } from "./schema-tree.ts";

export interface FieldRename {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface Renamed {
  /** In the order in which they are made; paths are those of the moment. */
  readonly renames: readonly FieldRename[];
  /** The old schema with its fields renamed: what is left to compare with the new one. */
  readonly schema: Schema;
  /** Declared renames whose source is not there, nor their new name, as they were declared. */
  readonly sourceless: readonly { readonly from: string; readonly to: string }[];
}

/** The renames that are due. `declared`: new path to old path, with dots. */
export function renameFields(before: Schema, target: Schema, declared: ReadonlyMap<string, string>): Renamed {
  let pending = [...declared].map(
    ([to, from]): FieldRename => ({ from: pathIn(before, from), to: pathIn(target, to) }),
  );
  // Parents first: what is inside moves along with them.
  pending.sort((a, b) => a.from.length - b.from.length);
  const renames: FieldRename[] = [];
  let schema = before;
  for (;;) {
    const due = pending.find(
      ({ from, to }) => hasPath(schema, from) && !hasPath(schema, to) && stayInList(from, to),
    );
    if (due === undefined)
      return { renames, schema, sourceless: sourceless(before, schema, target, declared) };
    schema = moveField(schema, due.from, due.to, target);
    renames.push(due);
    pending = pending
      .filter((rename) => rename !== due)
      .map(({ from, to }) => ({
        from: startsWith(from, due.from) ? [...due.to, ...from.slice(due.from.length)] : from,
        to,
      }));
  }
}

/** Sources that are neither in the old schema nor in the renamed one (where parents have their new names). */
function sourceless(
  before: Schema,
  renamed: Schema,
  target: Schema,
  declared: ReadonlyMap<string, string>,
): Renamed["sourceless"] {
  return [...declared].flatMap(([to, from]) =>
    [before, renamed].some((schema) => hasPath(schema, pathIn(schema, from))) ||
    hasPath(renamed, pathIn(target, to))
      ? []
      : [{ from, to }],
  );
}

/** Values move within the elements of one list, never from one list to another. */
function stayInList(from: readonly string[], to: readonly string[]): boolean {
  const inList = from.lastIndexOf("[]") + 1;
  return inList === to.lastIndexOf("[]") + 1 && startsWith(to, from.slice(0, inList));
}

/** Segments of a dotted path. A field whose own name holds dots is found under its whole name. */
export function pathIn(schema: Schema, dotted: string): readonly string[] {
  const whole = schema.fields.find(
    ({ path }) => path.length === 1 && (dotted === path[0] || dotted.startsWith(`${path[0]}.`)),
  );
  const name = whole?.path[0];
  if (name === undefined) return dotted.split(".");
  return dotted === name ? [name] : [name, ...dotted.slice(name.length + 1).split(".")];
}
