/** The type of a row of which only some paths were asked for, inside their parents. */
import type { Present } from "./kinds.ts";

/** `Selected<Book, "title" | "author.name">` is `{ title: …; author: { name: … } }`, with what is optional still optional. Of a union it is what is in each variant. */
export type Selected<Row, Paths extends string> = Row extends unknown
  ? Simplify<{
      [Name in keyof Row as Name extends string
        ? Name extends HeadOf<Paths>
          ? Name
          : never
        : never]: Name extends Paths
        ? Row[Name]
        : Name extends string
          ? Selected<Present<Row[Name]>, TailOf<Paths, Name>> | Extract<Row[Name], null | undefined>
          : never;
    }>
  : never;

type HeadOf<Paths extends string> = Paths extends `${infer Name}.${string}` ? Name | Paths : Paths;
type TailOf<Paths extends string, Name extends string> = Paths extends `${Name}.${infer Rest}` ? Rest : never;
type Simplify<T> = { [Key in keyof T]: T[Key] } & {};
