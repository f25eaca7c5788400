/**
 * Snapshots of a file store. They read the image, and have the indexes of a collection made when one without entries is asked for.
 * Whoever makes them, every open snapshot gets a view with them at that moment: nothing but indexes has changed since it was taken, for
 * they are always made before anything is written.
 */
import type { KeyRange, Keyspace, MemoryStore, StoreScan, StoreSnapshot } from "@modelvault/core";
import type { Image } from "./image.ts";

type MemorySnapshot = ReturnType<MemoryStore["snapshot"]>;

export class FileSnapshot implements StoreSnapshot {
  readonly revision: number;
  readonly #image: Image;
  /** Views of one state, the last of which has the most indexes. All are kept, for their scans end with them. */
  readonly #views: MemorySnapshot[];

  constructor(image: Image, revision: number) {
    this.#image = image;
    this.revision = revision;
    this.#views = [image.store.snapshot()];
    image.watch(this);
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#view(space).get(space, key);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.#view(space).getMany(space, keys);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.#view(space).scan(space, range);
  }

  count(space: Keyspace): number {
    return this.#view(space).count(space);
  }

  countRange(space: Keyspace, range: KeyRange): number {
    return this.#view(space).countRange(space, range);
  }

  close(): void {
    this.#image.unwatch(this);
    for (const view of this.#views) view.close();
  }

  /** Takes up indexes that were made just now. */
  renew(): void {
    this.#views.push(this.#image.store.snapshot());
  }

  #view(space: Keyspace): MemorySnapshot {
    if (this.#image.lacks(space)) {
      // A closed snapshot answers so, without anything being made.
      this.#last().count(space);
      this.#image.build(space);
    }
    return this.#last();
  }

  #last(): MemorySnapshot {
    return this.#views[this.#views.length - 1] as MemorySnapshot;
  }
}
