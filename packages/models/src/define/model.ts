/** A model: a schema with a name, a primary key and indexes, read for the engine. Plain data and one schema; it knows no vault. */
import type { CollectionDescriptor } from "@modelvault/core";
import type { Unenforced } from "../convert/notes.ts";
import type { FieldShape, RowShape } from "../convert/shape.ts";
import type { ModelSchema } from "../convert/vendor.ts";
import type { FieldIn, KeysOf } from "../types/kinds.ts";
import type { RowPathsOf } from "../types/paths.ts";

/**
 * How a primary key is made: `"uuidv7"`, a uuid whose order is that of time, for keys of type uuid or text; `"autoincrement"`, whole
 * numbers counted up from 1, for keys that are whole numbers or bigints.
 */
export type Generate = "uuidv7" | "autoincrement";

/** The ways to make a key of the type that it has in a row. */
export type GenerateFor<Row, Key extends string> =
  FieldIn<Row, Key> extends string
    ? "uuidv7"
    : FieldIn<Row, Key> extends number | bigint
      ? "autoincrement"
      : never;

export interface Model<
  Name extends string = string,
  Schema extends ModelSchema = ModelSchema,
  Key extends string = string,
  Generated extends Generate | undefined = Generate | undefined,
> {
  /** Name of the collection. */
  readonly name: Name;
  /** Validates every write. */
  readonly schema: Schema;
  /** Name of the field that is the primary key. */
  readonly primaryKey: Key;
  /** How keys are made for rows that come without one; undefined: every row brings its own. */
  readonly generate: Generated;
  /** The collection as the engine knows it: with every rule that the engine can enforce. */
  readonly descriptor: CollectionDescriptor;
  /** Rules that run on writes through the model only, because the engine cannot hold other programs to them. */
  readonly unenforced: readonly Unenforced[];
  /** A row as it is stored and read back: an object, or objects told apart by one of their fields. */
  readonly shape: RowShape;
  /** The fields of a row, in all its variants. */
  readonly fields: readonly FieldShape[];
  /** Former name of the collection, for plans. */
  readonly renamedFrom: string | undefined;
  /** Former dotted paths of fields by their dotted paths of now, for plans; empty where there are none. */
  readonly renamedFields: { readonly [path: string]: string };
}

/** What can be inserted: fields with a default may be left out, and so may a key that is generated. */
export type InputOf<M extends Model> = M["generate"] extends Generate
  ? WithoutKey<SchemaInput<M>, M["primaryKey"]>
  : SchemaInput<M>;

type SchemaInput<M extends Model> = NonNullable<M["schema"]["~standard"]["types"]>["input"];

type WithoutKey<Input, Key extends string> = Input extends unknown
  ? { [Name in keyof Input as Name extends Key ? never : Name]: Input[Name] } & {
      [Name in keyof Input as Name extends Key ? Name : never]?: Input[Name] | undefined;
    }
  : never;

/** What is read: defaults filled in. */
export type RowOf<M extends Model> = NonNullable<M["schema"]["~standard"]["types"]>["output"];

/** Type of the primary key. */
export type KeyOf<M extends Model> =
  M["primaryKey"] extends KeysOf<RowOf<M>> ? FieldIn<RowOf<M>, M["primaryKey"]> : never;

/** Every path into a row, such as `"title" | "author" | "author.name"`. */
export type PathsOf<M extends Model> = RowPathsOf<RowOf<M>>;
