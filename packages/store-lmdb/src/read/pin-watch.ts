/**
 * Watches over snapshots and scans that are held for long. While one is open, no page that was replaced since can be used again, so
 * the file grows with every commit; a forgotten one would make it grow for ever. After the age allowed it is ended, its reads throw
 * `snapshot_expired`, and the process is told: by a warning and on the channel `modelvault:snapshot`.
 */
import { channel } from "node:diagnostics_channel";
import type { ReadTxn } from "./read-txn.ts";
import type { PinWatch, Readers } from "./readers.ts";

/** What is published on `modelvault:snapshot`, and warned of. */
export interface SnapshotReport {
  readonly path: string;
  /** `"expired"`: held for too long and ended. `"forgotten"`: no longer reachable, never closed, and closed now. */
  readonly reason: "expired" | "forgotten";
  readonly revision: number;
  readonly ageMs: number;
}

/** A timer set for longer fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const reports = channel("modelvault:snapshot");

export class SnapshotWatch implements PinWatch {
  readonly #path: string;
  /** Age in milliseconds at which a transaction is ended; undefined: never. */
  readonly #ageMsMax: number | undefined;
  readonly #pinned: Set<ReadTxn> = new Set();
  #readers: Readers | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(path: string, ageMsMax: number | undefined) {
    this.#path = path;
    this.#ageMsMax = ageMsMax;
  }

  attach(readers: Readers): void {
    this.#readers = readers;
  }

  /** How many are held now. */
  get size(): number {
    return this.#pinned.size;
  }

  pinned(txn: ReadTxn): void {
    txn.pinnedAt = performance.now();
    this.#pinned.add(txn);
    this.#schedule();
  }

  released(txn: ReadTxn): void {
    this.#pinned.delete(txn);
  }

  /** Tells of one that was forgotten. */
  forgotten(txn: ReadTxn): void {
    this.#report("forgotten", txn);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks four times within the age allowed, and only while anything is held. */
  #schedule(): void {
    const ageMsMax = this.#ageMsMax;
    if (ageMsMax === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#look(ageMsMax);
        if (this.#pinned.size > 0) this.#schedule();
      },
      Math.min(Math.ceil(ageMsMax / 4), TIMER_MS_MAX),
    );
    this.#timer.unref();
  }

  #look(ageMsMax: number): void {
    const now = performance.now();
    for (const txn of this.#pinned) {
      if (now - txn.pinnedAt < ageMsMax) continue;
      this.#readers?.expire(txn);
      this.#report("expired", txn);
    }
  }

  #report(reason: SnapshotReport["reason"], txn: ReadTxn): void {
    const ageMs = performance.now() - txn.pinnedAt;
    const report: SnapshotReport = { path: this.#path, reason, revision: txn.revision, ageMs };
    if (reports.hasSubscribers) reports.publish(report);
    const what = reason === "expired" ? "was held open" : "was forgotten without being closed, open";
    process.emitWarning(
      `A snapshot, view or iteration of "${this.#path}" ${what} for ${Math.round(ageMs)} ms, and was closed: while it was open the file could only grow.`,
      { code: reason === "expired" ? "MODELVAULT_SNAPSHOT_EXPIRED" : "MODELVAULT_SNAPSHOT_FORGOTTEN" },
    );
  }
}
