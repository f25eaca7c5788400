/**
 * One change at a time for the open write transaction, as the addon takes it: an instruction in a piece of memory that both look at.
 *
 *   flags 4 · tree 4 · length of the key 4 · key · up to the next multiple of 8, but at least one byte
 *   in the last 4 bytes of that: length of the value; behind it its address, 8 bytes, as a floating-point number
 *
 * The addon leaves in the flags whether the condition of the instruction was met.
 */
import { type Space, writeBytes, writePrefix } from "../format/keys.ts";
import { native } from "./addon.ts";
import { KEY_EXISTS, lmdbError, NOT_FOUND } from "./codes.ts";

export const PUT = 15;
export const REMOVE = 13;
export const NO_OVERWRITE = 0x10;
export const APPEND = 0x2_0000;
const FAILED_CONDITION = 0x400_0000;

const KEY_AT = 12;
const KEY_AREA_BYTES = 4_096;
/** Values up to this length are handed over in the same memory, behind the key. */
const VALUE_BYTES = 65_536;

export class WriteInstruction {
  readonly #path: string;
  readonly #envAddress: number;
  readonly #dbi: number;
  readonly #area: Uint8Array;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #address: number;
  /** Keeps a long value where LMDB is told to find it. */
  #long: ArrayBuffer | undefined;

  constructor(path: string, envAddress: number, dbi: number) {
    this.#path = path;
    this.#envAddress = envAddress;
    this.#dbi = dbi;
    const memory = new ArrayBuffer(KEY_AREA_BYTES + VALUE_BYTES);
    this.#area = new Uint8Array(memory);
    this.#words = new Uint32Array(memory, 0, KEY_AREA_BYTES / 4);
    this.#doubles = new Float64Array(memory, 0, KEY_AREA_BYTES / 8);
    this.#address = native.getAddress(memory);
  }

  /** Does it; false when its condition was not met. @throws store_io, store_full */
  run(flags: number, space: Space, key: Uint8Array, value: Uint8Array | undefined): boolean {
    const area = this.#area;
    const words = this.#words;
    const end = writeBytes(area, writePrefix(area, KEY_AT, space), key);
    words[0] = flags;
    words[1] = this.#dbi;
    words[2] = end - KEY_AT;
    if (value !== undefined) {
      const at = (end + 16) >> 3;
      words[at * 2 - 1] = value.length;
      this.#doubles[at] = this.#addressOf(value);
    }
    let answer: number | undefined;
    try {
      answer = native.write(this.#envAddress, this.#address);
    } catch (error) {
      throw lmdbError(error, this.#path, "write to");
    }
    this.#long = undefined;
    if (answer !== undefined && answer !== 0 && answer !== KEY_EXISTS && answer !== NOT_FOUND)
      throw lmdbError(answer, this.#path, "write to");
    return ((words[0] as number) & FAILED_CONDITION) === 0;
  }

  /** Where LMDB finds a value until the end of the call: a copy, for arrays of V8 may move. */
  #addressOf(value: Uint8Array): number {
    if (value.length <= VALUE_BYTES) {
      writeBytes(this.#area, KEY_AREA_BYTES, value);
      return this.#address + KEY_AREA_BYTES;
    }
    this.#long = new Uint8Array(value).buffer;
    return native.getAddress(this.#long);
  }
}
