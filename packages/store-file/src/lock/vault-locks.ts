/**
 * Who may open a vault. A writer takes exclusive flocks on the database file and then on the sidecar `<vault>.writer.lock`, in
 * upstream's order, so that running processes of either engine keep each other out. A reader takes a shared flock on the sidecar
 * and so keeps writers out while it reads; a follower takes none, for committed bytes are never changed in place.
 *
 * Where there is no flock, a file that names the writer's process is the lock between writers of this package; a reader then only looks
 * whether there is one.
 *
 * Within a process a second writer is refused before any lock is tried, with an error that says how to share the handle.
 */
import { hostname } from "node:os";
import { ModelVaultError } from "@modelvault/core";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import {
  flockHolderPid,
  type Holder,
  pidLockHolder,
  readHolder,
  removeHolder,
  takePidLock,
  writeHolder,
} from "./holder-note.ts";

/** Vaults open for writing in this process, by canonical path, with the time of opening; per file system. */
const writers = new WeakMap<FilePort, Map<string, string>>();

/** Locks that are held; given back by `release`, also when that fails halfway. */
export interface HeldLocks {
  release(): void;
}

/**
 * Holds a vault for writing.
 * @param openFile opens the database file, which exists by then or is made; called again when it was replaced meanwhile
 * @throws store_in_use, store_busy
 */
export function lockForWriting(
  port: FilePort,
  path: string,
  now: Date,
  openFile: () => OpenFile,
): { readonly file: OpenFile; readonly locks: HeldLocks } {
  const canonical = port.canonical(path);
  const registry = writers.get(port) ?? new Map<string, string>();
  writers.set(port, registry);
  const since = registry.get(canonical);
  if (since !== undefined) throw inUse(path, since);
  registry.set(canonical, now.toISOString());
  const undo: (() => void)[] = [() => registry.delete(canonical)];
  const release = (): void => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) step();
  };
  try {
    const file = lockDatabaseFile(port, path, openFile);
    try {
      const sidecar = port.open(sidecarPath(path), "ensure");
      undo.push(() => sidecar.close());
      const locked = sidecar.lock("exclusive");
      if (locked === false) throw busy(port, path, sidecar);
      if (locked === "unsupported") lockByPid(port, path, now, undo);
    } catch (error) {
      file.close();
      throw error;
    }
    if (port.notes) {
      const note = notePath(path);
      writeHolder(note, now);
      undo.push(() => removeHolder(note));
    }
    return { file, locks: { release } };
  } catch (error) {
    release();
    throw error;
  }
}

/** Keeps writers out while a vault is read. @throws store_in_use, store_busy */
export function lockForReading(port: FilePort, path: string): HeldLocks {
  const sidecar = port.open(sidecarPath(path), "ensure");
  try {
    const locked = sidecar.lock("shared");
    if (locked === false) throw busy(port, path, sidecar);
    if (locked === "unsupported") refusePidHolder(port, path);
    return { release: () => sidecar.close() };
  } catch (error) {
    sidecar.close();
    throw error;
  }
}

function lockDatabaseFile(port: FilePort, path: string, openFile: () => OpenFile): OpenFile {
  for (;;) {
    const file = openFile();
    try {
      if (file.lock("exclusive") === false) throw busy(port, path, file);
      // A compaction may have put another file in its place between open and lock.
      if (port.stat(path)?.id === file.identity().id) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
}

function lockByPid(port: FilePort, path: string, now: Date, undo: (() => void)[]): void {
  if (!port.notes) return;
  const lock = pidLockPath(path);
  if (!takePidLock(lock, now)) throw busyWith(path, readHolder(lock));
  undo.push(() => removeHolder(lock));
}

/** Without flock a reader keeps nobody out; a writer that is there already it can tell. */
function refusePidHolder(port: FilePort, path: string): void {
  const holder = port.notes ? pidLockHolder(pidLockPath(path)) : undefined;
  if (holder !== undefined) throw busyWith(path, holder);
}

function pidLockPath(path: string): string {
  return `${path}.writer.pid`;
}

function sidecarPath(path: string): string {
  return `${path}.writer.lock`;
}

function notePath(path: string): string {
  return `${path}.writer.info`;
}

/** The error for a lock that another holder has. */
function busy(port: FilePort, path: string, held: OpenFile): ModelVaultError {
  if (!port.notes) return busyWith(path, {});
  const noted = readHolder(notePath(path));
  const pid = flockHolderPid(held.identity().id.split(":")[1] ?? "");
  // The note may be left over from an earlier holder, or the present one may be upstream, which writes none.
  const known = pid === undefined || pid === noted.pid ? noted : { pid, host: hostname() };
  return busyWith(path, known);
}

function busyWith(path: string, holder: Holder): ModelVaultError {
  if (holder.pid === process.pid && (holder.host ?? hostname()) === hostname())
    return inUse(path, holder.since);
  const who =
    holder.pid === undefined
      ? "another process"
      : `process ${holder.pid}${holder.host === undefined ? "" : ` on ${holder.host}`}`;
  const since = holder.since === undefined ? "" : ` since ${holder.since}`;
  return new ModelVaultError("store_busy", `"${path}" is held by ${who}${since}.`, { path, ...holder });
}

function inUse(path: string, since: string | undefined): ModelVaultError {
  return new ModelVaultError(
    "store_in_use",
    `"${path}" is open in this process already${since === undefined ? "" : `, since ${since}`}. Share that handle: keep one Database per file, for instance on globalThis where modules are reloaded, or close it first. To look on, open the file with mode "follow".`,
    { path, pid: process.pid, ...(since === undefined ? {} : { since }) },
  );
}
