/** How long one piece of work may hold a worker's thread before others get their turn. */
const SLICE_MS = 5;

/** Questions between two looks at the clock. */
const LOOK_EVERY = 32;

export class Slice {
  readonly #now: () => number;
  #until = 0;
  #asked = 0;

  /** `now`: a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  begin(): void {
    this.#until = this.#now() + SLICE_MS;
  }

  get over(): boolean {
    return this.#now() > this.#until;
  }

  /** The same for tight loops. It says no most times, so whatever asks gets on. */
  readonly isDue = (): boolean => ++this.#asked % LOOK_EVERY === 0 && this.over;
}
