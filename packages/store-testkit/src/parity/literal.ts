/** From literals of a program to the values they stand for, anew at each call. */
import type { Literal } from "./program.ts";

/** Things that are no data, each made anew. Given where a row or a value belongs, all of them are refused. */
const strangers: Readonly<Record<string, () => unknown>> = {
  date: () => new Date(0),
  map: () => new Map([["id", 1]]),
  function: () => (): number => 1,
  symbol: () => Symbol("parity"),
  regexp: () => /a/,
  nan: () => Number.NaN,
};

/** The value of a literal. */
export function literalValue(literal: Literal): unknown {
  if (typeof literal !== "object" || literal === null) return literal;
  if (Array.isArray(literal)) return (literal as readonly Literal[]).map(literalValue);
  if ("$n" in literal) return literal.$n === "-0" ? -0 : Number(literal.$n);
  if ("$i" in literal) return BigInt(literal.$i);
  if ("$b" in literal) return bytesOf(literal.$b);
  if ("$s" in literal) return textOf(literal.$s);
  if ("$o" in literal) return objectOf(literal.$o);
  if ("$x" in literal) return (strangers[literal.$x] ?? ((): unknown => undefined))();
  return undefined;
}

/** An object of literals as an object of values. */
export function objectOf(members: { readonly [key: string]: Literal }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([key, literal]) => [key, literalValue(literal)]));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function textOf(parts: readonly (string | number)[]): string {
  let text = "";
  let last = "";
  for (const part of parts) {
    if (typeof part === "number") text += last.repeat(Math.max(0, part - 1));
    else {
      text += part;
      last = part;
    }
  }
  return text;
}
