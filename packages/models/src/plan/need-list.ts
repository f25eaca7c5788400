/** Whether plain data is a list of what variants require. */
import type { VariantNeed } from "./variant-needs.ts";

export function isNeedList(value: unknown): value is readonly VariantNeed[] {
  return (
    Array.isArray(value) &&
    value.every((need: unknown) => {
      const { path, when } = (need ?? {}) as Partial<VariantNeed>;
      return isPath(path) && isTagList(when);
    })
  );
}

/** Whether plain data is a list of tags and their texts. */
export function isTagList(value: unknown): value is VariantNeed["when"] {
  return (
    Array.isArray(value) &&
    value.every((tag: unknown) => {
      const { path, is } = (tag ?? {}) as { readonly path?: unknown; readonly is?: unknown };
      return isPath(path) && typeof is === "string";
    })
  );
}

function isPath(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
