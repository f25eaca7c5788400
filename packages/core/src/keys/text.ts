/**
 * Text as UTF-8. Writing refuses lone surrogates, reading refuses malformed bytes: nothing is ever replaced by U+FFFD.
 * Short texts go through char codes, which is several times faster than any decoder object; long ones use what the host has.
 */

type HostSlice = (this: Uint8Array, start: number, end: number) => string;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const hostSlice: HostSlice | undefined = probeHost();
/** Up to this many bytes one call of `String.fromCharCode` beats a call into the host. */
const CHAR_CODES_MAX = 20;

/** Node's own slice works on any Uint8Array; tried once, on known bytes, because no standard promises it. */
function probeHost(): HostSlice | undefined {
  const slice = globalThis.Buffer?.prototype.utf8Slice;
  if (typeof slice !== "function") return undefined;
  try {
    const sample = new Uint8Array([0x2d, 0x41, 0xc3, 0xa9, 0x2d, 0xff]);
    const whole = slice.call(sample, 1, 4) === "A\u00e9";
    return whole && slice.call(sample, 4, 6) === "-\ufffd" ? slice : undefined;
  } catch {
    return undefined;
  }
}

/** UTF-8 of a text; undefined when it has a lone surrogate. */
export function utf8Bytes(text: string): Uint8Array | undefined {
  return text.isWellFormed() ? encoder.encode(text) : undefined;
}

/**
 * Writes UTF-8 where the caller has made room for three bytes per UTF-16 unit.
 * @returns the position behind it; -1 when the text has a lone surrogate.
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  const length = text.length;
  if (length > 64) return writeLongUtf8(text, target, at);
  let to = at;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) target[to++] = unit;
    else if (unit < 0x800) {
      target[to++] = 0xc0 | (unit >> 6);
      target[to++] = 0x80 | (unit & 63);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      target[to++] = 0xe0 | (unit >> 12);
      target[to++] = 0x80 | ((unit >> 6) & 63);
      target[to++] = 0x80 | (unit & 63);
    } else {
      const next = text.charCodeAt(++index);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
      target[to++] = 0xf0 | (point >> 18);
      target[to++] = 0x80 | ((point >> 12) & 63);
      target[to++] = 0x80 | ((point >> 6) & 63);
      target[to++] = 0x80 | (point & 63);
    }
  }
  return to;
}

function writeLongUtf8(text: string, target: Uint8Array, at: number): number {
  if (!text.isWellFormed()) return -1;
  return at + encoder.encodeInto(text, at === 0 ? target : target.subarray(at)).written;
}

/** The text of `source[start, end)`, which the caller knows to be there; undefined when it is not UTF-8. */
export function readUtf8(source: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length <= CHAR_CODES_MAX && isAscii(source, start, end)) return shortAscii(source, start, length);
  if (hostSlice !== undefined) {
    const text = hostSlice.call(source, start, end);
    // The host replaces what is malformed; only a text that has U+FFFD can be such a one, or hold it rightly.
    if (text.indexOf("\ufffd") < 0) return text;
  }
  try {
    return decoder.decode(source.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Whether all bytes of `source[start, end)` are below 80. */
function isAscii(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((source[at] as number) > 127) return false;
  return true;
}

/** One call with every code makes a flat string; adding characters one by one would make a tree of strings. */
function shortAscii(b: Uint8Array, p: number, length: number): string {
  const make = String.fromCharCode;
  // biome-ignore format: a table
  switch (length) {
    case 0:
      return "";
    case 1:
      return make(b[p] as number);
    case 2:
      return make(b[p] as number, b[p + 1] as number);
    case 3:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number);
    case 4:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number);
    case 5:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number);
    case 6:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number);
    case 7:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number);
    case 8:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number);
    case 9:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number);
    case 10:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number);
    case 11:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number);
    case 12:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number);
    case 13:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number);
    case 14:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number);
    case 15:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number);
    case 16:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number, b[p + 15] as number);
    case 17:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number, b[p + 15] as number, b[p + 16] as number);
    case 18:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number, b[p + 15] as number, b[p + 16] as number, b[p + 17] as number);
    case 19:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number, b[p + 15] as number, b[p + 16] as number, b[p + 17] as number, b[p + 18] as number);
    default:
      return make(b[p] as number, b[p + 1] as number, b[p + 2] as number, b[p + 3] as number, b[p + 4] as number, b[p + 5] as number, b[p + 6] as number, b[p + 7] as number, b[p + 8] as number, b[p + 9] as number, b[p + 10] as number, b[p + 11] as number, b[p + 12] as number, b[p + 13] as number, b[p + 14] as number, b[p + 15] as number, b[p + 16] as number, b[p + 17] as number, b[p + 18] as number, b[p + 19] as number);
  }
}
