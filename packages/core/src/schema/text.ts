/** Facts about text that its UTF-8 form decides: length in bytes, and whether it has one at all. */

/** Length in UTF-8 bytes of well-formed text. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Whether the text is longer than `bytesMax` in UTF-8; counts only where its length in units leaves a doubt. */
export function utf8LongerThan(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  return text.length * 3 > bytesMax && utf8Length(text) > bytesMax;
}

/** Whether the text is free of lone surrogates, which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
