/**
 * Registering collections and new schema versions. A version is classified first; what would not fit stored rows
 * is refused, or done in one transaction with the rows checked or rewritten: all of it or nothing.
 */
import { putNewCollection, putNextVersion } from "../catalog/write-schema.ts";
import type { CollectionState, IntegerMode } from "../collection/collection-state.ts";
import { argumentInvalid, refuseUnknownOptions } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction } from "../errors/refuse-promise.ts";
import { checkCollection } from "../schema/check-collection.ts";
import type { MaintenanceProgress } from "../store/maintenance.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { classify, type Finding, worstOf } from "./classify.ts";
import { migrateRows } from "./migrate-rows.ts";
import type { Rewrite } from "./next-row.ts";
import { checkVersionDescriptor, type VersionDescriptor } from "./version-descriptor.ts";

/** What a registration came to. */
export interface Registration {
  readonly name: string;
  /** Current schema version of the collection, from 1. */
  readonly version: number;
  /** Whether anything was written: registering what is there already writes nothing. */
  readonly changed: boolean;
  /** What a new version changed, all of it; empty for a new collection. */
  readonly findings: readonly Finding[];
}

/** Creates a collection, or finds that it exists with this very schema. @throws schema errors, collection_exists */
export function registerCollection(session: WriteSession, descriptor: unknown): Registration {
  const { name, schema } = checkCollection(descriptor);
  const existing = session.catalog.find(name);
  if (existing !== undefined) {
    const findings = classify(existing.schema, schema);
    if (findings.length === 0)
      return { name: existing.name, version: existing.version, changed: false, findings };
    throw new ModelVaultError(
      "collection_exists",
      `The collection "${existing.name}" exists with another schema (${listFindings(findings)}); use registerVersion to change it.`,
      { collection: existing.name, version: existing.version, findings },
    );
  }
  const state = putNewCollection(session, name, schema);
  return { name: state.name, version: 1, changed: true, findings: [] };
}

export interface VersionOptions {
  /**
   * How far the change may go. `"safe"` (default): no stored row is touched. `"migration"`: stored rows are checked, and
   * rewritten where `rewrite` is given. `"breaking"`: fields and values may be lost as well.
   */
  readonly accept?: "safe" | "migration" | "breaking";
  /**
   * Makes the new row from the old one (in the shape of the old schema) and its key, for every stored row. Fields with a default may be left out. It may
   * read other collections; it may not write, nor read the collection whose rows are on their way (`update_reentrant`).
   */
  readonly rewrite?: Rewrite;
  /** How `rewrite` is handed 64-bit integers. Default: as the handle reads them. `"exact"` is a number where it fits and else a bigint. */
  readonly integers?: IntegerMode;
  /** Told now and then how many rows were looked at or rewritten, and at the end. What it throws ends all, and nothing is changed. */
  readonly onProgress?: (progress: MaintenanceProgress) => void;
}

const ACCEPTED = ["safe", "migration", "breaking"] as const;

/**
 * Gives a collection a new schema version, or finds that nothing differs.
 * @throws collection_unknown, schema errors, migration_required, breaking_change, migration_row_invalid, unique_violation
 */
export function registerVersion(
  session: WriteSession,
  name: string,
  descriptor: VersionDescriptor,
  options: VersionOptions,
  handleIntegers: IntegerMode,
): Registration {
  const before = session.catalog.require(name);
  const { accept, rewrite, integers = handleIntegers, onProgress } = checkVersionOptions(options);
  const schema = checkVersionDescriptor(before, descriptor);
  refuseChangedSchema(session, before);
  const findings = classify(before.schema, schema);
  if (findings.length === 0 && rewrite === undefined) {
    return { name: before.name, version: before.version, changed: false, findings };
  }
  const worst = findings.length === 0 ? "safe" : worstOf(findings);
  refuseBeyond(accept, worst, before, findings);
  const after = putNextVersion(session, before, schema);
  migrateRows(session, { before, after, findings, rewrite, integers, onProgress });
  return { name: after.name, version: after.version, changed: true, findings };
}

/** Options and descriptors are the caller's objects: a getter of theirs may have registered a version meanwhile. */
function refuseChangedSchema(session: WriteSession, before: CollectionState): void {
  if (session.catalog.find(before.name) === before) return;
  throw new ModelVaultError(
    "update_reentrant",
    `The schema of "${before.name}" was changed while the descriptor of its new version was read.`,
    { collection: before.name },
  );
}

const OPTION_NAMES = ["accept", "rewrite", "integers", "onProgress"];

function checkVersionOptions(
  options: VersionOptions,
): VersionOptions & Required<Pick<VersionOptions, "accept">> {
  refuseUnknownOptions(options, OPTION_NAMES);
  const { accept = "safe", rewrite, integers, onProgress } = options;
  if (!ACCEPTED.includes(accept))
    throw argumentInvalid("options.accept", '"safe", "migration" or "breaking"', accept);
  checkRewrite(rewrite, integers, "registerVersion");
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw argumentInvalid("options.onProgress", "a function", onProgress);
  return {
    accept,
    ...(rewrite === undefined ? {} : { rewrite }),
    ...(integers === undefined ? {} : { integers }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

/** @throws argument_invalid, callback_async */
export function checkRewrite(rewrite: unknown, integers: unknown, call: string): void {
  if (integers !== undefined && integers !== "number" && integers !== "bigint" && integers !== "exact")
    throw argumentInvalid("options.integers", '"number", "bigint" or "exact"', integers);
  if (rewrite !== undefined && typeof rewrite !== "function")
    throw argumentInvalid("options.rewrite", "a function of the row", rewrite);
  refuseAsyncFunction(rewrite, "options.rewrite", call);
}

function refuseBeyond(
  accept: "safe" | "migration" | "breaking",
  worst: Finding["class"],
  state: CollectionState,
  findings: readonly Finding[],
): void {
  const details = { collection: state.name, version: state.version, findings };
  if (worst === "breaking" && accept !== "breaking") {
    throw new ModelVaultError(
      "breaking_change",
      `The new version of "${state.name}" breaks stored rows: ${listFindings(findings)}. To go on all the same, pass { accept: "breaking" }.`,
      details,
    );
  }
  if (worst === "needs_migration" && accept === "safe") {
    throw new ModelVaultError(
      "migration_required",
      `The new version of "${state.name}" needs its rows migrated: ${listFindings(findings)}. Pass { accept: "migration" }, with a rewrite function where rows must change.`,
      details,
    );
  }
}

function listFindings(findings: readonly Finding[]): string {
  return findings
    .filter((finding) => finding.class === worstOf(findings))
    .map((finding) => finding.reason.replace(/\.$/, ""))
    .join("; ");
}
