/**
 * Bytes copied out of pages, to be handed out: they stay as they are when the pages are written anew. Short ones share a buffer that is filled once
 * and then dropped, so bytes handed out keep at most {@link SHARED_BYTES} in memory. A node that reaches beyond its page, or a value beyond the file,
 * is damaged.
 */
import type { ModelVaultError } from "@modelvault/core";
import { NODE_HEAD_BYTES, PAGE_HEAD_BYTES, VALUE_OUTSIDE, wordPair } from "./page-format.ts";
import type { Chunk, PageMap } from "./page-map.ts";

const SHARED_BYTES = 65_536;
/** Longer ones get a buffer of their own. */
const SHARED_BYTES_MAX = 4_096;
/** Up to here a loop copies faster than `set`. */
const LOOPED_BYTES_MAX = 256;

const EMPTY: Uint8Array = new Uint8Array(0);

export class CopiedBytes {
  /** What was copied last is in here. */
  buffer: ArrayBuffer = new ArrayBuffer(0);
  readonly #map: PageMap;
  readonly damaged: () => ModelVaultError;
  readonly #lastInPage: number;
  #words: Int32Array = new Int32Array(0);
  #bytes: Uint8Array = EMPTY;
  #end = 0;

  constructor(map: PageMap, damaged: () => ModelVaultError) {
    this.#map = map;
    this.damaged = damaged;
    this.#lastInPage = 2 ** map.pageShift - 1;
  }

  /** The key of a node without its first `prefixLength` bytes. @throws store_io */
  key(chunk: Chunk, node: number, prefixLength: number): Uint8Array {
    const length = (chunk.pairs[(node + 6) >>> 1] as number) - prefixLength;
    this.#checkNode(node, length, NODE_HEAD_BYTES + prefixLength + length);
    return this.#view(chunk, node + NODE_HEAD_BYTES + prefixLength, length);
  }

  /** The value of a node of a leaf. @throws store_io */
  value(chunk: Chunk, node: number): Uint8Array {
    const { pairs } = chunk;
    const at = node >>> 1;
    const length = (pairs[at] as number) + (pairs[at + 1] as number) * 0x1_0000;
    const start = node + NODE_HEAD_BYTES + (pairs[at + 3] as number);
    if (((pairs[at + 2] as number) & VALUE_OUTSIDE) !== 0) return this.#outside(chunk.bytes, start, length);
    this.#checkNode(node, length, start + length - node);
    return this.#view(chunk, start, length);
  }

  /** Makes sure that a node lies in its page, by how far it reaches, and that what is asked for is not less than nothing. @throws store_io */
  #checkNode(node: number, asked: number, reach: number): void {
    // Beyond the chunk there is nothing, and nothing compares with it.
    if (!(asked >= 0 && (node & this.#lastInPage) + reach <= this.#lastInPage + 1)) throw this.damaged();
  }

  /** Copies a stretch of a page, of at most {@link SHARED_BYTES_MAX}; returns where in `buffer` it begins. */
  stretch({ bytes, words }: Chunk, start: number, length: number): number {
    // The copy lies as its original does, so that words are words.
    let at = this.#end + ((start - this.#end) & 3);
    if (at + length > this.buffer.byteLength) {
      this.buffer = new ArrayBuffer(SHARED_BYTES);
      this.#words = new Int32Array(this.buffer);
      this.#bytes = new Uint8Array(this.buffer);
      at = start & 3;
    }
    this.#end = at + length;
    if (length > LOOPED_BYTES_MAX) {
      this.#bytes.set(new Uint8Array(bytes.buffer, start, length), at);
      return at;
    }
    const target = this.#words;
    const first = start >>> 2;
    const moved = (at >>> 2) - first;
    const last = (start + length - 1) >>> 2;
    // The first word and the last may have bytes of others: those before are kept, and those behind are not in use yet.
    target[first + moved] = mixed(target[first + moved] as number, words[first] as number, start & 3);
    for (let word = first + 1; word <= last; word++) target[word + moved] = words[word] as number;
    return at;
  }

  #view(chunk: Chunk, start: number, length: number): Uint8Array {
    if (length === 0) return EMPTY;
    if (length > SHARED_BYTES_MAX) return chunk.bytes.slice(start, start + length);
    const at = this.stretch(chunk, start, length);
    return new Uint8Array(this.buffer, at, length);
  }

  /** A value that lies behind the head of a page of its own, and goes on through those behind it. @throws store_io */
  #outside(bytes: Uint8Array, start: number, length: number): Uint8Array {
    const word = (at: number): number =>
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0;
    const map = this.#map;
    const chunkBytes = 2 ** (map.chunkShift + map.pageShift);
    let from = wordPair(word(start), word(start + 4)) * 2 ** map.pageShift + PAGE_HEAD_BYTES;
    if (!(from + length <= map.bytesReadable)) throw this.damaged();
    const value = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const number = Math.floor(from / chunkBytes);
      const chunk = map.chunks[number] ?? map.makeChunk(number);
      const offset = from % chunkBytes;
      const part = chunk.bytes.subarray(offset, offset + length - done);
      value.set(part, done);
      done += part.length;
      from += part.length;
    }
    return value;
  }
}

/** A word whose first `kept` bytes are of one word, and the others of another. */
function mixed(before: number, word: number, kept: number): number {
  const mask = -1 << (kept * 8);
  return (before & ~mask) | (word & mask);
}
