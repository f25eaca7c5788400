/** A view that stays open between calls, until it is closed by hand or by leaving a `using` block. */
import type { CheckedOptions } from "./options.ts";
import type { ReadState } from "./scope.ts";
import { ReadView, ViewScope } from "./view.ts";

/**
 * One frozen state, whatever is written meanwhile. It holds the store's snapshot until it is closed.
 *
 * @example
 * using view = db.openView();
 * const total = view.collection("books").count();
 */
export class OpenView extends ReadView {
  readonly #scope: ViewScope;
  readonly #release: () => void;
  readonly #revision: number;

  /** Made by `db.openView()`. */
  constructor(state: ReadState, revision: number, options: CheckedOptions, release: () => void) {
    const scope = new ViewScope(() => state, true, options);
    super(scope);
    this.#scope = scope;
    this.#revision = revision;
    this.#release = release;
  }

  /** The revision it shows. */
  revision(): number {
    return this.#revision;
  }

  /** Releases the state; again: nothing happens. Everything read through it afterwards throws `snapshot_closed`. */
  close(): void {
    this.#scope.end();
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
