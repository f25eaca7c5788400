/**
 * Upstream's guard against costly patterns. It looks at the text only (escapes and character classes mean nothing to it) and
 * is asked again each time a file is opened, so a pattern it refuses must never get into a file: no upstream could open it.
 */
import { utf8Bytes } from "../keys/text.ts";

/** UTF-8 bytes of a pattern. */
const PATTERN_BYTES_MAX = 512;

/**
 * Whether upstream stores this pattern: at most 512 bytes, no two of `+ * ?` with nothing but parentheses between them, and
 * parentheses that balance, where one that closes nothing does not count.
 */
export function upstreamAcceptsRegex(pattern: string): boolean {
  const bytes = utf8Bytes(pattern);
  if (bytes === undefined || bytes.length > PATTERN_BYTES_MAX) return false;
  let depth = 0;
  let quantified = false;
  for (const character of pattern) {
    if (character === "(") depth++;
    else if (character === ")") depth = Math.max(0, depth - 1);
    else {
      const quantifier = character === "+" || character === "*" || character === "?";
      if (quantifier && quantified) return false;
      quantified = quantifier;
    }
  }
  return depth === 0;
}
