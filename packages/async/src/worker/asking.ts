/**
 * Functions of the caller (updates, rewrites) run on the caller's thread, while the worker stands still in the middle of its
 * transaction: it posts rows, waits for the bell, and takes what the function made of them from its side port.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { ModelVaultError, type PackedShape, type Row, type Value } from "@modelvault/core";
import type { Asked } from "../protocol/messages.ts";
import { readOut } from "../protocol/odd-values.ts";
import type { Outbox } from "./outbox.ts";

/** Rows that are sent ahead of their turn, so that not every row costs a round trip. */
export const ASK_ROWS = 256;

/** Thrown through the engine when the function threw; the caller, who has the error itself, puts it in this one's place. */
export class AskFailed extends Error {}

export class Asking {
  readonly #port: MessagePort;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #outbox: Outbox;

  constructor(port: MessagePort, bell: Int32Array<SharedArrayBuffer>, outbox: Outbox) {
    this.#port = port;
    this.#bell = bell;
    this.#outbox = outbox;
  }

  /** What the function of a call makes of some rows. @throws AskFailed */
  ask(id: number, shape: PackedShape, payloads: readonly Uint8Array[]): readonly Row[] {
    const number = this.#outbox.shapes.numberOf(shape);
    const lengths = this.#outbox.addPayloads(payloads);
    this.#outbox.add(["ask", id, number, lengths]);
    const rung = Atomics.load(this.#bell, 0);
    this.#outbox.flush();
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: Asked } | undefined;
      if (received !== undefined) return rowsOf(received.message);
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
    let results: readonly Row[] = [];
    let at = 0;
    return (row, key = null) => {
      if (at >= results.length) {
        results = this.ask(id, shape(), ahead(row, key));
        at = 0;
      }
      const result = results[at++];
      if (result === undefined)
        throw new ModelVaultError("internal", "The caller's thread gave back fewer rows than it was sent.");
      return result;
    };
  }
}

function rowsOf(asked: Asked): readonly Row[] {
  if ("failed" in asked) throw new AskFailed();
  return ("odd" in asked ? readOut(asked.odd) : asked.rows) as readonly Row[];
}
