/**
 * Paths of a collection as queries use them: resolved once per state, with the type at their end, a reader for
 * decoded rows, and the index on them. Everything else in this room passes these around.
 */

import type { CollectionState, IndexState, RowDecoder } from "../collection/collection-state.ts";
import { scalarKindOf } from "../collection/compile-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { isBelow, parsePath, pathKey, pathText, samePath } from "../schema/field-path.ts";
import { explainUnknownPath, fieldsBelow, resolvePath } from "../schema/resolve-path.ts";
import type { FieldPath, Row, ScalarKind, Type, Value } from "../schema/types.ts";

export interface QueryPath {
  readonly path: FieldPath;
  /** For messages and plans. */
  readonly text: string;
  /** Type at the path, optionals unwrapped. */
  readonly type: Type;
  /** What its values are compared as; undefined for json, lists and objects. */
  readonly kind: ScalarKind | undefined;
  readonly primary: boolean;
  /** The index on this path, a unique one before others. */
  readonly index: IndexState | undefined;
  /** The value in a row that was decoded with this path; null where anything on the way is missing. */
  readonly read: (row: Row) => Value;
  /** Decodes this path alone, integers exact. */
  readonly decode: RowDecoder;
}

/** Paths found so far, by their text and by their list of names; what a schema does not know is not kept. */
const pathsByState = new WeakMap<CollectionState, Map<string, QueryPath>>();

/** The path, resolved; the same object for every spelling of it. @throws path_unknown, field_path_invalid */
export function queryPath(state: CollectionState, path: string | readonly string[]): QueryPath {
  let known = pathsByState.get(state);
  if (known === undefined) {
    known = new Map();
    pathsByState.set(state, known);
  }
  const found = typeof path === "string" ? known.get(path) : undefined;
  if (found !== undefined) return found;
  const parsed = parsePath(path);
  const listed = `\0${pathKey(parsed)}`;
  let resolved = known.get(listed);
  if (resolved === undefined) {
    resolved = resolve(state, parsed);
    known.set(listed, resolved);
  }
  if (typeof path === "string") known.set(path, resolved);
  return resolved;
}

function resolve(state: CollectionState, path: FieldPath): QueryPath {
  const resolved = resolvePath(state.schema, path);
  if (resolved === undefined) throw pathUnknown(state, path);
  const onPath = state.indexes.filter(({ definition }) => samePath(definition.path, path));
  let decoder: RowDecoder | undefined;
  return {
    path,
    text: pathText(path),
    type: resolved.type,
    kind: scalarKindOf(resolved.type),
    primary: path.length === 1 && path[0] === state.schema.primaryKey,
    index: onPath.find(({ definition }) => definition.unique) ?? onPath[0],
    read: compileReader(path),
    decode(payload: Uint8Array): Row {
      decoder ??= state.decoder("exact", [path]);
      return decoder(payload);
    },
  };
}

function pathUnknown(state: CollectionState, path: FieldPath): ModelVaultError {
  const { hint, suggestion } = explainUnknownPath(state.schema, path);
  return new ModelVaultError("path_unknown", `"${state.name}" has no field "${pathText(path)}".${hint}`, {
    collection: state.name,
    path: pathText(path),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** Paths of an output, without those that others hold. One that leads to the parent of nested fields stands for all of them. @throws path_unknown */
export function selectPaths(
  state: CollectionState,
  paths: readonly (string | readonly string[])[],
): readonly FieldPath[] {
  const found = paths.flatMap((given) => {
    const path = parsePath(given);
    const below = fieldsBelow(state.schema, path).map((field) => field.path);
    return below.length > 0 ? below : [queryPath(state, path).path];
  });
  return outermostPaths(found);
}

/** Reads one or two levels without a loop: those are nearly all paths there are. */
function compileReader(path: FieldPath): (row: Row) => Value {
  const [first, second] = path as readonly [string, string | undefined];
  if (path.length === 1) return (row) => row[first] ?? null;
  if (path.length === 2)
    return (row) => ((row[first] as Row | null | undefined)?.[second as string] as Value | undefined) ?? null;
  return (row) => {
    let value: Value | undefined = row;
    for (const segment of path) {
      value = (value as Row)[segment];
      if (value === null || value === undefined) return null;
    }
    return value;
  };
}

/** The paths without duplicates and without those that lie inside another one. */
export function outermostPaths(paths: readonly FieldPath[]): readonly FieldPath[] {
  if (paths.length < 2) return paths;
  return paths.filter(
    (path, position) =>
      !paths.some(
        (other, otherPosition) => isBelow(path, other) || (otherPosition < position && samePath(path, other)),
      ),
  );
}
