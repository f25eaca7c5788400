/**
 * A store under the model-based test, beside what plain maps say it must show. Each command does one thing to both and
 * compares. Readers that have ended leave their scans behind, for these have an end of their own to keep.
 */
import type {
  KeyRange,
  Keyspace,
  Store,
  StoreReader,
  StoreSnapshot,
  StoreTransaction,
} from "@modelvault/core";
import { show } from "../bytes/bytes.ts";
import {
  broken,
  expectBytes,
  expectEntries,
  expectEqual,
  expectRefusal,
  expectScan,
  expectState,
  take,
} from "../suite/expectations.ts";
import type { Trial } from "../suite/trial.ts";
import { OpenScans, type ReaderPair } from "./open-scans.ts";
import { type Entry, PlainMap, showRange, spaceName } from "./plain-map.ts";
import { valueIn } from "./spaces.ts";

/** What is done beside a step of a scan: a new value for the entry given last or to come next, or its end (no value). */
export interface Meddling {
  readonly entry: "last" | "next";
  readonly value: Uint8Array | undefined;
}

/** Bounds by the positions of keys, whatever keys there are. */
export interface KeyBounds {
  readonly lower: "gt" | "gte";
  readonly lowAt: number;
  readonly upper: "lt" | "lte";
  readonly highAt: number;
  readonly reverse: boolean;
}

interface OpenTransaction {
  readonly real: StoreTransaction;
  readonly staged: PlainMap;
  wrote: boolean;
}

interface OpenSnapshot {
  readonly real: StoreSnapshot;
  readonly frozen: PlainMap;
  readonly revision: number;
}

export class World {
  readonly #trial: Trial;
  readonly #place: unknown;
  #store: Store;
  #committed = new PlainMap();
  #revision: number;
  #transaction: OpenTransaction | undefined;
  #snapshots: OpenSnapshot[] = [];
  readonly #scans = new OpenScans();

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#place = trial.place();
    this.#store = trial.open(this.#place);
    this.#revision = this.#store.revision();
  }

  get writing(): boolean {
    return this.#transaction !== undefined;
  }

  get snapshots(): number {
    return this.#snapshots.length;
  }

  get scans(): number {
    return this.#scans.size;
  }

  begin(): void {
    this.#transaction = { real: this.#store.begin(), staged: this.#committed.copy(), wrote: false };
  }

  beginAgain(): void {
    expectRefusal("store_busy", "a second begin", () => this.#store.begin());
  }

  /** Puts entries, in the open transaction or else in one of their own. */
  put(space: Keyspace, entries: readonly Entry[]): void {
    this.#write(({ real, staged }) => {
      for (const [key, value] of entries) {
        const [givenKey, givenValue] = [key.slice(), value.slice()];
        real.put(space, givenKey, givenValue);
        // The caller's buffers are its own again.
        givenKey.fill(0xa5);
        givenValue.fill(0xa5);
        staged.put(space, key, value);
      }
    });
  }

  /** Deletes keys, in the open transaction or else in one of their own. */
  delete(space: Keyspace, keys: readonly Uint8Array[]): void {
    this.#write(({ real, staged }) => {
      for (const key of keys) {
        real.delete(space, key);
        staged.delete(space, key);
      }
    });
  }

  /** Writes one key several times in a transaction; no value is a delete. */
  rewrite(space: Keyspace, key: Uint8Array, values: readonly (Uint8Array | undefined)[]): void {
    this.#write(() => {
      for (const value of values) {
        if (value === undefined) this.delete(space, [key]);
        else this.put(space, [[key, value]]);
      }
    });
  }

  /** Puts the so-manieth entry of a keyspace again, as it is. */
  putAgain(space: Keyspace, which: number): void {
    const entries = (this.#transaction?.staged ?? this.#committed).scan(space, {});
    const entry = entries[which % entries.length];
    if (entry !== undefined) this.put(space, [entry]);
  }

  /** With `watched` a scan is open that ends with the transaction. */
  commit(watched = false): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    const { real, staged, wrote } = transaction;
    if (watched) this.#watch(real, staged);
    const returned = real.commit();
    const changed = !staged.sameAs(this.#committed);
    if (changed ? returned <= this.#revision : returned < this.#revision)
      broken(`commit returned revision ${returned} where it was ${this.#revision} before`);
    if (!wrote)
      expectEqual(returned, this.#revision, "what the commit of a transaction without writes returned");
    expectEqual(this.#store.revision(), returned, "the revision after a commit");
    this.#revision = returned;
    this.#committed = staged;
    this.#endTransaction(real);
  }

  abort(watched = false): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    if (watched) this.#watch(transaction.real, transaction.staged);
    transaction.real.abort();
    expectEqual(this.#store.revision(), this.#revision, "the revision after an abort");
    this.#endTransaction(transaction.real);
  }

  snapshot(): void {
    const real = this.#store.snapshot();
    expectEqual(real.revision, this.#revision, "the revision of a new snapshot");
    this.#snapshots.push({ real, frozen: this.#committed.copy(), revision: this.#revision });
  }

  closeSnapshot(which: number, watched = false): void {
    const [snapshot] = this.#snapshots.splice(which % this.#snapshots.length, 1);
    if (snapshot === undefined) return;
    if (watched) this.#watch(snapshot.real, snapshot.frozen);
    expectEqual(snapshot.real.revision, snapshot.revision, "the revision of an open snapshot");
    snapshot.real.close();
    snapshot.real.close();
    this.#scans.end(snapshot.real, "snapshot_closed");
    expectRefusal("snapshot_closed", "count on a closed snapshot", () =>
      snapshot.real.count({ kind: "rows", collection: 1 }),
    );
  }

  get(which: number, space: Keyspace, key: Uint8Array): void {
    const { real, model, who } = this.#reader(which);
    expectBytes(
      real.get(space, key),
      model.get(space, key),
      `${who}: get of ${show(key)} in ${spaceName(space)}`,
    );
  }

  count(which: number, space: Keyspace): void {
    const { real, model, who } = this.#reader(which);
    expectEqual(real.count(space), model.count(space), `${who}: count of ${spaceName(space)}`);
  }

  scan(which: number, space: Keyspace, range: KeyRange): void {
    const { real, model, who } = this.#reader(which);
    expectScan(real, model, space, range, who);
    const what = `${who}: the entries of ${spaceName(space)} counted with ${showRange(range)}`;
    for (const name of ["countRange", "tallyRange"] as const) {
      const counted = real[name]?.(space, range);
      if (counted !== undefined) expectEqual(counted, model.scan(space, range).length, `${what} (${name})`);
    }
  }

  /** A scan whose bounds are keys that are there: the so-manieth of the keyspace. */
  scanBetween(which: number, space: Keyspace, bounds: KeyBounds): void {
    const { model } = this.#reader(which);
    const entries = model.scan(space, {});
    const keyAt = (at: number): Uint8Array | undefined => entries[at % entries.length]?.[0];
    const [low, high] = [keyAt(bounds.lowAt), keyAt(bounds.highAt)];
    if (low === undefined || high === undefined) return;
    const range = { [bounds.lower]: low, [bounds.upper]: high, reverse: bounds.reverse };
    this.scan(which, space, range);
  }

  openScan(which: number, space: Keyspace, range: KeyRange): void {
    this.#scans.open(this.#reader(which), space, range);
  }

  /** A scan from beginning to end, of the open transaction when there is one, with a write beside each of its first steps. */
  meddledScan(which: number, space: Keyspace, range: KeyRange, meddlings: readonly Meddling[]): void {
    const { real, model, who } = this.#reader(this.writing ? 1 : which);
    const what = `${who}: meddled scan of ${spaceName(space)} with ${showRange(range)}`;
    const expected = model.scan(space, range);
    const scan = real.scan(space, range);
    for (const [at, { entry, value }] of meddlings.entries()) {
      const [key] = expected[entry === "last" ? at - 1 : at] ?? [];
      if (key !== undefined && value === undefined) this.delete(space, [key]);
      else if (key !== undefined && value !== undefined) this.put(space, [[key, valueIn(space, value)]]);
      expectEntries(take(scan, 1), expected.slice(at, at + 1), `entry ${at} of ${what}`);
    }
    const rest = expected.slice(meddlings.length);
    expectEntries(take(scan, rest.length), rest, `the rest of ${what}`);
    if (scan.next().done !== true) broken(`${what} goes on behind its last entry`);
  }

  stepScan(which: number, steps: number): void {
    this.#scans.step(which, steps);
  }

  leaveScan(which: number): void {
    this.#scans.leave(which);
  }

  /** The revision, and everything one keyspace holds to every reader. */
  look(space: Keyspace): void {
    expectEqual(this.#store.revision(), this.#revision, "the revision");
    const readers = 1 + (this.writing ? 1 : 0) + this.#snapshots.length;
    for (let which = 0; which < readers; which++) {
      const { real, model, who } = this.#reader(which);
      expectState(real, model, space, who);
    }
  }

  reopen(watched = false): void {
    if (watched) this.#watch(this.#store, this.#committed);
    this.#store.close();
    this.#scans.end(this.#store, "store_closed");
    if (this.#transaction) this.#scans.end(this.#transaction.real, "transaction_closed");
    for (const { real } of this.#snapshots) this.#scans.end(real, "snapshot_closed");
    this.#transaction = undefined;
    this.#snapshots = [];
    const { persistent } = this.#store.traits;
    this.#store = this.#trial.open(this.#place);
    if (persistent) expectEqual(this.#store.revision(), this.#revision, "the revision after reopening");
    else this.#committed = new PlainMap();
    this.#revision = this.#store.revision();
  }

  #reader(which: number): ReaderPair {
    const readers: ReaderPair[] = [{ real: this.#store, model: this.#committed, who: "store" }];
    if (this.#transaction)
      readers.push({ real: this.#transaction.real, model: this.#transaction.staged, who: "transaction" });
    for (const [at, { real, frozen }] of this.#snapshots.entries())
      readers.push({ real, model: frozen, who: `snapshot ${at}` });
    return readers[which % readers.length] as ReaderPair;
  }

  #write(work: (transaction: OpenTransaction) => void): void {
    const own = this.#transaction === undefined;
    if (own) this.begin();
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    transaction.wrote = true;
    work(transaction);
    if (own) this.commit();
  }

  #endTransaction(real: StoreTransaction): void {
    this.#transaction = undefined;
    real.abort();
    this.#scans.end(real, "transaction_closed");
    expectRefusal("transaction_closed", "count in a transaction that is over", () =>
      real.count({ kind: "rows", collection: 1 }),
    );
  }

  /** Opens a scan whose end is looked at as soon as its reader has ended. */
  #watch(real: StoreReader, model: PlainMap): void {
    this.#scans.open({ real, model, who: "watched" }, { kind: "rows", collection: 1 }, {}, true);
  }
}
