/** Our own builder: `field.string()`, `field.object({ … })` and so on. */
import {
  type FieldTypes,
  type JsonValue,
  jsonType,
  ListType,
  ObjectType,
  VariantsType,
} from "./containers.ts";
import type { FieldType } from "./field-type.ts";
import {
  BigintType,
  BytesType,
  booleanType,
  choiceType,
  DateType,
  NumberType,
  TextType,
  uuidType,
} from "./scalars.ts";

export interface FieldBuilder {
  /** Text: `.min(length)`, `.max(length)`, `.pattern(regex)`, `.email()`. */
  string(): TextType;
  /** A finite number: `.min(bound)`, `.max(bound)`. */
  number(): NumberType;
  /** A whole number that JavaScript holds exactly: `.min(bound)`, `.max(bound)`. */
  int(): NumberType;
  /** A signed 64-bit integer as a bigint: `.min(bound)`, `.max(bound)`. */
  bigint(): BigintType;
  /** An unsigned 64-bit integer as a bigint. */
  uint64(): BigintType;
  boolean(): FieldType<boolean>;
  /** A moment as a Date: `.min(moment)`, `.max(moment)`. */
  date(): DateType;
  /** A Uint8Array: `.min(bytes)`, `.max(bytes)`. */
  bytes(): BytesType;
  /** Text of 8-4-4-4-12 hexadecimal digits, read back in lower case. */
  uuid(): FieldType<string>;
  /** One of some texts. */
  choice<const Text extends string>(texts: readonly Text[]): FieldType<Text>;
  /** A list: `.min(length)`, `.max(length)`. */
  list<Element, Input>(element: FieldType<Element, Input>): ListType<Element, Input>;
  /** An object with these fields and no others; a row is one. */
  object<Fields extends FieldTypes>(fields: Fields): ObjectType<Fields>;
  /** Objects told apart by the text of one field. */
  variants<Variant extends ObjectType<FieldTypes>>(
    tag: string,
    variants: readonly Variant[],
  ): VariantsType<Variant>;
  /** Any JSON value. */
  json<T = JsonValue>(): FieldType<T>;
}

/**
 * Types for models without a schema library. `.optional()`, `.nullable()`, `.default(value)` and `.check(test, message)` go with every one.
 *
 * @example
 * const Book = defineModel("books", field.object({
 *   isbn: field.string(), title: field.string().min(1), language: field.choice(["en", "de"]).default("en"),
 * }), { primaryKey: "isbn" });
 */
export const field: FieldBuilder = Object.freeze({
  string: () => new TextType(),
  number: () => new NumberType(false),
  int: () => new NumberType(true),
  bigint: () => new BigintType("int64"),
  uint64: () => new BigintType("uint64"),
  boolean: booleanType,
  date: () => new DateType(),
  bytes: () => new BytesType(),
  uuid: uuidType,
  choice: choiceType,
  list: <Element, Input>(element: FieldType<Element, Input>) => new ListType(element),
  object: <Fields extends FieldTypes>(fields: Fields) => new ObjectType(fields),
  variants: <Variant extends ObjectType<FieldTypes>>(tag: string, variants: readonly Variant[]) =>
    new VariantsType(tag, variants),
  json: jsonType,
});
