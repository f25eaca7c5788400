/**
 * Programs of the parity test: what a user of a vault might do, as plain JSON. A program is made from a seed, played on
 * several drivers and on the oracle, cut down when they differ, and printed so that one line repeats it.
 *
 * Values that JSON cannot hold are objects with one key that begins with `$` (see {@link Literal}).
 */

/**
 * A value as data. `$n` a number JSON lacks ("NaN", "-0", "Infinity"), `$i` a bigint in decimal, `$b` bytes in hexadecimal, `$s` parts
 * of a text, a number after a part repeating it, `$o` an object, `$u` undefined, `$x` something that is no data: "date", "map", "function"…
 */
export type Literal =
  | null
  | boolean
  | number
  | string
  | readonly Literal[]
  | { readonly $n: string }
  | { readonly $i: string }
  | { readonly $b: string }
  | { readonly $s: readonly (string | number)[] }
  | { readonly $o: { readonly [key: string]: Literal } }
  | { readonly $u: 1 }
  | { readonly $x: string };

/** JSON as it stands, for schemas. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Which handle a step goes through: the innermost open one, the database itself, or one that has ended. */
export type Via = "db" | "ended";

/** What an update does: merge a patch, or call a function that runs steps and returns a row. */
export type Change =
  | { readonly patch: Literal }
  /** The row with `set` over it, without `drop`; `run` is done first, in the function. */
  | {
      readonly set: { readonly [name: string]: Literal };
      readonly drop?: readonly string[];
      readonly run?: readonly Step[];
    }
  | { readonly give: Literal }
  | { readonly call: "throws" | "promise" };

/** A predicate; values are literals. Whatever else stands here is handed over as it is, to be refused. */
export type Where =
  | { readonly op: string; readonly path: Json; readonly value?: Literal }
  | { readonly op: "and"; readonly all: readonly Where[] }
  | { readonly op: "or"; readonly any: readonly Where[] }
  | { readonly op: "not"; readonly predicate: Where };

export interface QueryShape {
  readonly where?: Where;
  /** How the predicate is handed over: as an object (default), or through the builder. */
  readonly how?: "builder";
  readonly orderBy?: readonly (readonly [path: Json, direction: Json])[];
  readonly limit?: Literal;
  readonly offset?: Literal;
  readonly select?: readonly Json[];
}

/** How a query is run. `explain` compares the rows it says it returned; `walk` takes all rows of an iteration. */
export type Terminal = "all" | "first" | "one" | "count" | "exists" | "walk" | "explain" | "delete";

/** What is done to a cursor before it is handed in. */
export type CursorUse = "flip" | "elsewhere" | "cut" | "grown" | "empty" | "offset" | "number";

export type StepBody =
  | { readonly do: "register"; readonly schema: Json }
  | {
      readonly do: "evolve";
      readonly in: Json;
      readonly schema: Json;
      readonly options?: { readonly [key: string]: Literal };
      readonly rewrite?: Change;
    }
  | { readonly do: "drop"; readonly in: Json }
  | { readonly do: "rename"; readonly in: Json; readonly to: Json }
  | { readonly do: "insert" | "put"; readonly in: Json; readonly row: Literal }
  | {
      readonly do: "insertMany";
      readonly in: Json;
      readonly rows: readonly Literal[];
      /** `iterable`: not an array; `throws`: an iterable that throws behind the last row; `none`: not iterable. */
      readonly how?: "iterable" | "throws" | "none";
    }
  | { readonly do: "update"; readonly in: Json; readonly key: Literal; readonly change: Change }
  | { readonly do: "delete" | "get" | "getOrThrow" | "has"; readonly in: Json; readonly key: Literal }
  | { readonly do: "getMany"; readonly in: Json; readonly keys: readonly Literal[] }
  | { readonly do: "count" | "schema" | "hasCollection"; readonly in: Json }
  | { readonly do: "query"; readonly in: Json; readonly query: QueryShape; readonly end: Terminal }
  | { readonly do: "updateAll"; readonly in: Json; readonly query: QueryShape; readonly change: Change }
  /** The first page of a query; its cursor goes to the slot. */
  | { readonly do: "page"; readonly in: Json; readonly query: QueryShape; readonly slot: string }
  /** The page behind the cursor in the slot, which its own cursor replaces. */
  | { readonly do: "next"; readonly slot: string; readonly limit?: number; readonly use?: CursorUse }
  /** An iterator, into a slot; nothing is asked of it yet. */
  | { readonly do: "iterate"; readonly in: Json; readonly query: QueryShape; readonly slot: string }
  | { readonly do: "take"; readonly slot: string; readonly rows: number }
  | { readonly do: "leave"; readonly slot: string }
  | {
      readonly do: "transaction";
      readonly body: readonly Step[];
      /** What the callback does at its end; absent: it returns. */
      readonly end?: "throw" | "promise" | "close";
      /** An error of a step leaves the callback instead of being caught. */
      readonly strict?: true;
    }
  | { readonly do: "view"; readonly body: readonly Step[]; readonly end?: "throw" | "promise" }
  /** Something else than a function where a callback belongs. */
  | { readonly do: "noCallback"; readonly of: "transaction" | "view" | "rewrite" }
  | { readonly do: "verify" | "stats" | "names" | "audit" }
  /** Closes twice, tries a call on what is closed, and opens again. */
  | { readonly do: "reopen"; readonly integers: "number" | "bigint" }
  | { readonly do: "open"; readonly options: Literal };

export type Step = StepBody & { readonly via?: Via };

export interface Program {
  /** How 64-bit integers are read until the first reopening. */
  readonly integers: "number" | "bigint";
  readonly steps: readonly Step[];
}
