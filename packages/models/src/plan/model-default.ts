/**
 * Whether a model fills a field in by itself. Asked of the schema: it validates a row that holds nothing but the objects on the way to the
 * field, and the tags of its variant; a field that it can fill gets no complaint. No vendor is known here, and no default is read out, for it may be another one each time.
 */
import type { Model } from "../define/model.ts";
import type { VariantTag } from "./variant-needs.ts";

/** Whether the model's schema gives a value for a field that is not there, in rows with these tags. Fields inside lists are not asked for. */
export function fillsByDefault(
  model: Model,
  path: readonly string[],
  when: readonly VariantTag[] = [],
): boolean {
  if (path.includes("[]")) return false;
  let result: ReturnType<Model["schema"]["~standard"]["validate"]>;
  try {
    result = model.schema["~standard"].validate(probe(path.slice(0, -1), when, 0));
  } catch {
    // A check of the schema's own that such a row is too little for.
    return false;
  }
  if (typeof result !== "object" || result === null) return false;
  if (isThenable(result)) {
    result.then(undefined, () => undefined);
    return false;
  }
  if (result.issues === undefined) return hasValue(result.value, path);
  return !result.issues.some((issue) => leadsTo(keysOf(issue.path), path));
}

function probe(path: readonly string[], when: readonly VariantTag[], depth: number): unknown {
  const tags = when.filter((tag) => tag.path.length === depth + 1).map((tag) => [tag.path[depth], tag.is]);
  const [name, ...rest] = path;
  return {
    ...Object.fromEntries(tags),
    ...(name === undefined ? {} : { [name]: probe(rest, when, depth + 1) }),
  };
}

function hasValue(value: unknown, path: readonly string[]): boolean {
  let inner = value;
  for (const name of path) {
    if (typeof inner !== "object" || inner === null) return false;
    inner = (inner as { readonly [key: string]: unknown })[name];
  }
  return inner !== undefined && inner !== null;
}

/** Whether an issue is about the field, something inside it, or something around it. */
function leadsTo(keys: readonly string[], path: readonly string[]): boolean {
  const shared = Math.min(keys.length, path.length);
  return keys.slice(0, shared).every((key, at) => key === path[at]);
}

function keysOf(path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string[] {
  return Array.from(path ?? [], (segment) => String(typeof segment === "object" ? segment.key : segment));
}

function isThenable(value: object): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
