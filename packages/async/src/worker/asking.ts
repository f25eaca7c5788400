/**
 * Functions of the caller (updates, rewrites) run on the caller's thread, while the worker stands still in the middle of its
 * transaction: it posts rows, waits for the bell, and takes what the function made of them from its side port.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { ModelVaultError, type PackedShape, type Row, type Value } from "@modelvault/core";
import { ASK_FAILED, type Asked, type WireError } from "../protocol/messages.ts";
import { readOut } from "../protocol/odd-values.ts";
import { errorFromWire } from "../protocol/wire-errors.ts";
import type { Outbox } from "./outbox.ts";

/** Rows that are sent ahead of their turn, so that not every row costs a round trip. */
export const ASK_ROWS = 256;

/** Thrown through the engine when the function threw; the caller, who has the error itself, puts it in this one's place. */
export class AskFailed extends Error {
  override readonly name: string = ASK_FAILED;
}

/** What the function made of rows, up to the one at which it failed. */
interface Answered {
  readonly rows: readonly Row[];
  readonly failed: boolean;
  readonly error?: WireError | undefined;
}

export class Asking {
  readonly #port: MessagePort;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #outbox: Outbox;

  constructor(port: MessagePort, bell: Int32Array<SharedArrayBuffer>, outbox: Outbox) {
    this.#port = port;
    this.#bell = bell;
    this.#outbox = outbox;
  }

  /** What the function of a call makes of a row. @throws what the function throws, and AskFailed where nobody waits for the call any longer */
  askOne(id: number, shape: PackedShape, payloads: readonly Uint8Array[]): Row {
    const { rows, error } = this.#ask(id, shape, payloads);
    if (rows.length === 0) throw error === undefined ? new AskFailed() : errorFromWire(error);
    // Whatever it is: the engine judges it.
    return rows[0] as Row;
  }

  /** Waits until the caller has taken in what was sent before. @throws AskFailed where it will not go on */
  catchUp(id: number, shape: PackedShape): void {
    if (this.#ask(id, shape, []).failed) throw new AskFailed();
  }

  #ask(id: number, shape: PackedShape, payloads: readonly Uint8Array[]): Answered {
    const number = this.#outbox.shapes.numberOf(shape);
    const lengths = this.#outbox.addPayloads(payloads);
    this.#outbox.add(["ask", id, number, lengths]);
    const rung = Atomics.load(this.#bell, 0);
    this.#outbox.flush();
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: Asked } | undefined;
      if (received !== undefined) return answered(received.message);
      Atomics.wait(this.#bell, 0, rung, 1000);
    }
  }

  /**
   * The function of a call, as one to be called with row after row. `ahead` gives the payloads from a row on, that row first, in the order
   * in which they will be asked for.
   */
  functionOf(
    id: number,
    shape: () => PackedShape,
    ahead: (row: Row, key: Value) => readonly Uint8Array[],
  ): (row: Row, key?: Value) => Row {
    let { rows, failed }: Answered = { rows: [], failed: false };
    let at = 0;
    return (row, key = null) => {
      if (at >= rows.length && !failed) {
        ({ rows, failed } = this.#ask(id, shape(), ahead(row, key)));
        at = 0;
      }
      if (at < rows.length) return rows[at++] as Row;
      if (failed) throw new AskFailed();
      throw new ModelVaultError("internal", "The caller's thread gave back fewer rows than it was sent.");
    };
  }
}

function answered({ rows, odd, failed, error }: Asked): Answered {
  return { rows: (odd ? readOut(rows) : rows) as readonly Row[], failed, error };
}
