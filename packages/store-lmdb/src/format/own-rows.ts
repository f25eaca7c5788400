/**
 * What the driver itself keeps in the tree, under the keys of its own map:
 *
 *   (empty)          "modelvault" and the format, one byte each
 *   01               the revision, 8 bytes, highest first
 *   02  prefix       the number of entries of a keyspace, 8 bytes, highest first
 *
 * The format says how the tree is laid out. A vault of a newer one is refused, and so is a tree that has entries but no such row: another
 * program's.
 */
import { ModelVaultError } from "@modelvault/core";
import type { Environment } from "../native/environment.ts";
import type { MapPlace } from "../pages/page-map.ts";
import { OWN_SPACE, PREFIX_BYTES_MAX, type Space, writePrefix } from "./keys.ts";

const FORMAT_KEY: Uint8Array = new Uint8Array(0);
/** Of the row of the revision. */
export const REVISION_KEY: Uint8Array = Uint8Array.of(1);
const COUNT = 2;

const NAME = "modelvault";
const FORMAT = 1;

/** Where rows are read, given the state they are read in: LMDB and the address of a transaction, or what knows better. */
export interface RowSource<State> {
  get(space: Space, key: Uint8Array, state: State): Uint8Array | undefined;
}

/** Whether the vault has been written to yet. @throws file_not_vault, file_version_unsupported */
export function checkFormat(env: Environment, txn: number, isEmpty: boolean): boolean {
  const row = env.get(OWN_SPACE, FORMAT_KEY, txn);
  if (row === undefined && isEmpty) return false;
  judgeFormat(env.path, row);
  return true;
}

/** @param row what a tree that has entries has under the first key; undefined: nothing. @throws file_not_vault, file_version_unsupported */
export function judgeFormat(path: string, row: Uint8Array | undefined): void {
  if (row === undefined || !startsWithName(row)) {
    throw new ModelVaultError(
      "file_not_vault",
      `"${path}" is an LMDB environment of another program: it has entries, but none that says it is a vault.`,
      { path },
    );
  }
  const format = row[NAME.length];
  if (row.length === NAME.length + 1 && format === FORMAT) return;
  throw new ModelVaultError(
    "file_version_unsupported",
    `"${path}" is a vault in format ${format}; this version of store-lmdb reads format ${FORMAT}.`,
    { path, ...(format === undefined ? {} : { format }), supported: [FORMAT] },
  );
}

function startsWithName(row: Uint8Array): boolean {
  if (row.length <= NAME.length) return false;
  for (let i = 0; i < NAME.length; i++) if (row[i] !== NAME.charCodeAt(i)) return false;
  return true;
}

export function writeFormat(env: Environment): void {
  const row = new Uint8Array(NAME.length + 1);
  for (let i = 0; i < NAME.length; i++) row[i] = NAME.charCodeAt(i);
  row[NAME.length] = FORMAT;
  env.set(OWN_SPACE, FORMAT_KEY, row);
}

export function readRevision<State>(source: RowSource<State>, state: State): number {
  return readNumber(source, REVISION_KEY, state);
}

/** Where LMDB has the file in memory, told by a row that every vault has; undefined: that cannot be told now. */
export function mapPlace(env: Environment): MapPlace | undefined {
  return env.mapPlace(OWN_SPACE, FORMAT_KEY);
}

export function writeRevision(env: Environment, revision: number): void {
  writeNumber(env, REVISION_KEY, revision);
}

export function readCount<State>(source: RowSource<State>, space: Space, state: State): number {
  return readNumber(source, countKey(space), state);
}

/** Of the row that counts the entries of a keyspace. */
export function countKey(space: Space): Uint8Array {
  const key = new Uint8Array(1 + PREFIX_BYTES_MAX);
  key[0] = COUNT;
  return key.subarray(0, writePrefix(key, 1, space));
}

/** The number in a row of the driver, 0 when there is none. */
export function readNumber<State>(source: RowSource<State>, key: Uint8Array, state: State): number {
  const row = source.get(OWN_SPACE, key, state);
  if (row === undefined) return 0;
  let number = 0;
  for (let i = 0; i < row.length; i++) number = number * 256 + (row[i] as number);
  return number;
}

const numberRow = new Uint8Array(8);

export function writeNumber(env: Environment, key: Uint8Array, number: number): void {
  let rest = number;
  for (let i = 7; i >= 0; i--) {
    numberRow[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  env.set(OWN_SPACE, key, numberRow);
}
