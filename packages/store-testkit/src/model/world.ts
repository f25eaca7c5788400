/**
 * A store under the model-based test, beside what plain maps say it must show. Each command does one thing to both and
 * compares. Readers that have ended leave their scans behind, for these have an end of their own to keep.
 */
import type {
  KeyRange,
  Keyspace,
  Store,
  StoreReader,
  StoreScan,
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
import { type Entry, PlainMap, showRange, spaceName } from "./plain-map.ts";

interface OpenScan {
  readonly real: StoreScan;
  readonly who: string;
  /** What it has still to give. */
  rest: Entry[];
  readonly reader: StoreReader;
  /** The error its next step must throw, once its reader has ended. */
  ended?: string;
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
  #scans: OpenScan[] = [];

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
    return this.#scans.length;
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

  commit(): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    const { real, staged, wrote } = transaction;
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

  abort(): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    transaction.real.abort();
    expectEqual(this.#store.revision(), this.#revision, "the revision after an abort");
    this.#endTransaction(transaction.real);
  }

  snapshot(): void {
    const real = this.#store.snapshot();
    expectEqual(real.revision, this.#revision, "the revision of a new snapshot");
    this.#snapshots.push({ real, frozen: this.#committed.copy(), revision: this.#revision });
  }

  closeSnapshot(which: number): void {
    const [snapshot] = this.#snapshots.splice(which % this.#snapshots.length, 1);
    if (snapshot === undefined) return;
    expectEqual(snapshot.real.revision, snapshot.revision, "the revision of an open snapshot");
    snapshot.real.close();
    snapshot.real.close();
    this.#endScans(snapshot.real, "snapshot_closed");
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

  openScan(which: number, space: Keyspace, range: KeyRange): void {
    const { real, model, who } = this.#reader(which);
    const name = `${who}: scan of ${spaceName(space)} with ${showRange(range)}`;
    this.#scans.push({
      real: real.scan(space, range),
      who: name,
      rest: model.scan(space, range),
      reader: real,
    });
  }

  stepScan(which: number, steps: number): void {
    const at = which % this.#scans.length;
    const scan = this.#scans[at];
    if (scan === undefined) return;
    if (scan.ended !== undefined) {
      // A scan that has given everything may end either way.
      if (scan.rest.length > 0)
        expectRefusal(scan.ended, `a step of an ended ${scan.who}`, () => scan.real.next());
      this.#scans.splice(at, 1);
      return;
    }
    const expected = scan.rest.splice(0, steps);
    expectEntries(take(scan.real, expected.length), expected, `the next ${steps} of ${scan.who}`);
    if (expected.length === steps) return;
    if (scan.real.next().done !== true) broken(`${scan.who} goes on behind its last entry`);
    this.#scans.splice(at, 1);
  }

  leaveScan(which: number): void {
    const at = which % this.#scans.length;
    const [scan] = this.#scans.splice(at, 1);
    if (scan === undefined || scan.ended !== undefined) return;
    scan.real.return?.();
    if (scan.real.next().done !== true) broken(`${scan.who} goes on after it was left`);
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

  reopen(): void {
    this.#store.close();
    for (const scan of this.#scans) {
      if (scan.ended !== undefined) continue;
      if (scan.reader === this.#store) scan.ended = "store_closed";
      else scan.ended = scan.reader === this.#transaction?.real ? "transaction_closed" : "snapshot_closed";
    }
    this.#transaction = undefined;
    this.#snapshots = [];
    const { persistent } = this.#store.traits;
    this.#store = this.#trial.open(this.#place);
    if (persistent) expectEqual(this.#store.revision(), this.#revision, "the revision after reopening");
    else this.#committed = new PlainMap();
    this.#revision = this.#store.revision();
  }

  #reader(which: number): { real: StoreReader; model: PlainMap; who: string } {
    const readers: { real: StoreReader; model: PlainMap; who: string }[] = [
      { real: this.#store, model: this.#committed, who: "store" },
    ];
    if (this.#transaction)
      readers.push({ real: this.#transaction.real, model: this.#transaction.staged, who: "transaction" });
    for (const [at, { real, frozen }] of this.#snapshots.entries())
      readers.push({ real, model: frozen, who: `snapshot ${at}` });
    return readers[which % readers.length] as { real: StoreReader; model: PlainMap; who: string };
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
    this.#endScans(real, "transaction_closed");
    expectRefusal("transaction_closed", "count in a transaction that is over", () =>
      real.count({ kind: "rows", collection: 1 }),
    );
  }

  #endScans(reader: StoreReader, code: string): void {
    for (const scan of this.#scans) if (scan.reader === reader) scan.ended = code;
  }
}
