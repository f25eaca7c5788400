/** What a conversion has to say beside its result: parts that cannot be stored, and rules that only the schema enforces. */

import { insteadOf } from "./advice.ts";
import { type Budget, LEVELS_MAX } from "./alternatives.ts";
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

/** Parts of a schema. None that a person writes comes near; one that goes on for ever passes it soon. */
const PARTS_MAX = 50_000;
/** Characters of a path that never ends. */
const ENDLESS_PATH_MAX = 60;

/** A schema without an end, or with more parts than anybody writes. */
export class EndlessSchema {
  readonly problem: Unsupported;

  constructor(path: string) {
    this.problem = {
      path: path.length > ENDLESS_PATH_MAX ? `${path.slice(0, ENDLESS_PATH_MAX)}…` : path,
      found: "a schema that contains itself, or has too many parts",
      instead: insteadOf("recursive"),
    };
  }
}

/** One conversion under way. */
export class Conversion {
  readonly root: SchemaNode;
  readonly patterns: PatternNotes;
  readonly unsupported: Unsupported[] = [];
  readonly unenforced: Unenforced[] = [];
  /** What the values of records are, which the engine stores as JSON, by path. */
  readonly records: Map<string, Shape> = new Map();
  readonly budget: Budget;
  /** The parts around the one being converted. */
  readonly #around: Set<SchemaNode> = new Set();

  constructor(root: SchemaNode, patterns: PatternNotes, budget: Budget = { left: PARTS_MAX }) {
    this.budget = budget;
    this.root = root;
    this.patterns = patterns;
  }

  /** Converts a part, unless it contains itself. @throws EndlessSchema where it does so as ever new objects, such as a getter makes */
  inside<T>(node: SchemaNode, path: string, convert: () => T | undefined): T | undefined {
    this.budget.left--;
    if (this.budget.left < 0 || this.#around.size >= LEVELS_MAX) throw new EndlessSchema(path);
    if (this.#around.has(node))
      return this.refuse(path, "a schema that contains itself", insteadOf("recursive"));
    this.#around.add(node);
    try {
      return convert();
    } finally {
      this.#around.delete(node);
    }
  }

  refuse(path: string, found: string, instead: string): undefined {
    this.unsupported.push({ path, found, instead });
  }

  note(path: string, rule: string, why: string): void {
    this.unenforced.push({ path, rule, why });
  }

  /** Notes rules that the engine does not keep at all, in place of what was noted of the part of them that it keeps elsewhere. */
  noteWholly(path: string, rules: readonly string[], why: string): void {
    const others = this.unenforced.filter((note) => note.path !== path || !rules.includes(note.rule));
    this.unenforced.splice(0, this.unenforced.length, ...others);
    for (const rule of new Set(rules)) this.note(path, rule, why);
  }

  /** A conversion of the same schema, in the same place, whose notes are thrown away. */
  aside(): Conversion {
    const aside = new Conversion(this.root, this.patterns, this.budget);
    for (const node of this.#around) aside.#around.add(node);
    return aside;
  }
}

/** The path of a field inside an object. */
export function fieldPath(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}
