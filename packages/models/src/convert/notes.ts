/** What a conversion has to say beside its result: parts that cannot be stored, and rules that only the schema enforces. */

import type { SchemaNode } from "./json-schema.ts";
import type { PatternNotes } from "./patterns.ts";
import type { Shape } from "./shape.ts";

/** A part of a schema that has no counterpart in the engine. */
export interface Unsupported {
  /** Where, from the row downwards: `author.born`, `tags[]`; empty: the row itself. */
  readonly path: string;
  /** What it is, as a clause: "a union of several types". */
  readonly found: string;
  /** What to write instead, as an imperative clause. */
  readonly instead: string;
}

/**
 * A rule of the schema that the engine does not hold other programs to, at all or in full. It runs on every write that goes
 * through the model.
 */
export interface Unenforced {
  /** As in {@link Unsupported}. */
  readonly path: string;
  /** The keyword of JSON Schema, such as "pattern" or "multipleOf", or the library's own word, such as "refine". */
  readonly rule: string;
  /** A clause. */
  readonly why: string;
}

/** Why a default is not the engine's. */
export const FILLED_IN = "it may be computed, so it is filled in by the schema on the way in";

/** One conversion under way. */
export class Conversion {
  readonly root: SchemaNode;
  readonly patterns: PatternNotes;
  readonly unsupported: Unsupported[] = [];
  readonly unenforced: Unenforced[] = [];
  /** What the values of records are, which the engine stores as JSON, by path. */
  readonly records: Map<string, Shape> = new Map();

  constructor(root: SchemaNode, patterns: PatternNotes) {
    this.root = root;
    this.patterns = patterns;
  }

  refuse(path: string, found: string, instead: string): undefined {
    this.unsupported.push({ path, found, instead });
  }

  note(path: string, rule: string, why: string): void {
    this.unenforced.push({ path, rule, why });
  }

  /** A conversion of the same schema whose notes are thrown away. */
  aside(): Conversion {
    return new Conversion(this.root, this.patterns);
  }
}

/** The path of a field inside an object. */
export function fieldPath(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}
