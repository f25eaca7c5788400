/**
 * Pauses: a long run of a query may be interrupted, so that its thread can serve others, and go on later. The innermost walks ask
 * before each entry or row; once it is time they end as if there were nothing more, and so does every walk above them, each with its
 * place kept. Whoever pulls asks `paused` to tell a pause from the end, and pulls again to go on.
 */
export class Pause {
  readonly #isDue: () => boolean;
  #paused = false;

  /** `isDue`: whether the run has had its time for now. Where it never says no, nothing goes on. */
  constructor(isDue: () => boolean) {
    this.#isDue = isDue;
  }

  /** Whether the run is to stop here for now. Stays so until {@link resume}. */
  due(): boolean {
    this.#paused ||= this.#isDue();
    return this.#paused;
  }

  get paused(): boolean {
    return this.#paused;
  }

  resume(): void {
    this.#paused = false;
  }
}

/** Work that stops now and then: each `next` goes on, the last gives the result, and `return` gives up. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** The result of all steps in one go. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
