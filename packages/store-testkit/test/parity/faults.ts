/** The faults: each a line of the engine and what stands in its place, from mistakes that databases have had. */
import type { PlantedFault } from "./patched-engine.ts";

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: "leaves the old index entry of an updated row",
    file: "index/index-entries.ts",
    right: "encodeIndexKey(index.kind, from, primaryKey), EMPTY, undefined)",
    wrong: "encodeIndexKey(index.kind, from, primaryKey), EMPTY, to === null ? undefined : EMPTY)",
  },
  {
    name: "skips the unique check inside a transaction that has written",
    file: "index/index-entries.ts",
    right: "if (to !== null && index.definition.unique)",
    wrong:
      "if (to !== null && index.definition.unique && !((writer as { operations?: number }).operations ?? 0))",
  },
  {
    name: "takes as many rows as the limit says before it sorts them",
    file: "query/top-items.ts",
    right: "} else if (this.#most > 0 && this.#compare(item, heap[0] as T) < 0) {",
    wrong: "} else if (item === undefined) {",
  },
  {
    name: "goes on behind a cursor after all rows of the same value",
    file: "query/seek.ts",
    right: "behindKey(access.keys, encodeIndexKey(kind, value, after.key), reverse)",
    wrong: "behindKey(access.keys, reverse ? bound : (prefixSuccessor(bound) ?? bound), reverse)",
  },
  {
    name: "keeps the first row of a savepoint that is rolled back",
    file: "transaction/undo-journal.ts",
    right: "index >= mark; index--",
    wrong: "index > mark; index--",
  },
  {
    name: "does not count a deleted row down",
    file: "store/tree.ts",
    right: "    this.count--;",
    wrong: "    this.count -= Number(this.count === 1);",
  },
  {
    name: "takes the bound of a range for a part of it",
    file: "query/leaf-keys.ts",
    right: `const inclusiveEnd = op === "<=" || op === ">";`,
    wrong: `const inclusiveEnd = op !== ">=";`,
  },
  {
    name: "orders ties of a descending sort ascending",
    file: "query/total-order.ts",
    right: `order.keyDirection === "asc" ? 1 : -1`,
    wrong: `order.keyDirection === "asc" || order.fields.length > 0 ? 1 : -1`,
  },
  {
    name: "finds a row twice that satisfies two branches of an or",
    file: "query/run.ts",
    right: "distinct: !isUnion, most",
    wrong: "distinct: true, most",
  },
  {
    name: "replaces nested objects when it merges a patch",
    file: "collection/merge-patch.ts",
    right: "const merges = deeper !== undefined &&",
    wrong: "const merges = deeper === undefined &&",
  },
  {
    name: "keeps the old index entries of rows that a new version rewrites",
    file: "evolve/migrate-rows.ts",
    right: "decodeOld?.(payload), row);",
    wrong: "undefined, row);",
  },
  {
    name: "shows later writes to an iteration",
    file: "database/database-scope.ts",
    right: "return { reader, catalog, frozen: true,",
    wrong: "return { reader: this.store, catalog, frozen: true,",
  },
  {
    name: "goes on with the iterations of a transaction that is over",
    file: "query/iterated-rows.ts",
    right: "iteration.refuseEnded?.();",
    wrong: "",
  },
  {
    name: "finds rows without a value by !=",
    file: "query/compile-condition.ts",
    right: "(value) => value !== null && !equal(value)",
    wrong: "(value) => !equal(value)",
  },
  {
    name: "sorts text by UTF-16 units",
    file: "keys/compare-values.ts",
    right: "return left >= 0xd800 && right >= 0xd800",
    wrong: "return left > 0xffff && right > 0xffff",
  },
  {
    name: "gives cut index values in the order of their hashes",
    file: "query/run.ts",
    right: `plan.ordering === "index" && (kind === "string" || kind === "bytes")`,
    wrong: `plan.ordering === "any" && (kind === "string" || kind === "bytes")`,
  },
  {
    name: "leaves the first rows of an insertMany that fails inside a transaction",
    file: "collection/collection.ts",
    right: "return this.#scope.statement((session) => work(rowWrite(session, this.name)));",
    wrong: "return this.#scope.write((session) => work(rowWrite(session, this.name)));",
  },
  {
    name: "keeps a schema whose savepoint was rolled back",
    file: "transaction/write-session.ts",
    right: "journal.rollback(mark);\n        this.catalog = catalog;",
    wrong: "journal.rollback(mark);",
  },
  {
    name: "puts a default in the place of a null",
    file: "validate/fill-defaults.ts",
    right: "content === undefined || (fillsNull && content === null)",
    wrong: "content === undefined || content === null",
  },
  {
    name: "leaves rows without the default of a field that is required from now on",
    file: "evolve/next-row.ts",
    right: `compileFill(after.schema, { nulls: "required" })`,
    wrong: "compileFill(after.schema)",
  },
  {
    name: "leaves the rows of a dropped collection",
    file: "evolve/rename-and-drop.ts",
    right: "  emptySpace(session, state.rows);\n",
    wrong: "",
  },
  {
    name: "forgets the new name of a collection when it is closed",
    file: "evolve/rename-and-drop.ts",
    right: "else putSystemRow(session, (system) => encodeNameRow(system, id, { name }));",
    wrong: "",
  },
  {
    name: "lets rows that stay as they are break a new constraint",
    file: "evolve/migrate-rows.ts",
    right: `work === "check");`,
    wrong: "false);",
  },
];
