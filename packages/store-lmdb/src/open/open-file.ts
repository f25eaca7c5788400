/**
 * Opens the file of a vault. One handle a thread may write: a second one in the same thread would wait for the first for ever, so it is refused.
 * Handles of other threads and processes are not counted here; LMDB keeps their transactions apart.
 */
import type { Stats } from "node:fs";
import { totalmem } from "node:os";
import { dirname, sep } from "node:path";
import { ModelVaultError } from "@modelvault/core";
import { checkFormat } from "../format/own-rows.ts";
import { Environment } from "../native/environment.ts";
import type { CheckedLmdbOptions } from "../options.ts";
import { checkHead } from "./check-head.ts";
import {
  fileError,
  lockPathOf,
  makeLockFile,
  realPathOf,
  refusal,
  refuseTooManyFiles,
  statOf,
} from "./files.ts";

/** The map is room in the address space alone; LMDB makes it larger when the file outgrows it. */
const MAP_BYTES = 67_108_864;

/** Paths that this thread writes to, by device and inode. Global, for a package may be loaded twice (hot reload, two versions). */
const REGISTRY: unique symbol = Symbol.for("modelvault.store-lmdb.writers") as never;

function writers(): Map<string, string> {
  const holder = globalThis as { [REGISTRY]?: Map<string, string> };
  holder[REGISTRY] ??= new Map();
  return holder[REGISTRY];
}

/** Paths that other threads write to on behalf of this one, by device and inode, with how many handles do. */
const ELSEWHERE: unique symbol = Symbol.for("modelvault.store-lmdb.elsewhere") as never;

function elsewhere(): Map<string, number> {
  const holder = globalThis as { [ELSEWHERE]?: Map<string, number> };
  holder[ELSEWHERE] ??= new Map();
  return holder[ELSEWHERE];
}

/** Keeps this thread from writing to a place that another one writes to on its behalf. Returns what ends that. @throws store_in_use */
export function noteElsewhere(path: string): () => void {
  const stats = statOf(path);
  if (stats === undefined) return () => undefined;
  const id = idOf(stats);
  const holder = writers().get(id);
  if (holder !== undefined) throw inUse(path, holder);
  elsewhere().set(id, (elsewhere().get(id) ?? 0) + 1);
  let isNoted = true;
  return () => {
    if (!isNoted) return;
    isNoted = false;
    const left = (elsewhere().get(id) ?? 0) - 1;
    if (left > 0) elsewhere().set(id, left);
    else elsewhere().delete(id);
  };
}

/** The open file of a vault, to be closed by whoever opened it. */
export interface OpenFile {
  readonly env: Environment;
  /** Whether it says already that it is a vault: a new one does so with its first commit. */
  readonly isFormatted: boolean;
  /**
   * Makes sure that the file and its lock file are still those that were opened: what is written to a file that was removed is lost, and another lock
   * file lets others write at the same time. @throws store_io
   */
  refuseMoved(): void;
  close(): void;
}

/** @throws store_io, store_full, store_in_use, file_not_vault, file_version_unsupported, file_damaged, store_readers_full, store_read_only */
export function openFile(path: string, options: CheckedLmdbOptions): OpenFile {
  const stats = statOf(path);
  if (stats?.isDirectory() || (stats === undefined && (path.endsWith("/") || path.endsWith(sep))))
    throw isFolder(path);
  if (stats !== undefined && !stats.isFile()) throw isNoFile(path, path);
  const reads = options.mode === "read";
  if (stats === undefined && (reads || !options.createIfMissing)) throw missing(path);
  if (!reads && stats !== undefined) refuseInUse(path, stats);
  const real = realPathOf(path);
  if (stats !== undefined) checkHead(real);
  // Threads of a process share LMDB's environment: what may be written is opened so, or a reader that came first would keep writers out.
  const readOnly = !hasAccess(real, stats !== undefined, reads);
  const readAhead = options.readAhead ?? (stats?.size ?? 0) < totalmem() / 2;
  if (!readOnly || refusal(dirname(real), "write") === undefined) makeLockFile(real, options.readersMax);
  refuseTooManyFiles(real);
  const env = new Environment({
    path: real,
    readOnly,
    mapBytes: MAP_BYTES,
    readersMax: options.readersMax,
    readAhead,
  });
  try {
    return checkedFile(env, reads);
  } catch (error) {
    env.close();
    throw error;
  }
}

/** The file and its lock file, as they are now. */
const placeOf = (path: string): string => `${idOf(statOf(path))} ${idOf(statOf(lockPathOf(path)))}`;

function checkedFile(env: Environment, reads: boolean): OpenFile {
  const { path } = env;
  const place = placeOf(path);
  const refuseMoved = (): void => {
    if (placeOf(path) !== place) throw moved(path);
  };
  if (!reads && env.readOnly) throw sharedReadOnly(path);
  const { address } = env.first;
  const isFormatted = checkFormat(env, address, env.cursors.isEmpty(address));
  env.reset(env.first);
  if (reads) return { env, isFormatted, refuseMoved, close: () => env.close() };
  const id = idOf(statOf(path));
  writers().set(id, path);
  const close = (): void => {
    writers().delete(id);
    env.close();
  };
  return { env, isFormatted, refuseMoved, close };
}

/** Whether the file may be written; a reader can do without. Whatever LMDB would refuse is refused here. @throws store_io */
function hasAccess(path: string, exists: boolean, reads: boolean): boolean {
  const folder = dirname(path);
  const onFile = exists ? refusal(path, "write") : refusal(folder, "write");
  if (onFile !== undefined && !reads) throw fileError(onFile, path, "write");
  const mayNotRead = exists ? refusal(path, "read") : undefined;
  if (mayNotRead !== undefined) throw fileError(mayNotRead, path, "read");
  // Readers are known by their entries in the lock file, so they must be able to write there; on a read-only medium there are no writers.
  const lock = lockPathOf(path);
  const lockStats = statOf(lock);
  if (lockStats !== undefined && !lockStats.isFile()) throw isNoFile(path, lock);
  const onLock = refusal(lockStats === undefined ? folder : lock, "write");
  if (onLock !== undefined && onLock.code !== "EROFS") throw fileError(onLock, lock, "write");
  return onFile === undefined && onLock === undefined;
}

function refuseInUse(path: string, stats: Stats): void {
  const holder = writers().get(idOf(stats));
  if (holder !== undefined) throw inUse(path, holder);
  if (!elsewhere().has(idOf(stats))) return;
  throw new ModelVaultError(
    "store_in_use",
    `This thread has "${path}" open for writing through an AsyncDatabase, whose transactions only this thread can end: a write from here would wait for one of them for ever. Write through that handle, or open this one with mode "read".`,
    { path, openedAs: path },
  );
}

function inUse(path: string, holder: string): ModelVaultError {
  return new ModelVaultError(
    "store_in_use",
    `This thread has "${path}" open for writing already, and a second handle would wait for the first for ever. Open it once and share the handle: export it from a module, or keep it on globalThis where modules are reloaded. Mode "read", other threads and other processes may open it as often as they like.`,
    { path, openedAs: holder },
  );
}

function idOf(stats: Stats | undefined): string {
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}

function isFolder(path: string): ModelVaultError {
  return new ModelVaultError(
    "store_io",
    `"${path}" is a directory, or is spelled like one; a vault is one file. (Other programs keep an LMDB environment in a directory: its file is data.mdb.)`,
    { path, operation: "open", errno: "EISDIR" },
  );
}

/** A pipe, a device, or a directory in the place of the lock file, all of which LMDB would stumble over. */
function isNoFile(path: string, found: string): ModelVaultError {
  return new ModelVaultError(
    "store_io",
    `"${found}" is no regular file; a vault is one, with another beside it that LMDB locks.`,
    { path, operation: "open", errno: "EINVAL" },
  );
}

function moved(path: string): ModelVaultError {
  return new ModelVaultError(
    "store_io",
    `"${path}" or its lock file was removed, replaced or moved while it is open here: what was written now would be lost, or collide with what others write. Close the vault and open it again. (To replace a vault that is open, use restore.)`,
    { path, operation: "write to", errno: "ESTALE" },
  );
}

function missing(path: string): ModelVaultError {
  return new ModelVaultError("store_io", `There is no file "${path}".`, {
    path,
    operation: "open",
    errno: "ENOENT",
  });
}

function sharedReadOnly(path: string): ModelVaultError {
  return new ModelVaultError(
    "store_read_only",
    `"${path}" cannot be opened for writing: the file cannot be written, or this process has it open for reading only.`,
    { path },
  );
}
