/**
 * A disk in memory that can fail and lose its power. Every call is counted. Writes, and changes of names, are remembered until they
 * are synced; a crash keeps what was synced and any part of the rest, torn anywhere, in any order of writes.
 */
import { dirname, normalize } from "node:path";
import type { FileIdentity, FilePort, OpenFile } from "../../src/port/file-port.ts";

type Change =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly bytes: number };

interface Inode {
  readonly id: string;
  content: Buffer;
  durable: Buffer;
  pending: Change[];
}

/** What a call does instead of what it should. */
export interface Fault {
  /** Number of the call, from 1. */
  readonly call: number;
  readonly errno: "EIO" | "ENOSPC";
  /** Half of a write is done before it fails. */
  readonly short?: boolean;
  /** Every later call fails as well. */
  readonly forever?: boolean;
}

/** Thrown by every call after the power is gone. */
export class PowerLoss extends Error {
  readonly code = "EIO";
}

/** Random numbers from 0 to 1; the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const PAGE_BYTES = 4096;

export class FakeDisk implements FilePort {
  readonly persistent = true;
  readonly notes = false;
  calls = 0;
  fault: Fault | undefined;
  /** The next call of this kind fails, and nothing of it is done. */
  failNext: "write" | "sync" | undefined;
  /** The call before which the power goes. */
  powerLossAt = Number.POSITIVE_INFINITY;
  readonly #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  /** States of the names since the last sync, oldest first. */
  #nameHistory: Map<string, Inode>[] = [];
  #inodes = 0;

  open(path: string, mode: "read" | "write" | "create" | "ensure"): OpenFile {
    this.#call();
    const name = normalize(path);
    let inode = this.#names.get(name);
    if (inode === undefined) {
      if (mode === "read" || mode === "write") throw systemError("ENOENT", name);
      inode = {
        id: `disk:${++this.#inodes}`,
        content: Buffer.alloc(0),
        durable: Buffer.alloc(0),
        pending: [],
      };
      this.#rename(() => this.#names.set(name, inode as Inode));
    } else if (mode === "create") throw systemError("EEXIST", name);
    return new FakeFile(
      this,
      name,
      inode,
      () => this.#call(),
      (bytes) => this.#shortWrite(bytes),
    );
  }

  stat(path: string): FileIdentity | undefined {
    this.#call();
    const inode = this.#names.get(normalize(path));
    return inode === undefined ? undefined : { id: inode.id, bytes: inode.content.length };
  }

  rename(from: string, to: string): void {
    this.#call();
    const inode = this.#need(from);
    this.#rename(() => {
      this.#names.delete(normalize(from));
      this.#names.set(normalize(to), inode);
    });
  }

  link(from: string, to: string): void {
    this.#call();
    const inode = this.#need(from);
    if (this.#names.has(normalize(to))) throw systemError("EEXIST", to);
    this.#rename(() => this.#names.set(normalize(to), inode));
  }

  remove(path: string): void {
    this.#call();
    this.#need(path);
    this.#rename(() => this.#names.delete(normalize(path)));
  }

  copyMode(): void {
    this.#call();
  }

  syncFolderOf(path: string): void {
    this.#call();
    const folder = dirname(normalize(path));
    void folder;
    this.#durableNames = new Map(this.#names);
    this.#nameHistory = [];
  }

  canonical(path: string): string {
    return normalize(path);
  }

  /** Bytes of a file as programs see them. */
  bytesOf(path: string): Buffer | undefined {
    return this.#names.get(normalize(path))?.content;
  }

  /** The disk as a new one, as if every program had ended and nothing was lost. */
  afterExit(): FakeDisk {
    return FakeDisk.#with([...this.#names].map(([name, { content }]) => [name, content]));
  }

  /** The disk as the next program finds it when this one was killed: what was not synced is there, and may still be lost. */
  afterKill(): FakeDisk {
    const disk = new FakeDisk();
    const copies = new Map<Inode, Inode>();
    const copied = (names: Map<string, Inode>): Map<string, Inode> =>
      new Map([...names].map(([name, inode]) => [name, copyOf(inode, copies)]));
    for (const [name, inode] of copied(this.#names)) disk.#names.set(name, inode);
    disk.#durableNames = copied(this.#durableNames);
    disk.#nameHistory = this.#nameHistory.map(copied);
    disk.#inodes = this.#inodes;
    return disk;
  }

  /**
   * The disk as it may be found after a loss of power now.
   * @param keep "all" and "none" of what was not synced, or a choice of parts of it
   */
  afterPowerLoss(keep: "all" | "none" | (() => number)): FakeDisk {
    const states = [this.#durableNames, ...this.#nameHistory];
    const chosen =
      keep === "all" ? states.length - 1 : keep === "none" ? 0 : Math.floor(keep() * states.length);
    const names = states[chosen] as Map<string, Inode>;
    const contents = new Map<Inode, Buffer>();
    for (const inode of new Set(names.values())) contents.set(inode, surviving(inode, keep));
    return FakeDisk.#with([...names].map(([name, inode]) => [name, contents.get(inode) as Buffer]));
  }

  /** How many unsynced changes there are. */
  get unsynced(): number {
    let count = this.#nameHistory.length;
    for (const inode of new Set(this.#names.values())) count += inode.pending.length;
    return count;
  }

  /** How many unsynced changes of its content a file has. */
  unsyncedIn(path: string): number {
    return this.#names.get(normalize(path))?.pending.length ?? 0;
  }

  static #with(files: readonly (readonly [string, Buffer])[]): FakeDisk {
    const disk = new FakeDisk();
    for (const [name, content] of files) {
      disk.#names.set(name, {
        id: `disk:${++disk.#inodes}`,
        content: Buffer.from(content),
        durable: Buffer.from(content),
        pending: [],
      });
    }
    disk.#durableNames = new Map(disk.#names);
    return disk;
  }

  #need(path: string): Inode {
    const inode = this.#names.get(normalize(path));
    if (inode === undefined) throw systemError("ENOENT", path);
    return inode;
  }

  #rename(change: () => void): void {
    change();
    this.#nameHistory.push(new Map(this.#names));
  }

  #call(): void {
    this.calls++;
    if (this.calls >= this.powerLossAt) throw new PowerLoss("the power is gone");
    const { fault } = this;
    if (fault === undefined || fault.short === true) return;
    if (this.calls === fault.call || (fault.forever === true && this.calls > fault.call)) {
      throw systemError(fault.errno, "the fake disk");
    }
  }

  /** How many bytes of a write are done before it fails; undefined when it does not. */
  #shortWrite(bytes: number): number | undefined {
    const { fault } = this;
    if (fault?.short !== true) return undefined;
    const hit = this.calls === fault.call || (fault.forever === true && this.calls > fault.call);
    return hit ? Math.floor(bytes / 2) : undefined;
  }
}

class FakeFile implements OpenFile {
  readonly path: string;
  readonly #disk: FakeDisk;
  readonly #inode: Inode;
  readonly #call: () => void;
  readonly #shortWrite: (bytes: number) => number | undefined;

  constructor(
    disk: FakeDisk,
    path: string,
    inode: Inode,
    call: () => void,
    shortWrite: (bytes: number) => number | undefined,
  ) {
    this.#disk = disk;
    this.path = path;
    this.#inode = inode;
    this.#call = call;
    this.#shortWrite = shortWrite;
  }

  identity(): FileIdentity {
    return { id: this.#inode.id, bytes: this.#inode.content.length };
  }

  read(into: Buffer, at: number, length: number, position: number): number {
    this.#call();
    return this.#inode.content.copy(into, at, position, position + length);
  }

  write(bytes: Uint8Array, position: number, from = 0, to: number = bytes.length): void {
    this.#call();
    this.#failIfAsked("write", "EIO");
    const done = this.#shortWrite(to - from);
    const written = Buffer.from(bytes.subarray(from, done === undefined ? to : from + done));
    apply(this.#inode, { kind: "write", position, bytes: written });
    if (done !== undefined) throw systemError("ENOSPC", this.path);
  }

  truncate(bytes: number): void {
    this.#call();
    apply(this.#inode, { kind: "truncate", bytes });
  }

  syncData(): void {
    this.#call();
    this.#failIfAsked("sync", "EIO");
    this.#inode.durable = Buffer.from(this.#inode.content);
    this.#inode.pending = [];
  }

  #failIfAsked(kind: "write" | "sync", errno: string): void {
    if (this.#disk.failNext !== kind) return;
    this.#disk.failNext = undefined;
    throw systemError(errno, this.path);
  }

  lock(): boolean {
    return true;
  }

  close(): void {
    // Closing writes nothing and cannot fail in a way that matters.
  }
}

function copyOf(inode: Inode, copies: Map<Inode, Inode>): Inode {
  const copy = copies.get(inode) ?? { ...inode, pending: [...inode.pending] };
  copies.set(inode, copy);
  return copy;
}

function apply(inode: Inode, change: Change): void {
  inode.content = changed(inode.content, change);
  inode.pending.push(change);
}

function changed(content: Buffer, change: Change): Buffer {
  if (change.kind === "truncate") {
    const cut = Buffer.alloc(change.bytes);
    content.copy(cut, 0, 0, Math.min(content.length, change.bytes));
    return cut;
  }
  const { position, bytes } = change;
  const grown = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(grown);
  bytes.copy(grown, position);
  return grown;
}

/** What a file holds when some of its unsynced changes are lost. */
function surviving(inode: Inode, keep: "all" | "none" | (() => number)): Buffer {
  if (keep === "all") return inode.content;
  if (keep === "none") return inode.durable;
  let content = inode.durable;
  for (const change of inode.pending) {
    const fate = keep();
    if (fate < 0.3) continue;
    if (fate < 0.55 || change.kind === "truncate") {
      content = changed(content, change);
      continue;
    }
    const { position, bytes } = change;
    if (fate < 0.75) {
      content = changed(content, {
        kind: "write",
        position,
        bytes: bytes.subarray(0, Math.floor(keep() * (bytes.length + 1))),
      });
      continue;
    }
    // The file has grown, and only some of its pages, or of 64-byte stretches, have been written.
    const unit = fate < 0.9 ? PAGE_BYTES : 64;
    content = changed(content, { kind: "write", position, bytes: Buffer.alloc(0) });
    const grown = Buffer.alloc(Math.max(content.length, position + bytes.length));
    content.copy(grown);
    let at = 0;
    while (at < bytes.length) {
      const end = Math.min(bytes.length, unit - ((position + at) % unit) + at);
      if (keep() < 0.5) bytes.copy(grown, position + at, at, end);
      at = end;
    }
    content = grown;
  }
  return content;
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
