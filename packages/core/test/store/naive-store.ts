/**
 * What the stores are compared with: maps from hex text to entries, sorted when listed, copied when frozen. And
 * a store on top of it by `overlayTransaction`, as a driver for a medium that knows only batches would be made.
 */
import { ModelVaultError } from "../../src/errors/error.ts";
import { Lifetime } from "../../src/store/lifetime.ts";
import { type OverlayBatch, overlayTransaction } from "../../src/store/overlay.ts";
import { checkRange } from "../../src/store/range.ts";
import type {
  KeyRange,
  Keyspace,
  Store,
  StoreEntry,
  StoreReader,
  StoreScan,
  StoreSnapshot,
  StoreTransaction,
} from "../../src/store/store.ts";

export class NaiveMaps implements StoreReader {
  private readonly spaces = new Map<string, Map<string, StoreEntry>>();

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.space(space).get(hex(key))?.[1];
  }

  count(space: Keyspace): number {
    return this.space(space).size;
  }

  list(space: Keyspace, range: KeyRange = {}): StoreEntry[] {
    const { gt, gte, lt, lte } = range;
    const inside = [...this.space(space).values()].filter(
      ([key]) =>
        (gt === undefined || Buffer.compare(key, gt) > 0) &&
        (gte === undefined || Buffer.compare(key, gte) >= 0) &&
        (lt === undefined || Buffer.compare(key, lt) < 0) &&
        (lte === undefined || Buffer.compare(key, lte) <= 0),
    );
    inside.sort(([a], [b]) => (range.reverse === true ? Buffer.compare(b, a) : Buffer.compare(a, b)));
    return inside;
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.list(space, range).values();
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.space(space).set(hex(key), [key.slice(), value.slice()]);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.space(space).delete(hex(key));
  }

  copy(): NaiveMaps {
    const copy = new NaiveMaps();
    for (const [name, entries] of this.spaces) copy.spaces.set(name, new Map(entries));
    return copy;
  }

  private space(space: Keyspace): Map<string, StoreEntry> {
    const name = JSON.stringify(space);
    let entries = this.spaces.get(name);
    if (entries === undefined) {
      entries = new Map();
      this.spaces.set(name, entries);
    }
    return entries;
  }
}

/** A driver as the documentation of `overlayTransaction` shows it, on naive maps. */
export class BatchStore implements Store {
  readonly traits = {
    durable: false,
    persistent: false,
    sharing: "none",
    busy: "fails",
    conflicts: false,
    keyBytesMax: 10_000,
    valueBytesMax: 100_000,
  } as const;
  /** Batches applied so far: keyspace, keys deleted, keys put. */
  readonly batches: (readonly [space: Keyspace, deletes: string[], puts: string[]])[][] = [];
  /** Thrown by the next commit. */
  failure: Error | null = null;
  private readonly life = new Lifetime("store");
  private maps = new NaiveMaps();
  private present = 0;
  private writer: StoreTransaction | null = null;

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.life.check();
    return this.maps.get(space, key);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    this.life.check();
    checkRange(range ?? {});
    return new LivingScan(this.maps.scan(space, range), this.life);
  }

  count(space: Keyspace): number {
    this.life.check();
    return this.maps.count(space);
  }

  begin(): StoreTransaction {
    this.life.check();
    if (this.writer !== null) throw new ModelVaultError("store_busy", "A transaction is open on this store.");
    this.writer = overlayTransaction({
      base: this,
      revision: this.present,
      traits: this.traits,
      commit: (batch) => this.apply(batch),
      ended: () => {
        this.writer = null;
      },
    });
    return this.writer;
  }

  snapshot(): StoreSnapshot {
    this.life.check();
    const maps = this.maps.copy();
    const life = new Lifetime("snapshot", this.life);
    const reading = <Result>(read: () => Result): Result => {
      life.check();
      return read();
    };
    return {
      revision: this.present,
      get: (space, key) => reading(() => maps.get(space, key)),
      count: (space) => reading(() => maps.count(space)),
      scan: (space, range) => reading(() => new LivingScan(maps.scan(space, range), life)),
      close: () => life.end(),
    };
  }

  revision(): number {
    this.life.check();
    return this.present;
  }

  close(): void {
    this.writer?.abort();
    this.life.end();
  }

  private apply(batch: OverlayBatch): number {
    if (this.failure !== null) throw this.failure;
    const maps = this.maps.copy();
    const noted: (readonly [Keyspace, string[], string[]])[] = [];
    for (const { space, puts, deletes } of batch) {
      for (const key of deletes) maps.delete(space, key);
      for (const [key, value] of puts) maps.put(space, key, value);
      noted.push([space, [...deletes].map(hex), [...puts].map(([key]) => hex(key))]);
    }
    this.maps = maps;
    this.batches.push(noted);
    return ++this.present;
  }
}

class LivingScan implements StoreScan {
  private readonly entries: StoreScan;
  private readonly life: Lifetime;

  constructor(entries: StoreScan, life: Lifetime) {
    this.entries = entries;
    this.life = life;
  }

  next(): IteratorResult<StoreEntry> {
    this.life.check();
    return this.entries.next();
  }

  [Symbol.iterator](): this {
    return this;
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
