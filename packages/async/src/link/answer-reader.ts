/**
 * What a worker says: answers that settle calls, rows that are decoded here, questions for the caller's functions. Handling them is cut into
 * slices, so that rows by the thousand never hold the event loop up.
 */
import { type IntegerMode, ModelVaultError, type Row } from "@modelvault/core";
import {
  type Answer,
  type AnswerBatch,
  ASK_FAILED,
  type Asked,
  type SingleAnswer,
  type WireError,
} from "../protocol/messages.ts";
import { spell } from "../protocol/odd-values.ts";
import { portable } from "../protocol/portable.ts";
import { errorFromWire, errorToWire } from "../protocol/wire-errors.ts";
import type { CallsInFlight } from "./calls-in-flight.ts";
import { PackedChunk, type Pending } from "./pending.ts";
import { ShapeCache } from "./shape-cache.ts";

/** Answers are handled for this long at most before the event loop gets its turn. */
const SLICE_MS = 3;

export interface ReaderEvents {
  /** Told of the last commit that an answer spoke of. */
  readonly committed: (revision: number) => void;
  readonly report: (method: string, report: unknown) => void;
  /** Answers a question for which the worker stands still. */
  readonly answer: (asked: Asked) => void;
  /** Called when a call was settled. */
  readonly settled: () => void;
}

export class AnswerReader {
  readonly #calls: CallsInFlight;
  readonly #events: ReaderEvents;
  readonly #shapes = new ShapeCache();
  #inbox: (AnswerBatch | SingleAnswer)[] = [];
  #handling = false;

  constructor(calls: CallsInFlight, events: ReaderEvents) {
    this.#calls = calls;
    this.#events = events;
  }

  receive(batch: AnswerBatch | SingleAnswer): void {
    if (this.#handling || this.#inbox.length > 0) this.#inbox.push(batch);
    else if ("length" in batch) this.#handleSingle(batch);
    else {
      this.#inbox.push(batch);
      this.#handle();
    }
  }

  /** Handles what came in and was not handled yet, for nothing more will. */
  readOut(): void {
    for (const batch of this.#inbox.splice(0)) this.#handleAny(batch);
  }

  resolve(id: number, value: unknown): void {
    const pending = this.#calls.take(id);
    if (pending === undefined) return;
    if (pending.progressFailure === undefined) pending.resolve(value);
    else pending.reject(pending.progressFailure.error);
    this.#events.settled();
  }

  reject(id: number, error: unknown): void {
    const pending = this.#calls.take(id);
    if (pending === undefined) return;
    pending.reject(error);
    this.#events.settled();
  }

  /** Handles what came in, a slice at a time. */
  #handle(): void {
    const until = performance.now() + SLICE_MS;
    let batch = this.#inbox.shift();
    while (batch !== undefined) {
      this.#handleAny(batch);
      if (this.#inbox.length > 0 && performance.now() > until) {
        this.#handling = true;
        setImmediate(() => {
          this.#handling = false;
          this.#handle();
        });
        return;
      }
      batch = this.#inbox.shift();
    }
  }

  #handleAny(batch: AnswerBatch | SingleAnswer): void {
    if ("length" in batch) this.#handleSingle(batch);
    else this.#handleBatch(batch);
  }

  #handleSingle(answer: SingleAnswer): void {
    const [revision, id] = answer;
    this.#events.committed(revision);
    if (answer.length === 3 || answer[3] === undefined) {
      this.resolve(id, answer.length === 3 ? answer[2] : undefined);
      return;
    }
    const pending = this.#calls.get(id);
    if (pending === undefined) return;
    let row: Row;
    try {
      row = this.#shapes.decoder(answer[2], pending.integers)(answer[3]);
    } catch (error) {
      this.reject(id, error);
      return;
    }
    this.resolve(id, row);
  }

  #handleBatch({ shapes, answers, bytes, revision }: AnswerBatch): void {
    if (shapes.length > 0) this.#shapes.learn(shapes);
    this.#events.committed(revision);
    let offset = 0;
    for (const answer of answers) offset = this.#handleAnswer(answer, bytes, offset);
  }

  /** Returns where the payloads of the next answer begin. */
  #handleAnswer(answer: Answer, bytes: Uint8Array, offset: number): number {
    switch (answer[0]) {
      case "values":
        for (const [at, value] of answer[2].entries()) this.resolve(answer[1] + at, value);
        return offset;
      case "error":
        this.#fail(answer[1], answer[2]);
        return offset;
      case "rows":
        return this.#handleRows(answer[1], answer[2], answer[3], bytes, offset);
      case "chunk": {
        const pending = this.#calls.get(answer[1]);
        if (pending !== undefined) {
          if (answer[4] === undefined) this.#calls.paid(pending);
          else this.#calls.take(answer[1]);
          pending.chunk?.(this.#chunk(answer[2], pending.integers, answer[3], bytes, offset), answer[4]);
          if (answer[4] !== undefined) this.#events.settled();
        }
        return offset + sizeOf(answer[3]);
      }
      case "ask": {
        const pending = this.#calls.get(answer[1]);
        // The worker stands still until it hears something, also where nobody waits for the call any longer.
        if (pending === undefined) this.#events.answer({ rows: [], odd: false, failed: true });
        else this.#answerAsk(pending, this.#chunk(answer[2], pending.integers, answer[3], bytes, offset));
        return offset + sizeOf(answer[3]);
      }
      case "report":
        this.#events.report(answer[1], answer[2]);
        return offset;
      case "progress":
        this.#tellProgress(answer[1], answer[2]);
        return offset;
    }
  }

  #handleRows(
    first: number,
    shape: number,
    lengths: readonly number[],
    bytes: Uint8Array,
    offset: number,
  ): number {
    let at = offset;
    for (let index = 0; index < lengths.length; index++) {
      const length = lengths[index] as number;
      const pending = this.#calls.get(first + index);
      if (pending !== undefined) {
        if (length < 0) this.resolve(first + index, undefined);
        else {
          try {
            const decode = this.#shapes.decoder(shape, pending.integers);
            this.resolve(first + index, decode(bytes.subarray(at, at + length)));
          } catch (error) {
            this.reject(first + index, error);
          }
        }
      }
      if (length > 0) at += length;
    }
    return at;
  }

  #chunk(
    shape: number,
    integers: IntegerMode,
    lengths: readonly number[],
    bytes: Uint8Array,
    offset: number,
  ): PackedChunk {
    const decode = lengths.length === 0 || shape < 0 ? noRow : this.#shapes.decoder(shape, integers);
    return new PackedChunk(bytes, offset, lengths, decode);
  }

  /** Runs the caller's function, row after row, while the worker waits for it. */
  #answerAsk(pending: Pending, chunk: PackedChunk): void {
    const made: unknown[] = [];
    let odd = false;
    const { progressFailure } = pending;
    const failed = progressFailure !== undefined;
    if (progressFailure !== undefined) pending.failure = progressFailure;
    try {
      while (chunk.left > 0 && !failed) {
        const result = portable(pending.apply?.(chunk.next() as Row));
        odd ||= result.odd;
        made.push(result.value);
      }
    } catch (error) {
      pending.failure = { error };
      this.#events.answer({ rows: odd ? spell(made) : made, odd, failed: true, error: errorToWire(error) });
      return;
    }
    this.#events.answer({ rows: odd ? spell(made) : made, odd, failed });
  }

  /** A callback that throws makes its call reject, when that has ended. */
  #tellProgress(id: number, progress: unknown): void {
    const pending = this.#calls.get(id);
    if (pending?.progress === undefined || pending.progressFailure !== undefined) return;
    try {
      // What is told, and to whom, belongs to the call.
      pending.progress(progress as never);
    } catch (error) {
      pending.progressFailure = { error };
    }
  }

  #fail(id: number, error: WireError): void {
    const failure = this.#calls.get(id)?.failure;
    const own = failure !== undefined && "foreign" in error && error.foreign === ASK_FAILED;
    this.reject(id, own ? failure.error : errorFromWire(error));
  }
}

function sizeOf(lengths: readonly number[]): number {
  let size = 0;
  for (const length of lengths) if (length > 0) size += length;
  return size;
}

function noRow(): Row {
  throw new ModelVaultError("internal", "A row came without its shape.");
}
