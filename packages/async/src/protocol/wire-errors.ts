/**
 * Errors across threads. Structured clone keeps only the message of an Error; here class brand, code, details, issues and causes
 * of ModelVault's own survive, and the name, message and stack of any other.
 */
import { errorFromPlain, errorToPlain, isModelVaultError } from "@modelvault/core";
import type { ForeignError, WireError } from "./messages.ts";
import { portable } from "./portable.ts";

export function errorToWire(error: unknown): WireError {
  if (isModelVaultError(error)) {
    const plain = errorToPlain(error);
    // Details are plain data, but for a value of the caller that one of them may quote.
    return portable(plain).odd ? { ...plain, details: readable(plain.details) } : plain;
  }
  return foreignToWire(error);
}

function foreignToWire(error: unknown): ForeignError {
  try {
    if (error instanceof Error) {
      const { name, message, stack } = error;
      return {
        foreign: String(name),
        message: String(message),
        ...(stack === undefined ? {} : { stack: String(stack) }),
      };
    }
    return { foreign: "Error", message: String(error) };
  } catch {
    return { foreign: "Error", message: "A value that cannot be written as text was thrown." };
  }
}

export function errorFromWire(wire: WireError): Error {
  if (!("foreign" in wire)) return errorFromPlain(wire);
  const error = new Error(wire.message);
  error.name = wire.foreign;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** Details with what cannot travel told in words. */
function readable(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, portable(value).odd ? describe(value) : value]),
  );
}

function describe(value: unknown): string {
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : "an object";
}
