/** How long a reader lives: a store, a snapshot or a transaction, and the scans that end with it. */
import { ModelVaultError } from "../errors/error.ts";

export class Lifetime {
  private ended = false;
  private readonly reader: "snapshot" | "store" | "transaction";
  /** The store that takes its snapshots along when it is closed. */
  private readonly within: Lifetime | null;

  constructor(reader: "snapshot" | "store" | "transaction", within: Lifetime | null = null) {
    this.reader = reader;
    this.within = within;
  }

  /** Whether the reader has ended, by itself or with its store. */
  get over(): boolean {
    return this.ended || (this.within?.ended ?? false);
  }

  end(): void {
    this.ended = true;
  }

  /** @throws store_closed, snapshot_closed, transaction_closed */
  check(): void {
    if (this.over) throw this.closedError();
  }

  private closedError(): ModelVaultError {
    if (this.reader === "store") {
      return new ModelVaultError("store_closed", "The store is closed: open it again to use it.");
    }
    const cause = this.ended ? "" : ", for its store was closed";
    return this.reader === "snapshot"
      ? new ModelVaultError("snapshot_closed", `The snapshot is closed${cause}: take another one to read.`)
      : new ModelVaultError("transaction_closed", `The transaction is over${cause}: begin another one.`);
  }
}
