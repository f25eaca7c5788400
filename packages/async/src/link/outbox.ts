/** Calls on their way to a worker: those of one tick travel in one message, and those of one kind in one entry of it. */
import type {
  CallBatch,
  CollectionRef,
  Entry,
  RunEntry,
  RunOp,
  ScopeId,
  SingleCall,
} from "../protocol/messages.ts";

export interface OutboxEvents {
  /** Takes a message. @throws what cannot be cloned */
  readonly post: (batch: CallBatch | SingleCall) => void;
  /** The revision that reads of this message must show at least. */
  readonly leastRevision: () => number;
  /** A call that cannot be cloned. */
  readonly refused: (id: number, error: unknown) => void;
}

export class Outbox {
  readonly #events: OutboxEvents;
  #entries: Entry[] = [];
  #closed = false;

  constructor(events: OutboxEvents) {
    this.#events = events;
  }

  send(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length === 1) queueMicrotask(() => this.#flush());
  }

  /** A call with one argument: joins the run before it where only number and argument differ. */
  sendRun(id: number, op: RunOp, scope: ScopeId, ref: CollectionRef, item: unknown): void {
    const last = this.#entries[this.#entries.length - 1];
    if (
      last !== undefined &&
      last[0] === "run" &&
      last[3] === op &&
      last[4] === ref &&
      last[2] === scope &&
      (last as RunEntry)[1] + last[5].length === id
    )
      last[5].push(item);
    else this.send(["run", id, scope, op, ref, [item]]);
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#closed = true;
  }

  #flush(): void {
    const calls = this.#entries;
    if (calls.length === 0) return;
    this.#entries = [];
    if (this.#closed) return;
    const leastRevision = this.#events.leastRevision();
    try {
      this.#events.post(single(calls, leastRevision) ?? { calls, leastRevision });
    } catch {
      // One of them cannot be cloned after all; the others can.
      for (const entry of calls) this.#sendAlone(entry, leastRevision);
    }
  }

  #sendAlone(entry: Entry, leastRevision: number): void {
    try {
      this.#events.post({ calls: [entry], leastRevision });
    } catch (error) {
      const count = entry[0] === "run" ? entry[5].length : 1;
      for (let id = entry[1]; id < entry[1] + count; id++) this.#events.refused(id, error);
    }
  }
}

function single(calls: readonly Entry[], leastRevision: number): SingleCall | undefined {
  const [call] = calls;
  if (calls.length > 1 || call?.[0] !== "run" || call[5].length > 1) return undefined;
  return [leastRevision, call[1], call[2], call[3], call[4], call[5][0]];
}
