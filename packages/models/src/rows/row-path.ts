/**
 * Reading and changing values inside rows, by path. `[]` goes to every element where there is a list. Rows are never changed in place: what
 * a change touches is copied, the rest is shared. Null and absent are the same here.
 */
import type { Row, Value } from "@modelvault/core";
import type { VariantTag } from "../plan/variant-needs.ts";

type Container = { readonly [key: string]: Value };

/** Changes the value at a path, wherever there is an object (or list) to hold it. The change gets undefined where nothing is stored; what it gives undefined for is taken out. With `when`, only in objects of that variant. */
export function changeAt(
  row: Row,
  path: readonly string[],
  change: (value: Value | undefined) => Value | undefined,
  when: readonly VariantTag[] = [],
): Row {
  return changeIn(row, path, 0, change, when) as Row;
}

function changeIn(
  container: Value | undefined,
  path: readonly string[],
  at: number,
  change: (value: Value | undefined) => Value | undefined,
  when: readonly VariantTag[],
): Value | undefined {
  if (at === path.length) return change(container);
  if (container === undefined || container === null) return container;
  const name = path[at] ?? "";
  if (Array.isArray(container)) {
    if (name !== "[]") return container;
    return container.map((element: Value) => changeIn(element, path, at + 1, change, when) ?? null);
  }
  if (!isContainer(container) || !holdsTags(container, when, at)) return container;
  const before = Object.hasOwn(container, name) ? container[name] : undefined;
  const after = changeIn(before, path, at + 1, change, when);
  if (after === before) return container;
  const copy: Record<string, Value> = { ...container };
  if (after === undefined) delete copy[name];
  else copy[name] = after;
  return copy;
}

/** The value at a path without lists on it; undefined where there is none. */
export function valueIn(value: Value | undefined, path: readonly string[]): Value | undefined {
  let inner = value;
  for (const name of path) {
    if (!isContainer(inner) || !Object.hasOwn(inner, name)) return undefined;
    inner = inner[name];
  }
  return inner;
}

/** What moving a value takes to know about the schema it moves into. */
export interface MoveRules {
  /** Whether an object that does not exist yet must exist, even for a value that is null. */
  readonly requires: (path: readonly string[]) => boolean;
  /** Whether an object that is left empty stays. */
  readonly keeps: (path: readonly string[]) => boolean;
}

/** Moves the value at `from` to `to`. Both go through the same lists, if through any. */
export function moveValue(row: Row, from: readonly string[], to: readonly string[], rules: MoveRules): Row {
  const [host, oldPath] = hostOf(from);
  const newPath = to.slice(host.length);
  return changeAt(row, host, (holder) => {
    if (!isContainer(holder)) return holder;
    const value = valueIn(holder, oldPath);
    const rest = removeFrom(holder, oldPath, host, rules);
    return insertInto(rest, newPath, value ?? null, host, rules);
  });
}

/** Takes the value at a path out, and the objects that this leaves empty where they are not kept. */
export function dropValue(row: Row, path: readonly string[], keeps: MoveRules["keeps"]): Row {
  const [host, inner] = hostOf(path);
  return changeAt(row, host, (holder) =>
    isContainer(holder) ? removeFrom(holder, inner, host, { keeps }) : holder,
  );
}

/** A path up to its last list, and the rest. */
function hostOf(path: readonly string[]): readonly [host: readonly string[], inner: readonly string[]] {
  const shared = path.lastIndexOf("[]") + 1;
  return [path.slice(0, shared), path.slice(shared)];
}

function removeFrom(
  container: Container,
  path: readonly string[],
  walked: readonly string[],
  rules: Pick<MoveRules, "keeps">,
): Container {
  const [name = "", ...below] = path;
  if (!Object.hasOwn(container, name)) return container;
  const { [name]: inner, ...others } = container;
  if (below.length === 0) return others;
  if (!isContainer(inner)) return container;
  const here = [...walked, name];
  const left = removeFrom(inner, below, here, rules);
  return Object.keys(left).length === 0 && !rules.keeps(here) ? others : { ...container, [name]: left };
}

function insertInto(
  container: Container,
  path: readonly string[],
  value: Value,
  walked: readonly string[],
  rules: MoveRules,
): Container {
  const [name = "", ...below] = path;
  if (below.length === 0) return { ...container, [name]: value };
  const here = [...walked, name];
  const inner = Object.hasOwn(container, name) ? container[name] : undefined;
  if (!isContainer(inner) && value === null && !rules.requires(here)) return container;
  return { ...container, [name]: insertInto(isContainer(inner) ? inner : {}, below, value, here, rules) };
}

/** Whether the tags that stand in this very object have their texts. */
export function holdsTags(container: Container, when: readonly VariantTag[], depth: number): boolean {
  return when.every(({ path, is }) => {
    if (path.length !== depth + 1) return true;
    const tag = path[depth] ?? "";
    return Object.hasOwn(container, tag) && container[tag] === is;
  });
}

/** Whether a value is an object of named values. */
export function isContainer(value: unknown): value is Container {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** Whether anything but null is stored at a path, in any element of the lists on it. */
export function storesAnyAt(value: Value | undefined, path: readonly string[]): boolean {
  const [name, ...below] = path;
  if (name === undefined) return value !== undefined && value !== null;
  if (Array.isArray(value))
    return name === "[]" && value.some((element: Value) => storesAnyAt(element, below));
  return isContainer(value) && Object.hasOwn(value, name) && storesAnyAt(value[name], below);
}
