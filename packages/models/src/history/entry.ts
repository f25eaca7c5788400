/**
 * The vault's memory of its migrations: one note per applied plan, in the system collection, written in the transaction that applied it. An
 * entry holds the steps, and the schemas before, which is what reverting takes.
 */
import { type CollectionDescriptor, ModelVaultError } from "@modelvault/core";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { refuseAsync } from "../define/refuse-async.ts";
import { decodeExact, encodeExact } from "../plan/exact-json.ts";
import type { CollectionChange } from "../plan/plan-data.ts";
import type { Step } from "../plan/step.ts";
import type { VariantNeed } from "../plan/variant-needs.ts";

/** One applied plan. */
export interface HistoryEntry {
  /** From 1, in the order in which they were applied. */
  readonly number: number;
  /** Hash of the plan. */
  readonly hash: string;
  readonly base: string;
  readonly target: string;
  readonly concerns: readonly string[];
  /** When it was applied, in milliseconds since 1970. */
  readonly appliedAt: number;
  /** What the program that applied it calls itself. */
  readonly program?: string;
  readonly steps: readonly Step[];
  readonly changes: readonly CollectionChange[];
  /** Schemas before, of the collections that were there, in the order of `changes`. */
  readonly before: readonly CollectionDescriptor[];
  /** What variants of unions required before, of the collections that had such needs. */
  readonly variants?: readonly { readonly name: string; readonly needs: readonly VariantNeed[] }[];
  /** The number of the entry that this one undid. */
  readonly reverts?: number;
}

/** What reads a vault's notes: databases, transactions, views. */
export interface NoteReader {
  notes(prefix?: string): [key: string, value: Uint8Array][];
}

export interface NoteWriter extends NoteReader {
  setNote(key: string, value: Uint8Array | undefined): void;
}

const PREFIX = "migrations/";
const DIGITS = 8;

/** Every plan that was applied to the vault, oldest first. */
export function history(db: NoteReader): HistoryEntry[] {
  refuseAsync("db", db, "asyncHistory");
  return db.notes(PREFIX).map(([key, value]) => readEntry(key, value));
}

/** Adds an entry and gives it the next number. */
export function record(db: NoteWriter, entry: Omit<HistoryEntry, "number">): HistoryEntry {
  const number = (history(db).at(-1)?.number ?? 0) + 1;
  const text = JSON.stringify(encodeExact({ format: 1, number, ...entry }));
  db.setNote(`${PREFIX}${String(number).padStart(DIGITS, "0")}`, utf8ToBytes(text));
  return { number, ...entry };
}

/** Names of the row functions that ran once and are not to run again. */
export function ranOnce(db: Partial<NoteReader>): ReadonlySet<string> {
  if (typeof db.notes !== "function") return new Set();
  const steps = history(db as NoteReader).flatMap(({ steps }) => steps);
  return new Set(steps.flatMap((step) => (step.kind === "rewriteRows" ? (step.once ?? []) : [])));
}

function readEntry(key: string, value: Uint8Array): HistoryEntry {
  try {
    const { format, ...entry } = decodeExact(JSON.parse(new TextDecoder().decode(value))) as HistoryEntry & {
      readonly format: number;
    };
    if (format === 1) return entry;
  } catch (cause) {
    throw unreadable(key, { cause });
  }
  throw unreadable(key, {});
}

function unreadable(key: string, options: { readonly cause?: unknown }): ModelVaultError {
  return new ModelVaultError(
    "plan_invalid",
    `The note "${key}" is not the record of a migration, or one of a later version of ModelVault.`,
    { note: key },
    options,
  );
}
