/**
 * A correct store on the fake disk, as plain as one can be: sorted arrays that are never changed, a frame of bytes a
 * commit. What the mutants are made of, and the proof that the reopening and sharing parts of the suite can pass.
 */
import {
  type BeginOptions,
  type ErrorCode,
  isModelVaultError,
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  type Store,
  type StoreEntry,
  type StoreMaintenance,
  type StoreScan,
  type StoreSnapshot,
  type StoreTraits,
  type StoreTransaction,
} from "@modelvault/core";
import type { FakeDisk } from "./fake-disk.ts";
import { decodeFrame, encodeFrame, sealed } from "./log-frame.ts";
import { type Change, compareBytes, type Entries, find, merge, nameOf, slice } from "./sorted-entries.ts";

export const logTraits: StoreTraits = {
  durable: true,
  persistent: true,
  sharing: "writers",
  busy: "fails",
  conflicts: false,
  keyBytesMax: 3000,
  valueBytesMax: 200_000,
};

interface State {
  readonly revision: number;
  readonly spaces: ReadonlyMap<string, Entries>;
}

function fail(code: ErrorCode, message: string): never {
  throw new ModelVaultError(code, message);
}

/** Reads of one state, or of whatever `state` says at the time of the call. */
abstract class Reader {
  protected abstract entries(space: Keyspace): Entries;
  /** Throws when the reader has ended. */
  protected abstract check(): void;

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.check();
    return find(this.entries(space), key)?.[1].slice();
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return keys.map((key) => this.get(space, key));
  }

  count(space: Keyspace): number {
    this.check();
    return this.entries(space).length;
  }

  countRange(space: Keyspace, range: KeyRange): number {
    return [...this.scan(space, range)].length;
  }

  scan(space: Keyspace, range: KeyRange = {}): StoreScan {
    this.check();
    if ((range.gt && range.gte) || (range.lt && range.lte))
      fail("store_range_invalid", "Two bounds on one side.");
    const found = slice(this.entries(space), range);
    let at = 0;
    const scan: StoreScan = {
      next: () => {
        if (at < found.length) this.check();
        const entry = found[at++];
        return entry === undefined
          ? { done: true, value: undefined }
          : { done: false, value: [entry[0].slice(), entry[1].slice()] satisfies StoreEntry };
      },
      return: () => {
        at = found.length;
        return { done: true, value: undefined };
      },
      [Symbol.iterator]: () => scan,
    };
    return scan;
  }
}

export class LogStore extends Reader implements Store {
  readonly traits: StoreTraits;
  readonly maintenance: StoreMaintenance;
  readonly disk: FakeDisk;
  #state: State = { revision: 0, spaces: new Map() };
  #frames = 0;
  #generation = 0;
  #closed = false;
  #poisoned = false;
  /** Set before the first call, of a store opened for reading only. */
  readOnly = false;
  #transaction: LogTransaction | undefined;
  readonly #snapshots = new Set<LogSnapshot>();

  /** @param places where `copyTo` finds its destination */
  constructor(
    disk: FakeDisk,
    traits: Partial<StoreTraits> = {},
    places: ReadonlyMap<string, FakeDisk> = new Map(),
  ) {
    super();
    this.disk = disk;
    this.traits = { ...logTraits, ...traits };
    this.maintenance = this.#maintenance(places);
    disk.mount();
    this.#catchUp();
  }

  begin({ waitMs = 0 }: BeginOptions = {}): StoreTransaction {
    this.check();
    if (this.readOnly) fail("store_read_only", "The store was opened for reading.");
    if (this.#poisoned) fail("store_poisoned", "A sync failed; reopen the store.");
    if (this.#transaction !== undefined) fail("store_busy", "This handle writes already.");
    if (!this.disk.lock(this)) {
      // Nobody can let go of the lock while this thread waits, which is all that waiting can find out here.
      if (this.traits.busy === "waits") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
      fail("store_busy", "Another handle writes.");
    }
    this.#catchUp();
    this.#transaction = new LogTransaction(this, this.#state);
    return this.#transaction;
  }

  snapshot(): StoreSnapshot {
    this.check();
    this.#catchUp();
    const snapshot = new LogSnapshot(this.#state, () => this.#snapshots.delete(snapshot));
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  revision(): number {
    this.check();
    this.#catchUp();
    return this.#state.revision;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transaction?.abort();
    for (const snapshot of this.#snapshots) snapshot.close();
    this.disk.unlock(this);
  }

  /** Appends and syncs a transaction's changes. Called by the transaction only. */
  persist(changes: ReadonlyMap<string, ReadonlyMap<string, Change>>): number {
    this.#over();
    const revision = this.#state.revision + 1;
    try {
      this.disk.append(encodeFrame(revision, changes));
    } catch (error) {
      this.#poisoned = isModelVaultError(error, "store_io") && error.details.operation === "sync";
      throw error;
    }
    this.#catchUp();
    return revision;
  }

  /** Lets the next transaction begin. Called by the transaction only. */
  release(): number {
    this.#over();
    return this.#state.revision;
  }

  protected entries(space: Keyspace): Entries {
    this.#catchUp();
    return this.#state.spaces.get(nameOf(space)) ?? [];
  }

  protected check(): void {
    if (this.#closed) fail("store_closed", "The store is closed.");
  }

  #over(): void {
    this.#transaction = undefined;
    this.disk.unlock(this);
  }

  #catchUp(): void {
    // What a failed sync left on the medium is for the next handle to judge.
    if (this.#poisoned) return;
    const { frames, generation } = this.disk;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#frames = 0;
      this.#state = { revision: 0, spaces: new Map() };
    }
    for (; this.#frames < frames.length; this.#frames++) {
      const { revision, changes } = decodeFrame(frames[this.#frames] as Uint8Array);
      const spaces = new Map(this.#state.spaces);
      for (const [name, each] of changes) spaces.set(name, merge(spaces.get(name) ?? [], each));
      this.#state = { revision, spaces };
    }
  }

  #maintenance(places: ReadonlyMap<string, FakeDisk>): StoreMaintenance {
    const idle = (): void => {
      this.check();
      if (this.#transaction !== undefined) fail("transaction_open", "A transaction is open.");
      this.#catchUp();
    };
    return {
      checkpoint: idle,
      compact: (onProgress) => {
        idle();
        this.disk.replace([this.#wholeState()]);
        onProgress?.({ done: 1, total: 1, unit: "bytes" });
      },
      copyTo: (destination) => {
        idle();
        (places.get(destination) as FakeDisk).replace([this.#wholeState()]);
      },
      snapshotBytes: (onProgress) => {
        idle();
        onProgress?.({ done: 1, total: 1, unit: "bytes" });
        return sealed(this.#wholeState());
      },
      verify: () => {
        idle();
        return [];
      },
      stats: () => {
        idle();
        return { logFrames: this.disk.frames.length };
      },
    };
  }

  /** The present state as one frame. */
  #wholeState(): Uint8Array {
    const whole = new Map<string, Map<string, Change>>();
    for (const [name, entries] of this.#state.spaces)
      whole.set(name, new Map(entries.map(([key, value], at) => [String(at), { key, value }])));
    return encodeFrame(this.#state.revision, whole);
  }
}

class LogSnapshot extends Reader implements StoreSnapshot {
  readonly revision: number;
  readonly #state: State;
  readonly #onClose: () => void;
  #closed = false;

  constructor(state: State, onClose: () => void) {
    super();
    this.revision = state.revision;
    this.#state = state;
    this.#onClose = onClose;
  }

  close(): void {
    this.#closed = true;
    this.#onClose();
  }

  protected entries(space: Keyspace): Entries {
    return this.#state.spaces.get(nameOf(space)) ?? [];
  }

  protected check(): void {
    if (this.#closed) fail("snapshot_closed", "The snapshot is closed.");
  }
}

class LogTransaction extends Reader implements StoreTransaction {
  readonly #store: LogStore;
  readonly #state: State;
  readonly #changes = new Map<string, Map<string, Change>>();
  readonly #merged = new Map<string, Entries>();
  #open = true;

  constructor(store: LogStore, state: State) {
    super();
    this.#store = store;
    this.#state = state;
  }

  override get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.check();
    const change = this.#changes.get(nameOf(space))?.get(Buffer.from(key).toString("hex"));
    if (change !== undefined) return change.value?.slice();
    return find(this.#committed(space), key)?.[1].slice();
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.check();
    const { keyBytesMax = Infinity, valueBytesMax = Infinity } = this.#store.traits;
    if (key.length > keyBytesMax) fail("store_key_too_long", "The key is too long.");
    if (value.length > valueBytesMax) fail("store_value_too_long", "The value is too long.");
    this.#change(space, key, Uint8Array.from(value));
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.check();
    this.#change(space, key, undefined);
  }

  commit(): number {
    this.check();
    this.#open = false;
    const changes = new Map<string, Map<string, Change>>();
    for (const [name, each] of this.#changes) {
      const before = this.#state.spaces.get(name) ?? [];
      const net = [...each].filter(([, { key, value }]) => !same(find(before, key)?.[1], value));
      if (net.length > 0) changes.set(name, new Map(net));
    }
    return changes.size === 0 ? this.#store.release() : this.#store.persist(changes);
  }

  abort(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#store.release();
  }

  protected entries(space: Keyspace): Entries {
    const name = nameOf(space);
    const merged =
      this.#merged.get(name) ?? merge(this.#committed(space), this.#changes.get(name) ?? new Map());
    this.#merged.set(name, merged);
    return merged;
  }

  protected check(): void {
    if (!this.#open) fail("transaction_closed", "The transaction is over.");
  }

  #committed(space: Keyspace): Entries {
    return this.#state.spaces.get(nameOf(space)) ?? [];
  }

  #change(space: Keyspace, key: Uint8Array, value: Uint8Array | undefined): void {
    const name = nameOf(space);
    const changes = this.#changes.get(name) ?? new Map<string, Change>();
    changes.set(Buffer.from(key).toString("hex"), { key: Uint8Array.from(key), value });
    this.#changes.set(name, changes);
    this.#merged.delete(name);
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && compareBytes(a, b) === 0;
}
