/**
 * JSON values from a stream of bytes, one to a line, as they are asked for: a slow consumer holds the sender back, for nothing is read ahead of
 * it. Empty lines are passed over.
 */
import { Problem } from "./problem.ts";

/** A city takes some 200 bytes. */
const LINE_CHARS_MAX = 64 * 1024;

/** @throws Problem line_invalid, with the number of the row */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let row = 0;
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    let begin = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", begin)) {
      const line = text.slice(begin, end);
      begin = end + 1;
      if (line.trim() !== "") yield parsed(line, ++row);
    }
    text = text.slice(begin);
    if (text.length > LINE_CHARS_MAX)
      throw lineInvalid(row + 1, `It is longer than ${LINE_CHARS_MAX} characters.`);
  }
  text += decoder.decode();
  if (text.trim() !== "") yield parsed(text, row + 1);
}

function parsed(line: string, row: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw lineInvalid(row, String(error));
  }
}

function lineInvalid(row: number, why: string): Problem {
  return new Problem(422, "line_invalid", `Row ${row} is not a line of JSON: ${why}`, { row });
}
