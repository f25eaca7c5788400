/**
 * Small files beside the vault that say who holds it. `<vault>.writer.info` tells pid, host and time of the writer, for error messages
 * only: upstream's own sidecar must stay empty. Where flock is missing, `<vault>.writer.pid` is the lock itself.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "../port/io-error.ts";

/** Who holds a vault, as far as can be told. */
export interface Holder {
  readonly pid?: number;
  readonly host?: string;
  /** ISO time. */
  readonly since?: string;
}

/** Notes this process as the holder; a failure to do so is no reason not to open. */
export function writeHolder(path: string, now: Date): void {
  try {
    writeFileSync(path, holderText(now));
  } catch {
    // The note is for messages of others; without it they say less.
  }
}

/** What the note says; empty when there is none or it is not readable. */
export function readHolder(path: string): Holder {
  try {
    return parseHolder(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

function parseHolder(text: string): Holder {
  try {
    const { pid, host, since } = JSON.parse(text) as Holder;
    return {
      ...(typeof pid === "number" ? { pid } : {}),
      ...(typeof host === "string" ? { host } : {}),
      ...(typeof since === "string" ? { since } : {}),
    };
  } catch {
    // Empty for the instant between its making and its filling.
    return {};
  }
}

export function removeHolder(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or the folder cannot be written; the next holder overwrites it.
  }
}

/**
 * The process that holds a flock on a file, asked of Linux itself; undefined elsewhere and when it cannot be told.
 * @param inode inode number, the second half of a file identity
 */
export function flockHolderPid(inode: string): number | undefined {
  try {
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const words = line.trim().split(/\s+/);
      if (words[1] === "FLOCK" && words[5]?.endsWith(`:${inode}`)) return Number(words[4]);
    }
  } catch {
    // Not Linux, or no access.
  }
  return undefined;
}

/** Takes the lock that is a file: false when a living process has it, or one of another host, of which that cannot be told. */
export function takePidLock(path: string, now: Date): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, holderText(now), { flag: "wx" });
      return true;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    if (pidLockHolder(path) !== undefined) return false;
    removeStale(path);
  }
  return false;
}

/** Who has the lock that is a file; undefined when nobody has it, or a process that has ended. */
export function pidLockHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const holder = parseHolder(text);
  const ended = holder.host === hostname() && holder.pid !== undefined && !isAlive(holder.pid);
  return ended ? undefined : holder;
}

/** Moves the lock of an ended process out of the way. Of two that try, one takes the file; a lock taken meanwhile is put back. */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  try {
    if (pidLockHolder(aside) !== undefined) linkSync(aside, path);
  } finally {
    removeHolder(aside);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

function holderText(now: Date): string {
  return `${JSON.stringify({ pid: process.pid, host: hostname(), since: now.toISOString() })}\n`;
}
