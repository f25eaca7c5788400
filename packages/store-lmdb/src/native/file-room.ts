/**
 * Makes sure, before LMDB writes to the file, that the disk has room for what it will write. A write that fails inside lmdb 3.5.6 overruns a
 * buffer, and may take the process along; so the file is made longer here first, by zeros that LMDB writes over, and a full disk is found
 * where it does no harm. The file grows in steps, which also spares most commits the cost of a new length.
 *
 * How many pages a transaction writes is not known before it is committed. The tree's growth is, and that many pages are made; beyond it, a
 * transaction copies at most a path of pages for each operation, and at most the whole tree. For those the disk must have room.
 */
import { closeSync, fstatSync, openSync, statfsSync, writeSync } from "node:fs";
import type { ModelVaultError } from "@modelvault/core";
import { fileError } from "../open/files.ts";
import type { Environment } from "./environment.ts";

const PATH_PAGES_MAX = 6;
/** Up to here nobody needs to know how large the tree was. */
export const SMALL_OPERATIONS_MAX = 16;
const STEP_BYTES_MIN = 65_536;
const STEP_BYTES_MAX = 16_777_216;
const ZEROS = new Uint8Array(262_144);

/** What a transaction has done so far. */
export interface Writes {
  /** Entries set or removed. */
  readonly operations: number;
  /** Pages of values that are longer than half a page, which need pages in a row. */
  readonly longPages: number;
  /** Pages of the tree before them; needed when they are many. */
  readonly treePagesBefore: number;
  /** Whether all of it goes behind what is there, so that no page is copied but those on the way to the end. */
  readonly appends?: boolean;
}

/** How many pages a value may take beside the tree: longer ones have pages of their own, of 4 KiB or more, each with a head. */
export function longPagesOf(valueBytes: number): number {
  return valueBytes > LONG_VALUE_BYTES ? Math.ceil(valueBytes / LONG_VALUE_BYTES) : 0;
}

/** A long transaction looks for room again after as many, before memory for its pages is used up. */
export const LONG_PAGES_BETWEEN_LOOKS = 8_192;
const LONG_VALUE_BYTES = 2_000;

export class FileRoom {
  readonly #env: Environment;
  #file: number | undefined;
  /** Bytes the file has at least. It never gets shorter. */
  #bytes = 0;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Within the write transaction, before its commit and now and then in a long one. @throws store_full, store_io */
  ensure({ operations, longPages, treePagesBefore, appends = false }: Writes): void {
    const { pageBytes, lastPage } = this.#env.extent();
    const few = operations * PATH_PAGES_MAX + longPages;
    const own = Math.ceil(operations / 256) + 8;
    // What a small transaction may do is little, and looking at the tree costs more.
    let [made, copied] = [Math.min(few, lastPage + 2 * operations + longPages + 8), 0];
    if (operations > SMALL_OPERATIONS_MAX) {
      const treePages = this.#env.treePages();
      made = Math.min(few, Math.max(0, treePages - treePagesBefore) + 32);
      copied = Math.max(0, Math.min(few - made, appends ? PATH_PAGES_MAX : treePagesBefore));
    }
    const start = (lastPage + 1) * pageBytes;
    const needed = start + (made + own) * pageBytes;
    const neededMost = needed + copied * pageBytes;
    if (neededMost <= this.#bytes) return;
    const file = this.#open();
    this.#bytes = fstatSync(file).size;
    const step = Math.min(STEP_BYTES_MAX, Math.max(STEP_BYTES_MIN, needed / 8));
    let refusal: ModelVaultError | undefined;
    if (needed > this.#bytes)
      refusal = this.#extend(file, Math.ceil((needed + step) / pageBytes) * pageBytes);
    if (neededMost <= this.#bytes || this.#diskHas(neededMost - this.#bytes)) {
      if (needed <= this.#bytes) return;
    } else {
      refusal ??= this.#extend(file, neededMost);
    }
    if (neededMost <= this.#bytes) return;
    this.#useFreePages(made + copied + own, longPages, lastPage, refusal);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    if (this.#file !== undefined) return this.#file;
    try {
      this.#file = openSync(this.#env.path, "r+");
    } catch (error) {
      throw fileError(error, this.#env.path, "write to");
    }
    return this.#file;
  }

  /** Writes zeros up to a length, or for as long as there is room. */
  #extend(file: number, bytes: number): ModelVaultError | undefined {
    try {
      while (this.#bytes < bytes) {
        const length = Math.min(ZEROS.length, bytes - this.#bytes);
        this.#bytes += writeSync(file, ZEROS, 0, length, this.#bytes);
      }
      return undefined;
    } catch (error) {
      const refusal = fileError(error, this.#env.path, "write to");
      if (refusal.code !== "store_full") throw refusal;
      return refusal;
    }
  }

  /** Whether the disk has so many bytes more, and some to spare. Where it does not say, it has. */
  #diskHas(bytes: number): boolean {
    try {
      const { bavail, bsize } = statfsSync(this.#env.path);
      return bavail * bsize >= bytes + STEP_BYTES_MAX;
    } catch {
      return true;
    }
  }

  /** The disk is full: the transaction may still fit into pages that are free, if no reader needs them. */
  #useFreePages(
    pages: number,
    longPages: number,
    lastPage: number,
    refusal: ModelVaultError | undefined,
  ): void {
    const { pageBytes, pagesFree } = this.#env.figures();
    const behind = Math.floor(this.#bytes / pageBytes) - lastPage - 1;
    const free = this.#env.hasOldReaders() ? 0 : pagesFree;
    if (behind >= longPages && behind + free >= pages) return;
    if (refusal !== undefined) throw refusal;
  }
}
