/**
 * The calls that one worker has not answered yet, by number, and how long it has owed those answers. A stream whose rows wait for their consumer is
 * not in flight: it keeps no process alive, and is no work for the worker.
 */
import type { Pending } from "./pending.ts";
import { tickTime } from "./tick-clock.ts";

/** What a call counts for as soon as it is made, in milliseconds: so that calls of one tick are shared out, too. */
const CALL_MS = 0.005;

export class CallsInFlight {
  readonly #pending = new Map<number, Pending>();
  /** Called when there is something in flight again, and when there is nothing any more. */
  readonly #changed: (some: boolean) => void;
  #nextId = 1;
  #count = 0;
  #slow = 0;
  /** The times at which those in flight were made, added up. */
  #made = 0;

  constructor(changed: (some: boolean) => void) {
    this.#changed = changed;
  }

  /** How many calls are in flight. */
  get count(): number {
    return this.#count;
  }

  /** Whether all of them are look-ups, which take a moment. */
  get areQuick(): boolean {
    return this.#slow === 0;
  }

  /** How long they have been in flight, added up, in milliseconds. */
  get burden(): number {
    return this.#count === 0 ? 0 : this.#count * (tickTime() + CALL_MS) - this.#made;
  }

  /** Whether the end of one is waited for: not only the rest of iterations, which closing may cut. */
  get isWaitedFor(): boolean {
    for (const pending of this.#pending.values()) if (pending.mayBeCut !== true) return true;
    return false;
  }

  /** Adds a call; returns its number. */
  add(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    this.#begin(pending);
    return id;
  }

  get(id: number): Pending | undefined {
    return this.#pending.get(id);
  }

  /** Removes a call and returns it; undefined where nobody waits for it any longer. */
  take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#end(pending);
    return pending;
  }

  /** More chunks of a stream were asked for. */
  owe(pending: Pending, chunks: number): void {
    pending.chunksOwed = (pending.chunksOwed ?? 0) + chunks;
    this.#begin(pending);
  }

  /** A chunk of a stream came in. */
  paid(pending: Pending): void {
    pending.chunksOwed = (pending.chunksOwed ?? 1) - 1;
    if (pending.chunksOwed === 0) this.#end(pending);
  }

  /** Removes all calls and returns them. */
  takeAll(): Pending[] {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) this.#end(pending);
    return all;
  }

  #begin(pending: Pending): void {
    if (pending.madeAt !== undefined) return;
    pending.madeAt = tickTime();
    this.#made += pending.madeAt;
    if (pending.quick !== true) this.#slow++;
    if (++this.#count === 1) this.#changed(true);
  }

  #end(pending: Pending): void {
    if (pending.madeAt === undefined) return;
    this.#made -= pending.madeAt;
    pending.madeAt = undefined;
    if (pending.quick !== true) this.#slow--;
    if (--this.#count > 0) return;
    this.#made = 0;
    this.#changed(false);
  }
}
