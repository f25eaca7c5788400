/** Values as models have them: those of the engine, and dates. */
import type { Value } from "@modelvault/core";

export type ModelValue = Value | Date | readonly ModelValue[] | ModelRow;

export interface ModelRow {
  readonly [name: string]: ModelValue;
}
