/**
 * Decides whether the pages of a state are read directly, and keeps what that takes. Looking at the file as memory costs some fifty microseconds
 * and makes V8 collect garbage once, so a vault is read through LMDB until it was asked a number of times.
 */
import { mapPlace, readRevision } from "../format/own-rows.ts";
import type { Environment } from "../native/environment.ts";
import { PageMap, type Tree } from "../pages/page-map.ts";
import { PageReader } from "../pages/page-reader.ts";

/** Settings of this module, for tests: how many reads go through LMDB before. */
export const directReads: { after: number } = { after: 64 };

export class DirectPages {
  readonly #env: Environment;
  #map: PageMap | undefined;
  #reader: PageReader | undefined;
  #readsLeft: number = directReads.after;
  /** How many reads to wait for when it was in vain. */
  #patience: number = directReads.after * 8;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Reads the states that {@link treeOf} knows. */
  get reader(): PageReader {
    return this.#reader as PageReader;
  }

  /** Tells that LMDB was asked; true when it is time to look whether it must be. */
  passed(reads: number): boolean {
    if (this.#map !== undefined) return false;
    this.#readsLeft -= reads;
    return this.#readsLeft < 0;
  }

  /**
   * The tree of the state of this revision, which a read transaction holds open; undefined: LMDB has to be asked. Of the two states that the file
   * still tells of, it is the one with this revision; if both have it they are the same. What is read to find out is kept by the transaction too,
   * for nothing that was committed after it is written over while it is open.
   */
  treeOf(revision: number): Tree | undefined {
    if (this.#map === undefined && this.#readsLeft < 0) {
      this.#readsLeft = this.#patience;
      this.#patience *= 8;
      if (revision > 0) this.#open();
    }
    const map = this.#map;
    if (map === undefined) return undefined;
    const last = map.treeOf("last");
    if (last !== undefined && readRevision(this.reader, last) === revision) return last;
    const before = map.treeOf("before");
    return before !== undefined && readRevision(this.reader, before) === revision ? before : undefined;
  }

  /** Whether nobody has committed since the state of a tree. */
  isNewest({ transaction }: Tree): boolean {
    return this.#map?.isNewest(transaction) === true;
  }

  /** Before the environment is closed, which takes the memory away. */
  close(): void {
    this.#map?.detach();
    this.#map = undefined;
    this.#readsLeft = Number.POSITIVE_INFINITY;
  }

  #open(): void {
    const env = this.#env;
    this.#map = PageMap.open(() => mapPlace(env));
    if (this.#map !== undefined) this.#reader = new PageReader(this.#map, env.path, env.keyBytesMax);
  }
}
