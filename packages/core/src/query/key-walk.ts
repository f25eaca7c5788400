/**
 * Walks that yield primary keys: out of index entries, or out of a list. Pulled one at a time, so that whoever has enough
 * simply stops; `close` releases the scan beneath.
 *
 * Entries of values that an index cut stand in the order of their hashes; where the order matters such a group is
 * collected and sorted by the whole values, which only the rows hold.
 */
import type { CollectionState, IndexState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { compareBytes, compareValues } from "../keys/compare-values.ts";
import { INDEX_VALUE_BYTES_MAX, isCutIndexValue, primaryKeyOf } from "../keys/key-codec.ts";
import { CUT_HASH_BYTES } from "../keys/key-component.ts";
import type { StoreReader } from "../store/store.ts";
import type { IndexAccess } from "./access.ts";
import { EntryScan } from "./entry-scan.ts";
import type { KeySet } from "./key-set.ts";
import type { Pause } from "./pause.ts";
import type { Scalar } from "./resolved-query.ts";

/** What a run has looked at so far. */
export interface Examined {
  /** Index entries read. */
  keys: number;
  /** Rows read from the rows keyspace. */
  rows: number;
}

/** A reader, what is read, and the tally of it. */
export interface RunContext {
  readonly reader: StoreReader;
  readonly state: CollectionState;
  readonly examined: Examined;
  /** Absent: the run goes to its end in one go. */
  readonly pause?: Pause | undefined;
}

export interface KeyWalk {
  /** The next primary key; undefined at the end, and while the run is paused. */
  next(): Uint8Array | undefined;
  close(): void;
}

/** A walk without its first keys. */
export class SkippedKeys implements KeyWalk {
  readonly #walk: KeyWalk;
  #left: number;

  constructor(walk: KeyWalk, skipped: number) {
    this.#walk = walk;
    this.#left = skipped;
  }

  next(): Uint8Array | undefined {
    for (; this.#left > 0; this.#left--) if (this.#walk.next() === undefined) return undefined;
    return this.#walk.next();
  }

  close(): void {
    this.#walk.close();
  }
}

/** Keys out of the entries of an index, in the order of the entries. */
export class IndexKeys implements KeyWalk {
  readonly #context: RunContext;
  readonly #index: IndexState;
  readonly #entries: EntryScan;
  /** Length of the value in each entry, where all have the same value; else 0. */
  readonly #width: number;

  /** `keys` are those of the access, or what a cursor leaves of them. */
  constructor(context: RunContext, access: IndexAccess, keys: KeySet, reverse: boolean) {
    this.#context = context;
    this.#index = access.index;
    this.#entries = new EntryScan(context.reader, access.index.space, keys, reverse);
    const [only] = access.keys;
    this.#width = access.keys.length === 1 && only?.point === true ? (only.from as Uint8Array).length : 0;
  }

  next(): Uint8Array | undefined {
    const entry = this.nextEntry();
    if (entry === undefined) return undefined;
    if (this.#width === 0) return primaryKeyOf(this.#index.kind, entry);
    return new Uint8Array(entry.buffer, entry.byteOffset + this.#width, entry.byteLength - this.#width);
  }

  /** The next entry as it is. */
  nextEntry(): Uint8Array | undefined {
    if (this.#context.pause?.due() === true) return undefined;
    const entry = this.#entries.next();
    if (entry !== undefined) this.#context.examined.keys++;
    return entry;
  }

  close(): void {
    this.#entries.close();
  }
}

/** Keys out of the entries of an index on text or bytes, in the order of the whole values. */
export class SortedTextKeys implements KeyWalk {
  readonly #context: RunContext;
  readonly #access: IndexAccess;
  readonly #reverse: boolean;
  readonly #entries: IndexKeys;
  /** The group that is being collected, and how its entries begin. */
  #members: Member[] = [];
  #beginning: Uint8Array | undefined;
  /** The keys of a group of cut values, sorted, and where the walk is in them. */
  #group: readonly Uint8Array[] = [];
  #groupAt = 0;
  /** The entry behind a group, met while collecting it. */
  #ahead: Uint8Array | undefined;

  constructor(context: RunContext, access: IndexAccess, keys: KeySet, reverse: boolean) {
    this.#context = context;
    this.#access = access;
    this.#reverse = reverse;
    this.#entries = new IndexKeys(context, access, keys, reverse);
  }

  next(): Uint8Array | undefined {
    if (this.#groupAt < this.#group.length) return this.#group[this.#groupAt++];
    if (this.#beginning !== undefined) return this.#collectGroup(this.#beginning);
    const entry = this.#ahead ?? this.#entries.nextEntry();
    if (entry === undefined) return undefined;
    this.#ahead = undefined;
    const { kind } = this.#access.index;
    const key = primaryKeyOf(kind, entry);
    // A cut value takes more bytes than its content may have, which nearly all entries tell by their length.
    const cut = entry.length - key.length > INDEX_VALUE_BYTES_MAX && isCutIndexValue(kind, entry);
    if (!cut) return key;
    this.#addMember(key);
    return this.#collectGroup(entry.subarray(0, entry.length - key.length - CUT_HASH_BYTES));
  }

  close(): void {
    this.#entries.close();
  }

  /** Collects the entries that begin like the first of a group; returns the first key of them. */
  #collectGroup(beginning: Uint8Array): Uint8Array | undefined {
    this.#beginning = beginning;
    const { index } = this.#access;
    let entry = this.#entries.nextEntry();
    while (entry !== undefined && startsWith(entry, beginning)) {
      this.#addMember(primaryKeyOf(index.kind, entry));
      entry = this.#entries.nextEntry();
    }
    if (entry === undefined && this.#context.pause?.paused === true) return undefined;
    this.#ahead = entry;
    const sign = this.#reverse ? -1 : 1;
    this.#members.sort(
      (a, b) => sign * (compareValues(index.kind, a.value, b.value) || compareBytes(a.key, b.key)),
    );
    this.#group = this.#members.map(({ key }) => key);
    this.#members = [];
    this.#beginning = undefined;
    this.#groupAt = 1;
    return this.#group[0];
  }

  #addMember(key: Uint8Array): void {
    const { index, at } = this.#access;
    const payload = this.#context.reader.get(this.#context.state.rows, key);
    if (payload === undefined) throw indexRowMissing(this.#context.state, index, key);
    this.#context.examined.rows++;
    this.#members.push({ value: at.read(at.decode(payload)) as Scalar, key });
  }
}

/** A row of a group. */
interface Member {
  readonly value: Scalar;
  readonly key: Uint8Array;
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  if (bytes.length < beginning.length) return false;
  for (let index = 0; index < beginning.length; index++) if (bytes[index] !== beginning[index]) return false;
  return true;
}

/** The error for an index entry whose row is not there. */
export function indexRowMissing(
  state: CollectionState,
  index: IndexState | undefined,
  key: Uint8Array,
): ModelVaultError {
  const name = index === undefined ? "An index" : `The index "${index.definition.name}"`;
  const shown = Array.from(key.subarray(0, 32), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new ModelVaultError(
    "index_row_missing",
    `${name} of "${state.name}" has an entry for a row that does not exist (key bytes ${shown}).`,
    {
      collection: state.name,
      ...(index === undefined ? {} : { index: index.definition.name }),
      key: shown,
    },
  );
}
