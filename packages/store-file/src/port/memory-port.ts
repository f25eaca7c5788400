/**
 * Files that are byte arrays: where a vault is opened from bytes and written to bytes. Each port is a folder of its own that nobody else sees,
 * so nothing is locked, synced or noted.
 */
import type { FileIdentity, FilePort, OpenFile } from "./file-port.ts";

const START_BYTES = 65_536;

/** A file in memory. */
export class MemoryFile implements OpenFile {
  readonly path: string;
  readonly #id: string;
  #bytes: Buffer;
  #length: number;

  /** @param content the file's from now on; not copied */
  constructor(path: string, id: string, content: Uint8Array) {
    this.path = path;
    this.#id = id;
    this.#bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    this.#length = content.length;
  }

  identity(): FileIdentity {
    return { id: this.#id, bytes: this.#length };
  }

  read(into: Buffer, at: number, length: number, position: number): number {
    return this.#bytes.copy(into, at, position, Math.min(this.#length, position + length));
  }

  write(bytes: Uint8Array, position: number, from = 0, to: number = bytes.length): void {
    const end = position + to - from;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(end, START_BYTES, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(from, to), position);
    this.#length = Math.max(this.#length, end);
  }

  truncate(bytes: number): void {
    if (bytes < this.#length) this.#bytes.fill(0, bytes, this.#length);
    this.#length = bytes;
  }

  syncData(): void {
    // There is no medium to wait for.
  }

  lock(): boolean {
    return true;
  }

  close(): void {
    // Nothing is held.
  }

  /** The content, as an array of its own length. */
  content(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }
}

/** A folder in memory that holds one file. @param content the file's from now on; not copied */
export function memoryPort(path: string, content: Uint8Array): FilePort {
  let made = 0;
  const newFile = (name: string, bytes: Uint8Array): MemoryFile =>
    new MemoryFile(name, `memory:${++made}`, bytes);
  const files = new Map<string, MemoryFile>([[path, newFile(path, content)]]);
  const need = (name: string): MemoryFile => {
    const file = files.get(name);
    if (file === undefined) throw Object.assign(new Error(`ENOENT: ${name}`), { code: "ENOENT" });
    return file;
  };
  const add = (name: string): MemoryFile => {
    const file = newFile(name, new Uint8Array(0));
    files.set(name, file);
    return file;
  };
  return {
    persistent: false,
    notes: false,
    open(name, mode) {
      if (mode === "create") return add(name);
      return mode === "ensure" ? (files.get(name) ?? add(name)) : need(name);
    },
    stat: (name) => files.get(name)?.identity(),
    rename(from, to) {
      files.set(to, need(from));
      files.delete(from);
    },
    link: (from, to) => void files.set(to, need(from)),
    remove: (name) => void files.delete(name),
    copyMode: () => undefined,
    syncFolderOf: () => undefined,
    canonical: (name) => name,
  };
}
