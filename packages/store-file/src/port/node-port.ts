/** The real file system: `node:fs` with positioned, synchronous calls. */
import {
  chmodSync,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { FileIdentity, FilePort, OpenFile } from "./file-port.ts";
import { flock } from "./flock.ts";
import { errnoOf } from "./io-error.ts";

const FLAGS = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  ensure: constants.O_RDWR | constants.O_CREAT,
} as const;

/** Linux transfers no more than this in one call. */
const TRANSFER_BYTES_MAX = 0x7ffff000;

/** The system call that locks a file, or what stands in for it. */
export type LockCall = typeof flock;

class NodeFile implements OpenFile {
  readonly path: string;
  readonly #fd: number;
  readonly #lock: LockCall;

  constructor(path: string, fd: number, lock: LockCall) {
    this.path = path;
    this.#fd = fd;
    this.#lock = lock;
  }

  identity(): FileIdentity {
    const { dev, ino, size } = fstatSync(this.#fd);
    return { id: `${dev}:${ino}`, bytes: size };
  }

  read(into: Buffer, at: number, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const wanted = Math.min(length - done, TRANSFER_BYTES_MAX);
      const count = readSync(this.#fd, into, at + done, wanted, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(bytes: Uint8Array, position: number, from = 0, to: number = bytes.length): void {
    let done = from;
    while (done < to) {
      const wanted = Math.min(to - done, TRANSFER_BYTES_MAX);
      done += writeSync(this.#fd, bytes, done, wanted, position + done - from);
    }
  }

  truncate(bytes: number): void {
    ftruncateSync(this.#fd, bytes);
  }

  syncData(): void {
    fdatasyncSync(this.#fd);
  }

  lock(kind: "shared" | "exclusive"): boolean | "unsupported" {
    return this.#lock(this.#fd, kind);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The real file system, with another way to lock than flock. */
export function nodePortWith(lock: LockCall): FilePort {
  return { ...common, open: (path, mode) => new NodeFile(path, openSync(path, FLAGS[mode], 0o666), lock) };
}

const common: Omit<FilePort, "open"> = {
  persistent: true,
  notes: true,
  stat(path) {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : { id: `${stats.dev}:${stats.ino}`, bytes: stats.size };
  },
  rename: renameSync,
  link: linkSync,
  remove: unlinkSync,
  copyMode: (from, to) => chmodSync(to, statSync(from).mode & 0o7777),
  syncFolderOf(path) {
    // Windows has no way to sync a folder and needs none: its renames are journalled.
    if (process.platform === "win32") return;
    const fd = openSync(dirname(path), constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } catch (error) {
      // Some file systems refuse to sync folders; they have nothing to offer in its place.
      if (errnoOf(error) !== "EINVAL") throw error;
    } finally {
      closeSync(fd);
    }
  },
  canonical(path) {
    const absolute = resolve(path);
    try {
      return realpathSync(absolute);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      return join(realpathSync(dirname(absolute)), basename(absolute));
    }
  },
};

export const nodePort: FilePort = nodePortWith(flock);
