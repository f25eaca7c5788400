/** Comparing what a subject answers with what is right. */
import { isDeepStrictEqual } from "node:util";

/** A subject that answers wrongly is not measured. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

/** @throws WrongAnswer */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new WrongAnswer(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
