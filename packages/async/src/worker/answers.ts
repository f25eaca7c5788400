/** What became of calls, on its way to the caller: values and rows at once, long calls as they go on. */
import type { PackedShape } from "@modelvault/core";
import { type Claim, DATABASE_SCOPE, type ScopeId } from "../protocol/messages.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import type { LongCalls } from "./long-calls.ts";
import type { Outbox } from "./outbox.ts";
import { ManyRows, OneRow, Stepped } from "./results.ts";
import { RowSender } from "./row-sender.ts";
import type { Slice } from "./slice.ts";
import { SteppedCall } from "./stepped-call.ts";

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export class Answers {
  readonly #outbox: Outbox;
  readonly #long: LongCalls;
  readonly #slice: Slice;

  constructor(outbox: Outbox, long: LongCalls, slice: Slice) {
    this.#outbox = outbox;
    this.#long = long;
    this.#slice = slice;
  }

  /** Runs a call and answers it. */
  run(id: number, claim: Claim | undefined, run: () => unknown, scope: ScopeId = DATABASE_SCOPE): void {
    let outcome: Outcome;
    try {
      outcome = { value: run() };
    } catch (error) {
      outcome = { error };
    }
    this.one(id, outcome, scope, claim);
  }

  one(id: number, outcome: Outcome, scope: ScopeId = DATABASE_SCOPE, claim?: Claim): void {
    if ("error" in outcome) this.error(id, outcome.error);
    else this.#value(id, outcome.value, scope, claim);
    if (this.#outbox.full) this.#outbox.flush();
  }

  /** Answers consecutive calls, values that follow each other in one go. */
  all(first: number, outcomes: readonly Outcome[]): void {
    let values: unknown[] = [];
    const send = (end: number): void => {
      if (values.length > 0) this.#outbox.add(["values", end - values.length, values]);
      values = [];
    };
    for (const [at, outcome] of outcomes.entries()) {
      if ("value" in outcome && !(outcome.value instanceof OneRow)) {
        values.push(outcome.value);
        continue;
      }
      send(first + at);
      this.one(first + at, outcome);
    }
    send(first + outcomes.length);
  }

  error(id: number, error: unknown): void {
    this.#outbox.add(["error", id, errorToWire(error)]);
  }

  #value(id: number, value: unknown, scope: ScopeId, claim: Claim | undefined): void {
    if (value instanceof OneRow) this.#row(id, value.shape, value.payload);
    else if (value instanceof ManyRows)
      this.#long.begin(id, new RowSender(id, value, claim, this.#outbox, this.#slice), scope);
    else if (value instanceof Stepped)
      this.#long.begin(
        id,
        new SteppedCall(value, claim, (result) => this.#value(id, result, scope, claim)),
        scope,
      );
    else this.#outbox.add(["values", id, [value]]);
  }

  #row(id: number, shape: PackedShape | undefined, payload: Uint8Array | undefined): void {
    const number = shape === undefined ? -1 : this.#outbox.shapes.numberOf(shape);
    this.#outbox.add(["rows", id, number, this.#outbox.addPayloads([payload])]);
  }
}
