// Lets a file store be tried with keys and values that mean nothing. The file format holds typed rows under a catalogue, so each keyspace
// becomes a collection `{ k: bytes, v: bytes }` with an index on `v`, made in the transaction that first writes to it. Everything the
// testkit does to a store thus goes through catalogue, rows and index of a real vault file. No TypeScript, for a process of its own runs it too.
import { CATALOG_SPACE, catalogKey, encodeIndexKey, ModelVaultError } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";

/**
 * @typedef {import("@modelvault/core").KeyRange} KeyRange
 * @typedef {import("@modelvault/core").Keyspace} Keyspace
 * @typedef {import("@modelvault/core").Store} Store
 * @typedef {import("@modelvault/core").StoreReader} StoreReader
 * @typedef {import("@modelvault/core").StoreScan} StoreScan
 * @typedef {import("@modelvault/core").StoreTransaction} StoreTransaction
 */

// One bytes value of a row holds no more.
const VALUE_BYTES_MAX = 16_777_216;
const KEY_BYTES_MAX = 1_048_576;
const NOTHING = new Uint8Array(0);

/**
 * The driver value of a bridged file store.
 * @param {string} path
 * @param {import("@modelvault/store-file").FileStoreOptions} [options]
 * @returns {import("@modelvault/core").StoreDriver}
 */
export function bridgedFileStore(path, options) {
  const inner = fileStore(path, options);
  return {
    name: inner.name,
    moduleUrl: import.meta.url,
    factory: "bridgedFileStore",
    args: inner.args,
    location: inner.location,
    open: () => bridge(inner.open()),
  };
}

/** @param {Store} store @returns {Store} */
export function bridge(store) {
  const read = new BridgedReader(store);
  return {
    traits: { ...store.traits, keyBytesMax: KEY_BYTES_MAX, valueBytesMax: VALUE_BYTES_MAX },
    ...(store.maintenance === undefined ? {} : { maintenance: store.maintenance }),
    get: (space, key) => read.get(space, key),
    scan: (space, range) => read.scan(space, range),
    count: (space) => read.count(space),
    begin: (options) => new BridgedTransaction(store.begin(options)),
    snapshot: () => {
      const snapshot = store.snapshot();
      const frozen = new BridgedReader(snapshot);
      return {
        revision: snapshot.revision,
        get: (space, key) => frozen.get(space, key),
        scan: (space, range) => frozen.scan(space, range),
        count: (space) => frozen.count(space),
        close: () => snapshot.close(),
      };
    },
    revision: () => store.revision(),
    close: () => store.close(),
  };
}

/** @implements {StoreReader} */
class BridgedReader {
  /** @param {StoreReader} inner */
  constructor(inner) {
    this.inner = inner;
  }

  /** @param {Keyspace} space @param {Uint8Array} key @returns {Uint8Array | undefined} */
  get(space, key) {
    const payload = this.inner.get(this.rowsOf(space), ordered(key));
    return payload === undefined ? undefined : storedValue(payload);
  }

  /** @param {Keyspace} space @param {KeyRange} [range] @returns {StoreScan} */
  scan(space, range = {}) {
    const bounds = Object.entries(range).map(([name, bound]) => [
      name,
      bound instanceof Uint8Array ? ordered(bound) : bound,
    ]);
    return unpack(this.inner.scan(this.rowsOf(space), Object.fromEntries(bounds)));
  }

  /** @param {Keyspace} space @returns {number} */
  count(space) {
    return this.inner.count(this.rowsOf(space));
  }

  /** The collection of a keyspace; one that no row can be in where there is none. @param {Keyspace} space */
  rowsOf(space) {
    const collection = this.directory().get(nameOf(space)) ?? 0xffffffff;
    return { kind: /** @type {const} */ ("rows"), collection };
  }

  /** Collection ids by the name of the keyspace they stand for. @returns {Map<string, number>} */
  directory() {
    const directory = new Map();
    for (const [, payload] of this.inner.scan(CATALOG_SPACE)) {
      const bytes = Buffer.from(payload);
      directory.set(bytes.toString("utf8", 12, 12 + bytes.readUInt32LE(8)), bytes.readUInt32LE(4));
    }
    return directory;
  }
}

/** @implements {StoreTransaction} */
class BridgedTransaction extends BridgedReader {
  /** @param {StoreTransaction} transaction */
  constructor(transaction) {
    super(transaction);
    this.transaction = transaction;
    /** @type {Map<string, number> | undefined} */
    this.known = undefined;
  }

  /** @param {Keyspace} space @param {Uint8Array} key @param {Uint8Array} value */
  put(space, key, value) {
    if (key.length > KEY_BYTES_MAX) throw new ModelVaultError("store_key_too_long", "The key is too long.");
    if (value.length > VALUE_BYTES_MAX)
      throw new ModelVaultError("store_value_too_long", "The value is too long.");
    const collection = this.collectionFor(space);
    const rowKey = ordered(key);
    this.dropEntry(collection, rowKey);
    this.transaction.put({ kind: "rows", collection }, rowKey, payloadOf(collection, key, value));
    const entry = encodeIndexKey("bytes", value, rowKey);
    this.transaction.put({ kind: "index", collection, index: 1 }, entry, NOTHING);
  }

  /** @param {Keyspace} space @param {Uint8Array} key */
  delete(space, key) {
    const rowKey = ordered(key);
    const { collection } = this.rowsOf(space);
    if (this.dropEntry(collection, rowKey)) this.transaction.delete({ kind: "rows", collection }, rowKey);
  }

  commit() {
    return this.transaction.commit();
  }

  abort() {
    this.transaction.abort();
  }

  /** @override */
  directory() {
    this.known ??= super.directory();
    return this.known;
  }

  /** @param {number} collection @param {Uint8Array} rowKey */
  dropEntry(collection, rowKey) {
    const before = this.transaction.get({ kind: "rows", collection }, rowKey);
    if (before === undefined) return false;
    const entry = encodeIndexKey("bytes", storedValue(before), rowKey);
    this.transaction.delete({ kind: "index", collection, index: 1 }, entry);
    return true;
  }

  /** @param {Keyspace} space */
  collectionFor(space) {
    const directory = this.directory();
    const name = nameOf(space);
    const known = directory.get(name);
    if (known !== undefined) return known;
    const id = directory.size + 1;
    this.transaction.put(CATALOG_SPACE, catalogKey(id), createPayload(id, name));
    directory.set(name, id);
    return id;
  }
}

/** @param {StoreScan} scan @returns {Generator<readonly [Uint8Array, Uint8Array], undefined>} */
function* unpack(scan) {
  for (const [key, payload] of scan) yield [unordered(key), storedValue(payload)];
  return undefined;
}

/** @param {Keyspace} space */
function nameOf(space) {
  if (space.kind === "catalog") return "catalog";
  return space.kind === "rows" ? `rows ${space.collection}` : `index ${space.collection} ${space.index}`;
}

/** A key of type bytes in the form of the store: 00 becomes 00 FF, 00 00 is the end. @param {Uint8Array} key */
function ordered(key) {
  const bytes = new Uint8Array(2 * key.length + 2);
  let length = 0;
  for (const byte of key) {
    bytes[length++] = byte;
    if (byte === 0) bytes[length++] = 0xff;
  }
  return bytes.slice(0, length + 2);
}

/** @param {Uint8Array} key */
function unordered(key) {
  const bytes = new Uint8Array(key.length);
  let length = 0;
  for (let at = 0; at < key.length - 2; at++) {
    bytes[length++] = /** @type {number} */ (key[at]);
    if (key[at] === 0) at++;
  }
  return bytes.slice(0, length);
}

/** @param {Uint8Array} content */
function taggedBytes(content) {
  const tagged = Buffer.alloc(5 + content.length);
  tagged[0] = 5;
  tagged.writeUInt32LE(content.length, 1);
  tagged.set(content, 5);
  return tagged;
}

/** @param {number} collection @param {Uint8Array} key @param {Uint8Array} value */
function payloadOf(collection, key, value) {
  const head = Buffer.alloc(11);
  head.writeUInt16LE(2, 0);
  head.writeUInt32LE(collection, 2);
  head.writeUInt32LE(1, 6);
  head[10] = 1;
  return Buffer.concat([head, taggedBytes(key), Buffer.from([1, 0, 0, 0]), taggedBytes(value)]);
}

/** @param {Uint8Array} payload */
function storedValue(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const keyEnd = 11 + 5 + view.getUint32(12, true);
  return payload.subarray(keyEnd + 4 + 5);
}

/** The catalogue entry of `{ k: bytes, v: bytes }` with a plain index on `v`. @param {number} id @param {string} name */
function createPayload(id, name) {
  const u32 = (/** @type {number} */ value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const text = (/** @type {string} */ value) =>
    Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
  const field = (/** @type {string} */ path) => Buffer.concat([u32(1), text(path), Buffer.from([5]), u32(0)]);
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
