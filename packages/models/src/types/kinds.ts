/** What kind of field a TypeScript type is: the same question that the converter answers for JSON Schema, asked of types. */

type IsAny<T> = 0 extends 1 & T ? true : false;

/** A value without what stands for its absence. */
export type Present<T> = Exclude<T, null | undefined>;

/**
 * - `"scalar"`: comparable, indexable: text, numbers, booleans, enums.
 * - `"list"`: an array.
 * - `"object"`: named fields, to be reached by paths.
 * - `"json"`: a value of any form (`unknown`, records, JSON unions); not comparable.
 */
export type KindOf<T> =
  IsAny<T> extends true
    ? "json"
    : [Present<T>] extends [never]
      ? "json"
      : [Present<T>] extends [string | number | boolean]
        ? "scalar"
        : [Present<T>] extends [readonly unknown[]]
          ? "list"
          : [Present<T>] extends [object]
            ? string extends keyof Present<T>
              ? "json"
              : "object"
            : "json";

/** Names of an object's fields that dotted text can spell. */
export type NameOf<T> = Exclude<Extract<keyof T, string>, `${string}.${string}`>;
