/** What both engines are asked to do, and what they answer. */
import type { FieldDescriptor } from "@modelvault/core";

/** Plain data, for a process of either language. */
export interface UpstreamJob {
  readonly folder: string;
  /** A file with one row a line, as JSON. */
  readonly rows: string;
  /** Paths as lists of names, as both engines take them. */
  readonly fields: readonly FieldDescriptor[];
  readonly indexes: readonly {
    readonly name: string;
    readonly path: readonly string[];
    readonly kind: "index";
  }[];
  /** Most single commits that are timed, and the seconds after which fewer will do. */
  readonly commits: number;
  readonly secondsMax: number;
  /** Ids from here on belong to no row. */
  readonly newIds: number;
  /** Bounds of the population that is asked for. */
  readonly low: number;
  readonly high: number;
}

/** Rates are a second. */
export interface UpstreamFigures {
  readonly commitsEmpty: number;
  readonly insertRate: number;
  /** After all rows were inserted in one transaction. */
  readonly fileBytes: number;
  readonly openSeconds: number;
  readonly commitsFull: number;
  readonly rangeRate: number;
  readonly compactSeconds: number;
  readonly compactBytes: number;
}

export interface UpstreamAnswer {
  readonly figures: UpstreamFigures;
  /** What the range query found: both engines must agree. */
  readonly populations: readonly number[];
}
