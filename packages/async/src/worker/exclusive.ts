/**
 * Calls that must not run beside another one of their kind: writes, transactions, maintenance. They run in the order in which they
 * came; writes that wait together are one group. A long one is interrupted when its slice is over: others read committed state meanwhile.
 */
import type { Database, TransactionOptions } from "@modelvault/core";
import { BEGUN, type Claim, WAITING } from "../protocol/messages.ts";
import type { Answers, Outcome } from "./answers.ts";
import { Group, type Write } from "./group-commit.ts";
import { Stepped } from "./results.ts";
import type { Scopes } from "./scopes.ts";
import type { Slice } from "./slice.ts";

/** A call that waits for its turn. */
export type Waiting =
  | {
      readonly kind: "writes";
      readonly first: number;
      readonly writes: readonly Write[];
      readonly claim?: Claim | undefined;
    }
  | {
      readonly kind: "begin";
      readonly id: number;
      readonly how: TransactionOptions | undefined;
      readonly claim?: Claim | undefined;
    }
  | {
      readonly kind: "alone";
      readonly id: number;
      readonly run: () => unknown;
      readonly claim?: Claim | undefined;
    };

type WaitingWrites = Extract<Waiting, { kind: "writes" }>;

/** How often a group that has run takes in writes that arrived meanwhile, before it is committed. */
const ROUNDS_MAX = 32;

export class Exclusive {
  readonly #db: Database;
  readonly #scopes: Scopes;
  readonly #answers: Answers;
  readonly #slice: Slice;
  /** Takes calls in that have arrived. */
  readonly #arrived: () => void;
  /** Called when the caller will have heard of everything committed up to now. */
  readonly #told: () => void;
  #waiting: Waiting[] = [];
  /** What was interrupted: goes on, and says whether it is done. */
  #current: (() => boolean) | undefined;

  constructor(
    db: Database,
    scopes: Scopes,
    answers: Answers,
    slice: Slice,
    arrived: () => void,
    told: () => void,
  ) {
    this.#db = db;
    this.#scopes = scopes;
    this.#answers = answers;
    this.#slice = slice;
    this.#arrived = arrived;
    this.#told = told;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Whether there is something to go on with. */
  get ready(): boolean {
    return this.#current !== undefined || (this.#waiting.length > 0 && !this.#scopes.held);
  }

  /** Lets calls run, as far as no transaction holds the store and the slice is not over. */
  run(): void {
    while (this.ready) {
      this.#current ??= this.#next();
      if (!this.#current()) return;
      this.#current = undefined;
      if (this.#slice.over) return;
    }
  }

  #next(): () => boolean {
    const [head] = this.#waiting;
    if (head?.kind === "writes") return this.#group();
    this.#waiting.shift();
    if (head === undefined || !claimed(head.claim)) return DONE;
    if (head.kind === "alone") return this.#alone(head.id, head.run);
    this.#answers.run(head.id, head.claim, () => {
      this.#scopes.add(head.id, this.#db.begin(head.how), true);
    });
    return DONE;
  }

  /** All writes at the head of the queue, in one commit, and those that come in while they run. */
  #group(): () => boolean {
    const group = new Group(this.#db);
    const taken = this.#takeWrites(group);
    let rounds = 0;
    return () => {
      for (;;) {
        if (!group.run(() => this.#slice.over)) return false;
        if (++rounds > ROUNDS_MAX) break;
        this.#arrived();
        const more = this.#takeWrites(group);
        if (more.length === 0) break;
        taken.push(...more);
      }
      group.commit();
      this.#told();
      let at = 0;
      for (const { first, writes } of taken) {
        this.#answers.all(first, group.outcomes.slice(at, at + writes.length));
        at += writes.length;
      }
      return true;
    };
  }

  /** Moves the writes at the head of the queue into a group. */
  #takeWrites(group: Group): WaitingWrites[] {
    let end = 0;
    while (this.#waiting[end]?.kind === "writes") end++;
    const waiting = this.#waiting.splice(0, end) as WaitingWrites[];
    const taken = waiting.filter(({ claim }) => claimed(claim));
    for (const { writes } of taken) group.add(writes);
    return taken;
  }

  #alone(id: number, run: () => unknown): () => boolean {
    let steps: Stepped["steps"] | undefined;
    return () => {
      let outcome: Outcome;
      try {
        let value: unknown = steps === undefined ? run() : undefined;
        if (value instanceof Stepped) ({ steps } = value);
        if (steps !== undefined) {
          const step = steps.next();
          if (step.done !== true) return false;
          ({ value } = step);
        }
        outcome = { value };
      } catch (error) {
        outcome = { error };
      }
      this.#answers.one(id, outcome);
      return true;
    };
  }
}

const DONE = (): boolean => true;

/** Claims a call for running; false where the caller called it off. */
export function claimed(claim: Claim | undefined): boolean {
  return claim === undefined || Atomics.compareExchange(claim, 0, WAITING, BEGUN) === WAITING;
}
