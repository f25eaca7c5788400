/** Types in a few words, for people who read a plan. */
import type { Type } from "@modelvault/core";

const NAMES_MAX = 4;

/** `optional list of string`, `one of "en", "de"`, `object with name, born`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "optional":
      return `optional ${typeText(bare(type))}`;
    case "list":
      return `list of ${typeText(type.element)}`;
    case "object":
      return `object with ${some(type.fields.map(({ name }) => name))}`;
    case "enum":
      return `one of ${some(type.variants.map((variant) => JSON.stringify(variant)))}`;
    default:
      return type.kind;
  }
}

/** The type without the optionals around it. */
export function bare(type: Type): Exclude<Type, { readonly kind: "optional" }> {
  let inner = type;
  while (inner.kind === "optional") inner = inner.inner;
  return inner;
}

function some(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}
