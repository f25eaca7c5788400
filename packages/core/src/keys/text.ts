/**
 * Text as UTF-8. Writing refuses lone surrogates, reading refuses malformed bytes: nothing is ever replaced by U+FFFD.
 * Short texts go through char codes, which is several times faster than any decoder object; long ones use what the host has.
 */

interface HostSlices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const hostSlices: HostSlices | undefined = probeHost();
/** Up to this many bytes one call of `String.fromCharCode` beats a call into the host. */
const CHAR_CODES_MAX = 12;

/** Node's own slices work on any Uint8Array; tried once, on known bytes, because no standard promises them. */
function probeHost(): HostSlices | undefined {
  const slices = globalThis.Buffer?.prototype;
  if (typeof slices?.latin1Slice !== "function" || typeof slices.utf8Slice !== "function") return undefined;
  try {
    const sample = new Uint8Array([0x2d, 0x41, 0xc3, 0xa9, 0x2d]);
    const { latin1Slice, utf8Slice } = slices;
    return latin1Slice.call(sample, 1, 2) === "A" && utf8Slice.call(sample, 1, 4) === "A\u00e9"
      ? { latin1Slice, utf8Slice }
      : undefined;
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
  if (!isAscii(source, start, end)) return readNonAscii(source, start, end);
  return end - start <= CHAR_CODES_MAX
    ? shortAscii(source, start, end - start)
    : longAscii(source, start, end);
}

/** Whether all bytes of `source[start, end)` are below 80. */
export function isAscii(source: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four =
      (source[at] as number) |
      (source[at + 1] as number) |
      (source[at + 2] as number) |
      (source[at + 3] as number);
    if (four > 127) return false;
  }
  for (; at < end; at++) if ((source[at] as number) > 127) return false;
  return true;
}

function longAscii(source: Uint8Array, start: number, end: number): string {
  return hostSlices === undefined
    ? decoder.decode(source.subarray(start, end))
    : hostSlices.latin1Slice.call(source, start, end);
}

function readNonAscii(source: Uint8Array, start: number, end: number): string | undefined {
  if (hostSlices !== undefined) {
    const text = hostSlices.utf8Slice.call(source, start, end);
    // The host replaces what is malformed; only a text that has U+FFFD can be such a one, or hold it rightly.
    if (text.indexOf("\ufffd") < 0) return text;
  }
  try {
    return decoder.decode(source.subarray(start, end));
  } catch {
    return undefined;
  }
}

function shortAscii(b: Uint8Array, at: number, length: number): string {
  const c = (index: number): number => b[at + index] as number;
  const make = String.fromCharCode;
  switch (length) {
    case 0:
      return "";
    case 1:
      return make(c(0));
    case 2:
      return make(c(0), c(1));
    case 3:
      return make(c(0), c(1), c(2));
    case 4:
      return make(c(0), c(1), c(2), c(3));
    case 5:
      return make(c(0), c(1), c(2), c(3), c(4));
    case 6:
      return make(c(0), c(1), c(2), c(3), c(4), c(5));
    case 7:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6));
    case 8:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7));
    case 9:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8));
    case 10:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9));
    case 11:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10));
    default:
      return make(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10), c(11));
  }
}
