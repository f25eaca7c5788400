/**
 * Takes the rows and indexes of a collection from one schema version to the next, as far as the findings ask for: rows that stay valid as they
 * are stay as they are stored, and are at most looked at; entries are made for indexes that are new.
 */
import type { CollectionState, IndexState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { changeIndexEntries } from "../index/index-entries.ts";
import type { Row } from "../schema/types.ts";
import type { MaintenanceProgress } from "../store/maintenance.ts";
import { scanInChunks } from "../transaction/chunked-scan.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { emptySpace } from "./empty-space.ts";
import type { Finding } from "./findings.ts";
import { compileNextRow, encodeFitting, type RowChangePlan, refuseMisfit } from "./next-row.ts";

/** Rows between two reports. */
const REPORT_ROWS = 1024;

/** A change of version, of which the schema is written. */
export interface Migration extends RowChangePlan {
  readonly findings: readonly Finding[];
  readonly onProgress?: ((progress: MaintenanceProgress) => void) | undefined;
}

/** Whether rows must be written anew, or looked at, or neither. */
export function rowWorkOf(findings: readonly Finding[], rewrite: unknown): "none" | "check" | "rewrite" {
  if (rewrite !== undefined || findings.some(({ work }) => work === "rewrite" || work === "discard"))
    return "rewrite";
  return findings.some(({ work }) => work === "check") ? "check" : "none";
}

/** Does all of it. @throws migration_row_invalid, unique_violation, primary_key_changed, row_too_large, update_reentrant, and what the caller's functions throw */
export function migrateRows(session: WriteSession, migration: Migration): void {
  const { before, after, findings, rewrite } = migration;
  dropGoneIndexes(session, before, after);
  session.catalog = session.catalog.withRewriting(after.id);
  const work = rowWorkOf(findings, rewrite);
  if (work === "rewrite") rewriteRows(session, migration);
  else keepRows(session, migration, work === "check");
  session.catalog = session.catalog.withRewritten(after.id);
}

function dropGoneIndexes(session: WriteSession, before: CollectionState, after: CollectionState): void {
  const kept = new Set(after.indexes.map(({ id }) => id));
  for (const { id, space } of before.indexes) if (!kept.has(id)) emptySpace(session, space);
}

/** Looks at rows that stay as they are, and fills indexes that are new. */
function keepRows(session: WriteSession, migration: Migration, check: boolean): void {
  const { before, after } = migration;
  const known = new Set(before.indexes.map(({ id }) => id));
  const added = after.indexes.filter(({ id }) => !known.has(id));
  if (added.length === 0 && !check) return;
  const onlyAdded: CollectionState = { ...after, indexes: added };
  const indexed = added.map(({ definition }) => definition.path);
  const decode = check ? undefined : after.decoder("exact", indexed);
  const nextRow = compileNextRow(migration);
  const report = progressOf(session, migration);
  for (const [key, payload] of scanInChunks(session.journal, after.rows)) {
    const row = decode === undefined ? refuseMisfit(migration, key, nextRow(key, payload)) : decode(payload);
    changeIndexEntries(session.journal, onlyAdded, key, undefined, row);
    report(1);
  }
  report(0);
}

/**
 * Writes every row anew. Indexes that stay change where a row's value does. Only where a function makes the rows a unique value may move from one row to
 * another, and then the entries of that index go first, all of them.
 */
function rewriteRows(session: WriteSession, migration: Migration): void {
  const { before, after, rewrite } = migration;
  const { journal } = session;
  const known = new Set(before.indexes.map(({ id }) => id));
  const stays = ({ id, definition }: IndexState): boolean =>
    known.has(id) && (rewrite === undefined || !definition.unique);
  const staying: CollectionState = { ...after, indexes: after.indexes.filter(stays) };
  const filling: CollectionState = { ...after, indexes: after.indexes.filter((index) => !stays(index)) };
  for (const { space } of filling.indexes) emptySpace(session, space);
  const stayingPaths = staying.indexes.map(({ definition }) => definition.path);
  const decodeOld = stayingPaths.length === 0 ? undefined : before.decoder("exact", stayingPaths);
  const nextRow = compileNextRow(migration);
  const report = progressOf(session, migration);
  const { valueBytesMax } = session.traits;
  for (const [key, payload] of scanInChunks(journal, before.rows)) {
    const made = refusingWrites(session, after, "rewrite", () => nextRow(key, payload));
    const row: Row = refuseMisfit(migration, key, made);
    const next = encodeFitting(migration, key, row, valueBytesMax);
    journal.change(after.rows, key, payload, next);
    changeIndexEntries(journal, filling, key, undefined, row);
    changeIndexEntries(journal, staying, key, decodeOld?.(payload), row);
    report(1);
  }
  report(0);
}

/** A counter of rows that reports now and then, and at the end, when it is given 0. */
function progressOf(session: WriteSession, { after, onProgress }: Migration): (rows: 0 | 1) => void {
  if (onProgress === undefined) return () => undefined;
  const total = session.journal.count(after.rows);
  let done = 0;
  return (rows) => {
    done += rows;
    if (rows === 0 || (done % REPORT_ROWS === 0 && done < total))
      refusingWrites(session, after, "onProgress", () => onProgress({ done, total, unit: "rows" }));
  };
}

/** Half of the rows are of the old version and indexes are being filled: nothing may be written from outside now. */
function refusingWrites<T>(
  session: WriteSession,
  { name }: CollectionState,
  what: "rewrite" | "onProgress",
  work: () => T,
): T {
  const { operations } = session.journal;
  const result = work();
  if (session.journal.operations === operations) return result;
  throw new ModelVaultError(
    "update_reentrant",
    `The ${what} function for "${name}" wrote to the database while rows were on their way to a new version.`,
    { collection: name },
  );
}
