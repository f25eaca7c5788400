/** One call that is interrupted when its slice is over: a long query, say. */
import { CALLED_OFF, type Claim } from "../protocol/messages.ts";
import type { LongCall } from "./long-call.ts";
import type { Stepped } from "./results.ts";

export class SteppedCall implements LongCall {
  readonly ready = true;
  readonly #steps: Stepped["steps"];
  readonly #claim: Claim | undefined;
  readonly #done: (result: unknown) => void;

  /** `done` is told of the result. */
  constructor({ steps }: Stepped, claim: Claim | undefined, done: (result: unknown) => void) {
    this.#steps = steps;
    this.#claim = claim;
    this.#done = done;
  }

  go(): boolean {
    if (this.#claim !== undefined && Atomics.load(this.#claim, 0) === CALLED_OFF) {
      this.close();
      return false;
    }
    const step = this.#steps.next();
    if (step.done !== true) return true;
    this.#done(step.value);
    return false;
  }

  close(): void {
    this.#steps.return(undefined);
  }
}
