/** Which operators a value takes, and what each compares it with. */
import type { KindOf, Present } from "./kinds.ts";

type Equality = "=" | "!=" | "in";
type Order = "<" | "<=" | ">" | ">=" | "between";

/** Operators for a value of type T. */
export type OperatorsOf<T> =
  | "isNull"
  | (KindOf<T> extends "scalar"
      ? Equality | Order | ([Present<T>] extends [string] ? "startsWith" | "contains" : never)
      : KindOf<T> extends "list"
        ? KindOf<ElementOf<T>> extends "scalar"
          ? "contains"
          : never
        : never);

type ElementOf<T> = Present<T> extends readonly (infer Element)[] ? Element : never;

/** What stands behind an operator: a value of the same type, a list, a pair, or nothing. */
export type OperandOf<T, Op> = Op extends "isNull"
  ? [value?: boolean]
  : Op extends "in"
    ? [values: readonly Comparable<T>[]]
    : Op extends "between"
      ? [bounds: readonly [low: Bound<T>, high: Bound<T>]]
      : Op extends "startsWith"
        ? [text: string]
        : Op extends "contains"
          ? [part: KindOf<T> extends "list" ? Comparable<ElementOf<T>> : string]
          : Op extends "=" | "!="
            ? [value: Comparable<T>]
            : [value: Bound<T>];

/** A value to be equal to: of the type itself, so that a misspelt choice is found; a brand is not asked for. */
export type Comparable<T> =
  Present<T> extends infer V
    ? V extends string
      ? V extends object
        ? string
        : V
      : V extends number
        ? number
        : V extends boolean
          ? boolean
          : Wide<V>
    : never;

/** Types that compare as they are. */
type Wide<V> = V extends bigint ? bigint : V extends Date ? Date : V extends Uint8Array ? Uint8Array : never;

/** A bound: any text for choices of texts, which are ordered as text. */
type Bound<T> =
  Present<T> extends string
    ? string
    : Present<T> extends number
      ? number
      : Present<T> extends boolean
        ? boolean
        : Wide<Present<T>>;
