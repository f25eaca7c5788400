/**
 * Paths into a row type as dotted text: `"title"`, `"author.name"`. Six levels deep; what lies deeper is reached with a predicate of
 * core's own, through `db.collection(name)`.
 *
 * Signatures spell `{ [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>]` where `RowPathsOf<Row>` would do: the compiler then lists the paths in its
 * errors, and not the name of this type.
 */
import type { FieldIn, KeysOf, KindOf, NameOf, Present } from "./kinds.ts";

type Deeper = [never, 0, 1, 2, 3, 4, 5];
/** How many levels paths go down. */
type Levels = 6;

type PathsOfKind<T, Kind, Level extends number> = Level extends 0
  ? never
  : {
      [Name in NameOf<T>]-?:
        | (KindOf<FieldIn<T, Name>> extends Kind ? Name : never)
        | (KindOf<FieldIn<T, Name>> extends "object"
            ? `${Name}.${PathsOfKind<Present<FieldIn<T, Name>>, Kind, Deeper[Level]>}`
            : never);
    }[NameOf<T>];

/** Every path of a row: fields of any kind, at every level. */
export type RowPathsOf<Row> = PathsOfKind<Row, "scalar" | "list" | "object" | "json", Levels>;

/** Paths to single comparable values: what can be indexed and ordered by. */
export type ScalarPathsOf<Row> = PathsOfKind<Row, "scalar", Levels>;

/** Type of the value at a path; with `undefined` or `null` where anything on the way may be missing. */
export type ValueAt<Row, Path extends string> =
  Path extends KeysOf<Row>
    ? FieldIn<Row, Path>
    : Path extends `${infer Name}.${infer Rest}`
      ? Name extends KeysOf<Row>
        ? ValueAt<Present<FieldIn<Row, Name>>, Rest> | Extract<FieldIn<Row, Name>, null | undefined>
        : never
      : never;

/** Fields that can be a primary key: one text (not an enum), number, boolean, bigint, date or bytes that is always there. */
export type PrimaryKeyOf<Row> = {
  [Name in NameOf<Row>]-?: KindOf<FieldIn<Row, Name>> extends "scalar"
    ? null extends FieldIn<Row, Name>
      ? never
      : undefined extends FieldIn<Row, Name>
        ? never
        : IsChoice<FieldIn<Row, Name>> extends true
          ? never
          : Name
    : never;
}[NameOf<Row>];

/** What `primaryKey` may be: the names, or where there are none a sentence that says so in the compiler's error. */
export type PrimaryKeyChoice<Row> = [PrimaryKeyOf<Row>] extends [never]
  ? "(no field of this schema can be a primary key: it takes one that is always there, of text that is no enum, or a number, boolean, bigint, Date or Uint8Array)"
  : { [Name in PrimaryKeyOf<Row>]: Name }[PrimaryKeyOf<Row>];

/** Whether a type is a choice of certain texts. (A branded text is an object as well, which no literal is.) */
export type IsChoice<T> = [T] extends [string]
  ? [T] extends [object]
    ? false
    : string extends T
      ? false
      : true
  : false;
