/** The complement of `\w` as explicit ranges, for `\W` inside a bracket class: RE2 cannot negate part of a class. */

let ranges: string | undefined;

/** Ranges such as `\x{0}-\x{2f}\x{3a}-\x{40}`; found once, when first asked for, in some tens of milliseconds. */
export function nonWordRanges(): string {
  ranges ??= findRanges(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u);
  return ranges;
}

function findRanges(excluded: RegExp): string {
  let text = "";
  let start: number | undefined;
  for (let codePoint = 0; codePoint <= 0x11_0000; codePoint++) {
    const inside = codePoint <= 0x10_ffff && !excluded.test(String.fromCodePoint(codePoint));
    if (inside) start ??= codePoint;
    else if (start !== undefined) {
      text += `\\x{${start.toString(16)}}-\\x{${(codePoint - 1).toString(16)}}`;
      start = undefined;
    }
  }
  return text;
}
