/**
 * Lets a file store be tried with keys and values that mean nothing. The file format holds typed rows under a catalogue, so each keyspace
 * becomes a collection `{ k: bytes, v: bytes }` with an index on `v`, made in the transaction that first writes to it. Everything the
 * testkit does to a store thus goes through catalogue, rows and index of a real vault file.
 */
import {
  CATALOG_SPACE,
  catalogKey,
  encodeIndexKey,
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  type Store,
  type StoreDriver,
  type StoreEntry,
  type StoreMaintenance,
  type StoreReader,
  type StoreScan,
  type StoreSnapshot,
  type StoreTransaction,
} from "@modelvault/core";
import { type FileStoreOptions, fileStore } from "@modelvault/store-file";
import { canonicalOfOrdered, orderedOfTagged } from "../../src/format/scalar-keys.ts";

/** One bytes value of a row holds no more. */
const VALUE_BYTES_MAX = 16_777_216;
const KEY_BYTES_MAX = 1_048_576;
const NOTHING = new Uint8Array(0);

/** Collection ids by the name of the keyspace they stand for, as one reader shows them. */
type Directory = Map<string, number>;

/** The driver value of a bridged file store. */
export function bridgedFileStore(path: string, options?: FileStoreOptions): StoreDriver {
  const inner = fileStore(path, options);
  return {
    name: inner.name,
    moduleUrl: import.meta.url,
    factory: "bridgedFileStore",
    args: inner.args,
    open: () => bridge(inner.open()),
  };
}

export function bridge(store: Store): Store {
  const read = new BridgedReader(store);
  return {
    traits: { ...store.traits, keyBytesMax: KEY_BYTES_MAX, valueBytesMax: VALUE_BYTES_MAX },
    maintenance: store.maintenance as StoreMaintenance,
    get: (space, key) => read.get(space, key),
    scan: (space, range) => read.scan(space, range),
    count: (space) => read.count(space),
    begin: (options) => new BridgedTransaction(store.begin(options)),
    snapshot: () => new BridgedSnapshot(store.snapshot()),
    revision: () => store.revision(),
    close: () => store.close(),
  };
}

class BridgedReader implements StoreReader {
  protected readonly inner: StoreReader;

  constructor(inner: StoreReader) {
    this.inner = inner;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    const payload = this.inner.get(this.rowsOf(space), ordered(key));
    return payload === undefined ? undefined : storedValue(payload);
  }

  scan(space: Keyspace, range: KeyRange = {}): StoreScan {
    const bounds = Object.fromEntries(
      Object.entries(range).map(([name, bound]) => [
        name,
        bound instanceof Uint8Array ? ordered(bound) : bound,
      ]),
    ) as KeyRange;
    return unpack(this.inner.scan(this.rowsOf(space), bounds));
  }

  count(space: Keyspace): number {
    return this.inner.count(this.rowsOf(space));
  }

  /** The collection of a keyspace; one that no row can be in where there is none. */
  protected rowsOf(space: Keyspace): Keyspace {
    return { kind: "rows", collection: this.directory().get(nameOf(space)) ?? 0xffffffff };
  }

  protected directory(): Directory {
    const directory: Directory = new Map();
    for (const [, payload] of this.inner.scan(CATALOG_SPACE)) {
      const bytes = Buffer.from(payload);
      directory.set(bytes.toString("utf8", 12, 12 + bytes.readUInt32LE(8)), bytes.readUInt32LE(4));
    }
    return directory;
  }
}

class BridgedSnapshot extends BridgedReader implements StoreSnapshot {
  readonly revision: number;
  readonly #snapshot: StoreSnapshot;

  constructor(snapshot: StoreSnapshot) {
    super(snapshot);
    this.revision = snapshot.revision;
    this.#snapshot = snapshot;
  }

  close(): void {
    this.#snapshot.close();
  }
}

class BridgedTransaction extends BridgedReader implements StoreTransaction {
  readonly #transaction: StoreTransaction;
  #directory: Directory | undefined;

  constructor(transaction: StoreTransaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    if (key.length > KEY_BYTES_MAX) throw new ModelVaultError("store_key_too_long", "The key is too long.");
    if (value.length > VALUE_BYTES_MAX)
      throw new ModelVaultError("store_value_too_long", "The value is too long.");
    const collection = this.#collectionFor(space);
    const rowKey = ordered(key);
    this.#dropEntry(collection, rowKey);
    this.#transaction.put({ kind: "rows", collection }, rowKey, payloadOf(collection, key, value));
    this.#transaction.put(
      { kind: "index", collection, index: 1 },
      encodeIndexKey("bytes", value, rowKey),
      NOTHING,
    );
  }

  delete(space: Keyspace, key: Uint8Array): void {
    const rowKey = ordered(key);
    const { collection } = this.rowsOf(space) as { collection: number };
    if (this.#dropEntry(collection, rowKey)) this.#transaction.delete({ kind: "rows", collection }, rowKey);
  }

  commit(): number {
    return this.#transaction.commit();
  }

  abort(): void {
    this.#transaction.abort();
  }

  protected override directory(): Directory {
    this.#directory ??= super.directory();
    return this.#directory;
  }

  #dropEntry(collection: number, rowKey: Uint8Array): boolean {
    const before = this.#transaction.get({ kind: "rows", collection }, rowKey);
    if (before === undefined) return false;
    const entry = encodeIndexKey("bytes", storedValue(before), rowKey);
    this.#transaction.delete({ kind: "index", collection, index: 1 }, entry);
    return true;
  }

  #collectionFor(space: Keyspace): number {
    const directory = this.directory();
    const name = nameOf(space);
    const known = directory.get(name);
    if (known !== undefined) return known;
    const id = directory.size + 1;
    this.#transaction.put(CATALOG_SPACE, catalogKey(id), createPayload(id, name));
    directory.set(name, id);
    return id;
  }
}

function* unpack(scan: StoreScan): Generator<StoreEntry, undefined> {
  for (const [key, payload] of scan) {
    yield [canonicalOfOrdered("bytes", key, 0, key.length), storedValue(payload)];
  }
  return undefined;
}

function nameOf(space: Keyspace): string {
  if (space.kind === "catalog") return "catalog";
  return space.kind === "rows" ? `rows ${space.collection}` : `index ${space.collection} ${space.index}`;
}

function taggedBytes(content: Uint8Array): Buffer {
  const tagged = Buffer.alloc(5 + content.length);
  tagged[0] = 5;
  tagged.writeUInt32LE(content.length, 1);
  tagged.set(content, 5);
  return tagged;
}

function ordered(key: Uint8Array): Uint8Array {
  const tagged = taggedBytes(key);
  return orderedOfTagged(tagged, 0, tagged.length);
}

function payloadOf(collection: number, key: Uint8Array, value: Uint8Array): Buffer {
  const head = Buffer.alloc(11);
  head.writeUInt16LE(2, 0);
  head.writeUInt32LE(collection, 2);
  head.writeUInt32LE(1, 6);
  head[10] = 1;
  return Buffer.concat([head, taggedBytes(key), Buffer.from([1, 0, 0, 0]), taggedBytes(value)]);
}

function storedValue(payload: Uint8Array): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const keyEnd = 11 + 5 + view.getUint32(12, true);
  return payload.subarray(keyEnd + 4 + 5);
}

/** The catalogue entry of `{ k: bytes, v: bytes }` with a plain index on `v`. */
function createPayload(id: number, name: string): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const text = (value: string): Buffer => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
  const field = (path: string): Buffer => Buffer.concat([u32(1), text(path), Buffer.from([5]), u32(0)]);
  return Buffer.concat([
    Buffer.from([4, 0, 1, 0]),
    u32(id),
    text(name),
    u32(1),
    u32(2),
    field("k"),
    field("v"),
    u32(1),
    Buffer.from([2]),
    u32(1),
    text("v"),
    text("by value"),
    text("k"),
  ]);
}
