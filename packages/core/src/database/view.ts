/** A read-only view of one state: several queries that agree with each other. */
import { ModelVaultError } from "../errors/error.ts";
import { ReadHandle } from "./handle.ts";
import type { CheckedOptions } from "./options.ts";
import type { OpenState, ReadState, Scope } from "./scope.ts";

/** Everything a view reads comes from one state, that of the transaction it was opened in if there is one; every write is refused. */
export class ViewScope implements Scope {
  readonly options: CheckedOptions;
  readonly #look: () => ReadState;
  readonly #frozen: boolean;
  #ended = false;

  /** `look`: the state it shows; inside a transaction another one after each write, its catalogue included. */
  constructor(look: () => ReadState, frozen: boolean, options: CheckedOptions) {
    this.#look = look;
    this.#frozen = frozen;
    this.options = options;
  }

  current(): ReadState {
    if (this.#ended)
      throw new ModelVaultError("snapshot_closed", "The view was used after its callback returned.");
    return this.#look();
  }

  read<T>(work: (state: ReadState) => T): T {
    return work(this.current());
  }

  open(): OpenState {
    return {
      ...this.current(),
      frozen: this.#frozen,
      refuseEnded: () => void this.current(),
      close: () => undefined,
    };
  }

  write(): never {
    this.current();
    throw new ModelVaultError(
      "view_read_only",
      "A view shows one state and takes no writes; write through the database or a transaction.",
    );
  }

  statement(): never {
    return this.write();
  }

  steps(): never {
    return this.write();
  }

  end(): void {
    this.#ended = true;
  }
}

/** What the callback of `db.read` gets. */
export class ReadView extends ReadHandle {}
