/**
 * What travels between the caller's thread and a worker. One message per tick and direction, each a batch:
 *
 *     caller ──▶ worker   { calls, leastRevision }     calls: runs of equal calls, single calls, words to streams
 *     worker ──▶ caller   { shapes, answers, bytes }   answers in any order; rows as payload bytes, one after another
 *
 * A batch that is one call, or one answer, is a flat list instead: structured clone takes its time by the object.
 *
 * Calls are numbered by the caller. A run is several calls of one kind on one collection made in the same tick (a thousand
 * gathered gets, say): it is one entry, with consecutive numbers. Rows travel as they are stored. Their payloads lie in
 * `bytes` in the order of the answers; each answer says how long they are and which shape decodes them, and a shape
 * travels once. Everything is plain data for structured clone.
 */
import type { MessagePort } from "node:worker_threads";
import type { FieldPath, IntegerMode, PlainError, StateParts } from "@modelvault/core";

/** Scope of a call: 0 is the database, another number an open transaction, savepoint or view. */
export type ScopeId = number;
export const DATABASE_SCOPE: ScopeId = 0;

/** A collection: by name, or with another way than the handle's to give integers, or in one edition only. */
export type CollectionRef =
  | string
  | readonly [name: string, integers: IntegerMode | undefined, edition?: string | undefined];

/** Calls with one argument that are sent as runs. */
export type RunOp = "get" | "has" | "insert" | "put" | "delete";

/** A word in shared memory by which a call is claimed: the worker begins it, or the caller calls it off, whoever comes first. */
export type Claim = Int32Array<SharedArrayBuffer>;
export const WAITING = 0;
export const BEGUN = 1;
export const CALLED_OFF = 2;

/** A run: ids from `first` on, one for each item. */
export type RunEntry = readonly [
  kind: "run",
  first: number,
  scope: ScopeId,
  op: RunOp,
  collection: CollectionRef,
  items: unknown[],
];
export type CallEntry = readonly [
  kind: "call",
  id: number,
  scope: ScopeId,
  op: string,
  args: readonly unknown[],
  claim?: Claim | undefined,
];
/** A call whose arguments structured clone would refuse, spelled out (`odd-values.ts`). */
export type OddEntry = readonly [
  kind: "odd",
  id: number,
  scope: ScopeId,
  op: string,
  args: unknown,
  claim?: Claim | undefined,
];
/** Chunks of a stream that are sent before the caller asks for more. */
export const CHUNKS_FIRST = 2;
/** More chunks of a stream may be sent. */
export type MoreEntry = readonly [kind: "more", id: number, chunks: number];
/** Nobody reads on. */
export type LeaveEntry = readonly [kind: "leave", id: number];
export type Entry = RunEntry | CallEntry | OddEntry | MoreEntry | LeaveEntry;

export interface CallBatch {
  readonly calls: readonly Entry[];
  /** Reads must show this revision at least. */
  readonly leastRevision: number;
}

/** A batch of one run with one item. */
export type SingleCall = readonly [
  leastRevision: number,
  id: number,
  scope: ScopeId,
  op: RunOp,
  collection: CollectionRef,
  item: unknown,
];

/** What decodes payloads: a state, which travels as plain data with the first of its shapes, and the selected paths. */
export interface Shape {
  readonly state: number;
  readonly parts?: StateParts;
  readonly paths: readonly FieldPath[] | undefined;
}

/** An error that ModelVault did not throw. */
export interface ForeignError {
  readonly foreign: string;
  readonly message: string;
  readonly stack?: string;
  /** As of an error of Node: `"ENOENT"`. */
  readonly code?: string | number;
  readonly cause?: WireError;
}
export type WireError = PlainError | ForeignError;

/** Values of consecutive calls. */
export type ValuesAnswer = readonly [kind: "values", first: number, values: readonly unknown[]];
/** Rows of consecutive calls: lengths in bytes, −1 where there is no row. */
export type RowsAnswer = readonly [kind: "rows", first: number, shape: number, lengths: readonly number[]];
export type ErrorAnswer = readonly [kind: "error", id: number, error: WireError];
/** A part of a stream's rows. The last one has `ending`, the rest of what the call returns. */
export type ChunkAnswer = readonly [
  kind: "chunk",
  id: number,
  shape: number,
  lengths: readonly number[],
  ending?: { readonly next: string | null },
];
/** A report for the observer. */
export type ReportAnswer = readonly [kind: "report", method: string, report: unknown];
/** Rows that the caller is to put through the function of a call; the worker stands still until they are back (`asking.ts`). */
export type AskAnswer = readonly [kind: "ask", id: number, shape: number, lengths: readonly number[]];
/** What came of an ask. `failed`: the function threw at the row behind these, or nobody waits for the call any longer. */
export interface Asked {
  readonly rows: unknown;
  /** The rows cannot be cloned, and are spelled out (`odd-values.ts`). */
  readonly odd: boolean;
  readonly failed: boolean;
  /** What the function threw, for those who go on; the caller keeps the error itself. */
  readonly error?: WireError;
}
/** Name under which the worker says that a call failed because the function of the caller did. */
export const ASK_FAILED = "AskFailed";
/** How far a long maintenance call has come. */
export type ProgressAnswer = readonly [kind: "progress", id: number, progress: unknown];
export type Answer =
  | ValuesAnswer
  | RowsAnswer
  | ErrorAnswer
  | ChunkAnswer
  | ReportAnswer
  | AskAnswer
  | ProgressAnswer;

export interface AnswerBatch {
  readonly shapes: readonly (readonly [number: number, shape: Shape])[];
  readonly answers: readonly Answer[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the last commit that an answer up to here tells of. */
  readonly revision: number;
}

/** A batch of one answer without shapes: a value, or a row (undefined: there is none). */
export type SingleAnswer =
  | readonly [revision: number, id: number, value: unknown]
  | readonly [revision: number, id: number, shape: number, payload: Uint8Array | undefined];

/** The first message of a worker. */
export interface Opened {
  readonly opened: true;
  readonly revision: number;
  /** Whether more workers may read the same place. */
  readonly shared: boolean;
  /** Whether the data outlives a worker. */
  readonly persistent: boolean;
}
export interface NotOpened {
  readonly opened: false;
  readonly error: WireError;
}

/** A driver, to be built again in the worker. */
export interface DriverReference {
  readonly moduleUrl: string;
  readonly factory: string;
  readonly args: readonly unknown[];
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly driver: DriverReference;
  readonly options: { readonly integers: "number" | "bigint"; readonly lockWaitMs?: number };
  /** Names of the observer's callbacks. */
  readonly observed: readonly string[];
  /** Readers take no writes. */
  readonly role: "engine" | "reader";
  /** Where answers to asks come in, and the word that says they did. */
  readonly asked: MessagePort;
  readonly bell: Int32Array<SharedArrayBuffer>;
  /** Set at the end of the worker, when its database is released. */
  readonly gone: Int32Array<SharedArrayBuffer>;
}

/** Tells a worker to end by itself: to be ended in the middle of a transaction would leave its driver no moment to release the store. */
export interface Leave {
  readonly leave: true;
}
