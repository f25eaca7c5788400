/**
 * What the details of errors are called, each with its one meaning. Details are plain data: they travel between threads and
 * into logs. docs/errors.md is made from this file, and the catalogue says which code has which of them.
 */
import type { Finding } from "../evolve/findings.ts";
import type { Value } from "../schema/types.ts";

/** Every detail an error may have. Lengths are in bytes, offsets in bytes from the beginning of a file or text. */
export interface ErrorDetail {
  /** What was found, in words: `text "12"`. */
  actual: string;
  /** The argument or option: `options.mode`. */
  argument: string;
  /** The place in a descriptor: `fields[2].type`. */
  at: string;
  /** The hash of the schemas that a plan was made for. */
  base: string;
  /** The steps that a plan may not do yet, each with collection, kind and advice. */
  blockers: readonly { readonly collection: string; readonly step: string; readonly advice: string }[];
  /** The two bounds of a scan that exclude each other. */
  bounds: readonly [string, string];
  /** What refused a row, where it was not the engine: `model`. */
  by: string;
  /** The name of a collection. */
  collection: string;
  /** The names of the collections that a plan concerns. */
  collections: readonly string[];
  /** How many transactions of a log stand intact before its damage. */
  committedBefore: number;
  /** The offset at which the last of them ends. */
  committedEnd: number;
  /** The hash of the schemas as they are. */
  current: string;
  /** How many levels a predicate may have. */
  depthMax: number;
  /** The name of a store driver. */
  driver: string;
  /** The system's name of what went wrong: `ENOSPC`. */
  errno: string;
  /** What should have been there, in words. */
  expected: string;
  /** The code of the error that came before. */
  failure: string;
  /** A field of a row, as a path: `author.name`. */
  field: string;
  /** Fields of a row, as paths. */
  fields: readonly string[];
  /** The length of a file. */
  fileBytes: number;
  /** How a new version of a schema differs from the stored one. */
  findings: readonly Finding[];
  /** The number of a data format that was found. */
  format: number;
  /** What was found: how many rows, or which bytes in hex. */
  found: string | number;
  /** The name that a collection was to be renamed from. */
  from: string;
  /** The primary key of the row that holds a value. */
  holder: Value;
  /** The computer on which a process runs. */
  host: string;
  /** How many calls were not answered yet. */
  inFlight: number;
  /** The name of an index. */
  index: string;
  /** How many transactions of a log stand intact after its damage. */
  intactTransactionsAfter: number;
  /** The primary key of a row; of a key that cannot be decoded, its first bytes in hex. */
  key: unknown;
  /** The length of a key. */
  keyBytes: number;
  /** The length a key may have. */
  keyBytesMax: number;
  /** The names there are. */
  known: readonly string[];
  /** The major number of a file's format. */
  major: number;
  /** The largest size that is allowed. */
  max: number;
  /** How many calls may be in flight. */
  maxQueued: number;
  /** The minor number of a file's format. */
  minor: number;
  /** How a vault was opened. */
  mode: string;
  /** The name of a model. */
  model: string;
  /** The offset at which the intact part after a damage begins. */
  nextIntactOffset: number | undefined;
  /** How many parts a predicate may have. */
  nodesMax: number;
  /** The key of a note. */
  note: string;
  /** The length of a note. */
  noteBytes: number;
  /** The length a note may have. */
  noteBytesMax: number;
  /** Where in a file, a payload or a text. */
  offset: number;
  /** What `openWith` was told to do. */
  onDiff: string;
  /** The path as which this process has the store open. */
  openedAs: string;
  /** The call, or what was being done to a file: `write to`. */
  operation: string;
  /** An operator of a predicate. */
  operator: string;
  /** A file; in errors about queries, rows and schemas, a field path: `author.name`. */
  path: string;
  /** A regular expression. */
  pattern: string;
  /** The number of a process. */
  pid: number;
  /** The plan that would be applied, as JSON data. */
  plan: unknown;
  /** Which row of a list of rows it was, from 0. Every error of `insertMany` has it. */
  position: number;
  /** The field that is the primary key. */
  primaryKey: string;
  /** Every mistake, with its place. */
  problems: readonly object[];
  /** Why, in a word or a sentence. */
  reason: string;
  /** Why, one sentence each. */
  reasons: readonly string[];
  /** How many rows were refused. */
  refused: number;
  /** Which worker it was: `engine` or `reader`. */
  role: string;
  /** The first of the refused rows, each with the path and the reason of its first problem. */
  rows: readonly { readonly key: unknown; readonly path: string; readonly reason: string }[];
  /** The offset at which what is committed ends. */
  safeEnd: number;
  /** What a plan does to stored rows: `safe`, `data` (looks at them, or changes them) or `loss`. */
  safety: string;
  /** The kind of a segment of a log. */
  segment: string;
  /** What ModelVault thought true. */
  sentence: string;
  /** Which of a schema's two JSON Schemas it was: `input` or `output`. */
  side: string;
  /** Since when a holder has held it, as ISO time. */
  since: string;
  /** How large it is; `what` says in what. */
  size: number;
  /** The kind of a plan's step. */
  step: string;
  /** What was meant, perhaps. */
  suggestion: string;
  /** What is supported: operators, or numbers of formats. */
  supported: readonly (string | number)[];
  /** How long a transaction may be open, in milliseconds. */
  timeoutMs: number;
  /** The type of a field. */
  type: string;
  /** A value of a row. */
  value: unknown;
  /** The length of an encoded row, or of a value of a store. */
  valueBytes: number;
  /** The length it may have. */
  valueBytesMax: number;
  /** How many values a list has. */
  values: number;
  /** How many values it may have. */
  valuesMax: number;
  /** The version of a collection's schema. */
  version: number;
  /** What is too large: `elements`, `fields`. */
  what: string;
  /** Where in a schema. */
  where: string;
}
