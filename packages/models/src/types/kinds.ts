/** What kind of field a TypeScript type is: the same question that the converter answers for JSON Schema, asked of types. */

type IsAny<T> = 0 extends 1 & T ? true : false;

/** A value without what stands for its absence. */
export type Present<T> = Exclude<T, null | undefined>;

/**
 * - `"scalar"`: comparable, indexable: text, numbers, booleans, enums, bigints, dates, bytes.
 * - `"list"`: an array.
 * - `"object"`: named fields, to be reached by paths.
 * - `"json"`: a value of any form (`unknown`, records, JSON unions); not comparable.
 */
export type KindOf<T> =
  IsAny<T> extends true
    ? "json"
    : [Present<T>] extends [never]
      ? "json"
      : [Present<T>] extends [string | number | boolean | bigint | Date | Uint8Array]
        ? "scalar"
        : [Present<T>] extends [readonly unknown[]]
          ? "list"
          : [Present<T>] extends [object]
            ? string extends keyof Present<T>
              ? "json"
              : "object"
            : "json";

/** Names of an object's fields, those of every variant of a union. */
export type KeysOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/** Names of an object's fields that dotted text can spell. */
export type NameOf<T> = Exclude<KeysOf<T>, `${string}.${string}`>;

/** Type of a field; of a union the types that it has in the variants, and undefined where it is not in all of them. */
export type FieldIn<T, Name extends PropertyKey> = Name extends keyof T
  ? T[Name]
  : T extends unknown
    ? Name extends keyof T
      ? T[Name]
      : undefined
    : never;
