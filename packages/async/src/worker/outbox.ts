/** Answers on their way to the caller: gathered, then sent in one message with the payloads they speak of in one buffer. */
import type { Answer, AnswerBatch, SingleAnswer } from "../protocol/messages.ts";
import type { ShapeBook } from "./shape-book.ts";

/** Messages are kept so small that decoding one is no long work for the caller's thread. */
const BATCH_BYTES = 64 * 1024;
const BATCH_ROWS = 512;

/** Buffers from this size on are handed over, smaller ones copied: handing over costs the same whatever the size. */
const TRANSFER_BYTES = 16 * 1024;

const NOTHING: readonly ArrayBuffer[] = [];

type Post = (batch: AnswerBatch | SingleAnswer, transfer: readonly ArrayBuffer[]) => void;

export class Outbox {
  readonly shapes: ShapeBook;
  readonly #post: Post;
  #answers: Answer[] = [];
  #payloads: Uint8Array[] = [];
  #size = 0;
  /** Of the last commit that the caller is told of with the next message. */
  revision = 0;

  constructor(shapes: ShapeBook, post: Post) {
    this.shapes = shapes;
    this.#post = post;
  }

  add(answer: Answer): void {
    this.#answers.push(answer);
  }

  /** Adds payloads, those of the answer added next; returns their lengths. */
  addPayloads(payloads: readonly (Uint8Array | null | undefined)[]): number[] {
    return payloads.map((payload) => {
      if (payload === undefined || payload === null) return -1;
      this.#payloads.push(payload);
      this.#size += payload.length;
      return payload.length;
    });
  }

  /** Whether the message is as long as it should get. */
  get full(): boolean {
    return this.#size >= BATCH_BYTES || this.#payloads.length >= BATCH_ROWS;
  }

  flush(): void {
    if (this.#answers.length === 0) return;
    const single = this.#single();
    if (single !== undefined) {
      this.#post(single, NOTHING);
      this.#answers = [];
      this.#payloads = [];
      this.#size = 0;
      return;
    }
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const payload of this.#payloads) {
      bytes.set(payload, at);
      at += payload.length;
    }
    const batch = {
      shapes: this.shapes.takeUnsent(),
      answers: this.#answers,
      bytes,
      revision: this.revision,
    };
    this.#answers = [];
    this.#payloads = [];
    this.#size = 0;
    this.#post(batch, bytes.length >= TRANSFER_BYTES ? [bytes.buffer] : NOTHING);
  }

  #single(): SingleAnswer | undefined {
    const [answer] = this.#answers;
    if (answer === undefined || this.#answers.length > 1 || this.shapes.hasUnsent) return undefined;
    if (answer[0] === "values" && answer[2].length === 1) return [this.revision, answer[1], answer[2][0]];
    if (answer[0] !== "rows" || answer[3].length > 1 || this.#size >= TRANSFER_BYTES) return undefined;
    const [payload] = this.#payloads;
    // A copy: what it lies in would be cloned with it.
    return [this.revision, answer[1], answer[2], payload && new Uint8Array(payload)];
  }
}
