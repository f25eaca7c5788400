/**
 * The dry run of a new schema version: goes through the rows as `registerVersion` would, on a reader, and tells which would not survive it. Writes
 * nothing, and finds all there is to find where the real thing stops at the first.
 */

import type { Catalog } from "../catalog/catalog.ts";
import { assertVersionFits } from "../catalog/write-schema.ts";
import type { IndexState, IntegerMode } from "../collection/collection-state.ts";
import { nextState } from "../collection/compile-state.ts";
import { argumentInvalid, refuseUnknownOptions } from "../errors/argument-invalid.ts";
import { isModelVaultError, type ValidationIssue } from "../errors/error.ts";
import { valueAt } from "../index/index-entries.ts";
import { encodeIndexValue } from "../keys/key-codec.ts";
import type { Row, Value } from "../schema/types.ts";
import type { StoreReader, StoreTraits } from "../store/store.ts";
import { scanInChunks } from "../transaction/chunked-scan.ts";
import { classify, type Finding } from "./classify.ts";
import { rowWorkOf } from "./migrate-rows.ts";
import {
  compileNextRow,
  encodeFitting,
  keyOf,
  type Rewrite,
  type RowChangePlan,
  refuseMisfit,
} from "./next-row.ts";
import { checkRewrite } from "./register.ts";
import { HashCollector, type RepeatFinder } from "./repeated-values.ts";
import { checkVersionDescriptor, type VersionDescriptor } from "./version-descriptor.ts";

export interface CheckOptions {
  /** The function that `registerVersion` would be given. It may be called twice for a row, and must make the same of it each time. */
  readonly rewrite?: Rewrite;
  /** How `rewrite` is handed 64-bit integers. Default: as the handle reads them. */
  readonly integers?: IntegerMode;
  /** How many problems and how many violations are listed; all are counted. Default 10. */
  readonly limit?: number;
  /**
   * Handed each row that the new version takes, as it would be stored, integers exact, with its key, in the order of the keys. Every row is looked at
   * then, whether the new version asks for it or not. What it throws ends the check.
   */
  readonly onRow?: (row: Row, key: Value) => void;
}

/** A row that would not survive. */
export interface RowProblem {
  readonly key: Value;
  /**
   * As a validation error lists them, which is what the function may throw, too. A row that fails otherwise has one issue: its rule is `rewrite` where the
   * function threw, else the error code that `registerVersion` would give.
   */
  readonly issues: readonly ValidationIssue[];
}

/** A value that a unique index would hold twice. */
export interface UniqueProblem {
  readonly index: string;
  readonly value: Value;
  /** The row that would be refused, and the one before it that holds the value. */
  readonly key: Value;
  readonly holder: Value;
}

export interface VersionCheck {
  readonly name: string;
  /** The version that the collection would have. */
  readonly version: number;
  readonly findings: readonly Finding[];
  /** Rows of the collection. */
  readonly rows: number;
  /** Rows that would not survive. */
  readonly failing: number;
  /** The first of them, in the order of their keys. */
  readonly problems: readonly RowProblem[];
  /** Rows that fit, but for a value that another row before them holds in a unique index. */
  readonly uniqueViolations: { readonly count: number; readonly first: readonly UniqueProblem[] };
}

const LIMIT = 10;

/** @throws collection_unknown, argument_invalid, callback_async, schema errors */
export function checkVersion(
  reader: StoreReader,
  catalog: Catalog,
  name: string,
  descriptor: VersionDescriptor,
  options: CheckOptions,
  handleIntegers: IntegerMode,
): VersionCheck {
  const before = catalog.require(name);
  const { rewrite, integers = handleIntegers, limit, onRow } = checkOptions(options);
  const { traits } = catalog;
  const schema = checkVersionDescriptor(before, descriptor);
  const findings = classify(before.schema, schema);
  const after = findings.length === 0 ? before : nextState(before, schema, traits.keyBytesMax);
  if (findings.length > 0) assertVersionFits(after);
  const work = rowWorkOf(findings, rewrite);
  const known = new Set(before.indexes.map(({ id }) => id));
  // What an index that stays holds of rows that stay is unique already.
  const unique = after.indexes.filter(
    ({ id, definition }) => definition.unique && (work === "rewrite" || !known.has(id)),
  );
  const dryRun = new DryRun({ before, after, rewrite, integers }, traits, work === "rewrite", unique, limit);
  if (work !== "none" || unique.length > 0 || onRow !== undefined) dryRun.run(reader, onRow);
  const { failing, problems, violations, first } = dryRun;
  return {
    name: before.name,
    version: after.version,
    findings,
    rows: reader.count(before.rows),
    failing,
    problems,
    uniqueViolations: { count: violations, first },
  };
}

const OPTION_NAMES = ["rewrite", "integers", "limit", "onRow"];

function checkOptions(options: CheckOptions): {
  readonly rewrite: Rewrite | undefined;
  readonly integers: IntegerMode | undefined;
  readonly limit: number;
  readonly onRow: CheckOptions["onRow"];
} {
  refuseUnknownOptions(options, OPTION_NAMES);
  const { rewrite, integers, limit = LIMIT, onRow } = options;
  checkRewrite(rewrite, integers, "checkVersion");
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw argumentInvalid("options.limit", "a count from 0", limit);
  if (onRow !== undefined && typeof onRow !== "function")
    throw argumentInvalid("options.onRow", "a function of the row", onRow);
  return { rewrite, integers, limit, onRow };
}

class DryRun {
  failing = 0;
  violations = 0;
  readonly problems: RowProblem[] = [];
  readonly first: UniqueProblem[] = [];
  readonly #plan: RowChangePlan;
  readonly #nextRow: (key: Uint8Array, payload: Uint8Array) => unknown;
  readonly #valueBytesMax: number | undefined;
  readonly #rewrites: boolean;
  readonly #unique: readonly IndexState[];
  readonly #limit: number;

  constructor(
    plan: RowChangePlan,
    { valueBytesMax }: Partial<StoreTraits>,
    rewrites: boolean,
    unique: readonly IndexState[],
    limit: number,
  ) {
    this.#plan = plan;
    this.#nextRow = compileNextRow(plan);
    this.#valueBytesMax = valueBytesMax;
    this.#rewrites = rewrites;
    this.#unique = unique;
    this.#limit = limit;
  }

  run(reader: StoreReader, onRow?: CheckOptions["onRow"]): void {
    const { before } = this.#plan;
    const { rows } = before;
    const collectors = new Map(this.#unique.map((index) => [index, new HashCollector()]));
    for (const [key, payload] of scanInChunks(reader, rows)) {
      const result = this.#rowOrIssues(key, payload);
      if ("issues" in result) {
        this.#note(key, result.issues);
        continue;
      }
      onRow?.(result.row, keyOf(before, key));
      for (const [index, collector] of collectors)
        withValue(index, result.row, (bytes) => collector.add(bytes));
    }
    const finders = new Map<IndexState, RepeatFinder>();
    for (const [index, collector] of collectors) {
      const finder = collector.candidates();
      if (finder !== undefined) finders.set(index, finder);
    }
    if (finders.size > 0) this.#findRepeated(reader, finders);
  }

  #findRepeated(reader: StoreReader, finders: ReadonlyMap<IndexState, RepeatFinder>): void {
    const { before } = this.#plan;
    for (const [key, payload] of scanInChunks(reader, before.rows)) {
      const result = this.#rowOrIssues(key, payload);
      if ("issues" in result) continue;
      let violated = false;
      for (const [index, finder] of finders) {
        withValue(index, result.row, (bytes, value) => {
          const holder = finder.holderOf(bytes, key);
          if (holder === undefined) return;
          violated = true;
          if (this.first.length >= this.#limit) return;
          const { name } = index.definition;
          this.first.push({ index: name, value, key: keyOf(before, key), holder: keyOf(before, holder) });
        });
      }
      if (violated) this.violations++;
    }
  }

  #rowOrIssues(
    key: Uint8Array,
    payload: Uint8Array,
  ): { readonly row: Row } | { readonly issues: readonly ValidationIssue[] } {
    let made: unknown;
    try {
      made = this.#nextRow(key, payload);
    } catch (error) {
      return { issues: issuesOf(error) };
    }
    try {
      const issues = this.#plan.after.validate(made);
      if (issues.length > 0) return { issues };
      const row = refuseMisfit(this.#plan, key, made);
      if (this.#rewrites) encodeFitting(this.#plan, key, row, this.#valueBytesMax);
      return { row };
    } catch (error) {
      if (!isModelVaultError(error)) throw error;
      return { issues: issuesOf(error) };
    }
  }

  #note(key: Uint8Array, issues: readonly ValidationIssue[]): void {
    this.failing++;
    if (this.problems.length < this.#limit)
      this.problems.push({ key: keyOf(this.#plan.before, key), issues });
  }
}

function withValue(
  { kind, definition }: IndexState,
  row: Row,
  use: (bytes: Uint8Array, value: Value) => void,
): void {
  const value = valueAt(row, definition.path);
  if (value !== null) use(encodeIndexValue(kind, value), value);
}

/** An error that lists issues of its own knows better where in the row they are. */
function issuesOf(error: unknown): readonly ValidationIssue[] {
  if (isModelVaultError(error) && error.issues.length > 0) return error.issues;
  const message = error instanceof Error ? error.message : String(error);
  const rule = isModelVaultError(error) ? error.code : "rewrite";
  return [{ message, path: [], rule, expected: "a row that fits the new version", actual: message }];
}
