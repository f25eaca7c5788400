/**
 * Numbers that a collection counts up, from 1. The highest one given out is a note of the vault, written in the transaction that
 * uses it: it is rolled back with it, and a number whose row was deleted is not given out again. The note is the collection's: it keeps it
 * under another name, and ends with it.
 */
import {
  type Collection,
  collectionNoteKey,
  ModelVaultError,
  type Row,
  type WriteHandle,
} from "@modelvault/core";
import type { Model } from "../define/model.ts";

export type NumberType = "number" | "int64" | "uint64";

const HIGHEST: Readonly<Record<NumberType, bigint>> = {
  number: BigInt(Number.MAX_SAFE_INTEGER),
  int64: 2n ** 63n - 1n,
  uint64: 2n ** 64n - 1n,
};

/** The numbers of one statement. */
export interface Numbering {
  /** @throws key_exhausted */
  next(): number | bigint;
  /** Told of each key that a row has, so that none of them is given out later. */
  taken(key: unknown): void;
  /** Keeps what was given out. */
  end(): void;
}

export class AutoIncrement {
  readonly #rows: Collection<Row>;
  readonly #model: Model;
  readonly #type: NumberType;

  constructor(rows: Collection<Row>, model: Model, type: NumberType) {
    this.#rows = rows;
    this.#model = model;
    this.#type = type;
  }

  /** Inside a transaction of this handle. */
  begin(db: WriteHandle): Numbering {
    const noteKey = collectionNoteKey("auto-increment", this.#model.name);
    const noted = db.note(noteKey);
    const before = noted === undefined ? undefined : readCount(noted);
    let last = before ?? this.#highest();
    return {
      next: () => {
        let number = last + 1n;
        // Another program may have used it.
        if (this.#rows.has(this.#fitting(number))) number = this.#highest() + 1n;
        last = number;
        return this.#fitting(number);
      },
      taken(key) {
        if (typeof key !== "bigint" && !Number.isSafeInteger(key)) return;
        const number = BigInt(key as number | bigint);
        if (number > last) last = number;
      },
      end() {
        if (last !== before) db.setNote(noteKey, writeCount(last));
      },
    };
  }

  /** The highest key there is, or 0. */
  #highest(): bigint {
    const { primaryKey } = this.#model;
    const row = this.#rows.orderBy([primaryKey], "desc").select([primaryKey]).first();
    const key = row?.[primaryKey];
    const number = typeof key === "number" || typeof key === "bigint" ? BigInt(key) : 0n;
    return number < 0n ? 0n : number;
  }

  #fitting(number: bigint): number | bigint {
    if (number <= HIGHEST[this.#type]) return this.#type === "number" ? Number(number) : number;
    const { name, primaryKey } = this.#model;
    throw new ModelVaultError(
      "key_exhausted",
      `The next "${primaryKey}" of "${name}" would be ${number}, which does not fit.`,
      { collection: name, field: primaryKey, value: number },
    );
  }
}

/** Eight bytes, the highest first. */
function writeCount(count: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  // A key that someone chose may lie beyond 64 bits; it is refused by the engine, and this note with it.
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, count));
  return bytes;
}

function readCount(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
}
