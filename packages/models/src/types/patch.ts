/** Changes to a row. */
import type { KindOf, Present } from "./kinds.ts";

/**
 * What `update` merges into a row: any part of it, objects field by field, lists and JSON values whole. `undefined` leaves a field
 * as it is; `null` empties a field that may be null or absent. The primary key stays what it is. Of a union it is a part of one variant.
 */
export type PatchOf<Row, Key extends PropertyKey = never> = Row extends unknown
  ? {
      [Name in keyof Row as Name extends Key ? never : Name]?:
        | (KindOf<Row[Name]> extends "object" ? PatchOf<Present<Row[Name]>> : Present<Row[Name]>)
        | undefined
        | (undefined extends Row[Name] ? null : Extract<Row[Name], null>);
    }
  : never;
