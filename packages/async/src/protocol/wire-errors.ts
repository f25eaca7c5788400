/**
 * Errors across threads. Structured clone keeps only the message of an Error; here class brand, code, details, issues and causes
 * of ModelVault's own survive, and name, message, stack, code and causes of any other. Whatever was thrown, this does not throw.
 */
import { errorFromPlain, errorToPlain, isModelVaultError } from "@modelvault/core";
import type { ForeignError, WireError } from "./messages.ts";
import { portable } from "./portable.ts";

/** Causes of causes that are told. */
const CAUSES_MAX = 5;

const UNREADABLE: ForeignError = {
  foreign: "Error",
  message: "A value that cannot be written as text was thrown.",
};

export function errorToWire(error: unknown): WireError {
  try {
    return isModelVaultError(error) ? ownToWire(errorToPlain(error)) : foreignToWire(error, CAUSES_MAX);
  } catch {
    return UNREADABLE;
  }
}

/** Details are plain data, but for a value of the caller that one of them may quote. */
function ownToWire(plain: ReturnType<typeof errorToPlain>): WireError {
  return portable(plain).odd ? { ...plain, details: readable(plain.details) } : plain;
}

function foreignToWire(error: unknown, causesMax: number): ForeignError {
  if (!(error instanceof Error)) return { foreign: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  return {
    foreign: String(name),
    message: String(message),
    ...(stack === undefined ? {} : { stack: String(stack) }),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(cause === undefined || causesMax === 0 ? {} : { cause: causeToWire(cause, causesMax - 1) }),
  };
}

function causeToWire(cause: unknown, causesMax: number): WireError {
  return isModelVaultError(cause) ? errorToWire(cause) : foreignToWire(cause, causesMax);
}

export function errorFromWire(wire: WireError): Error {
  if (!("foreign" in wire)) return errorFromPlain(wire);
  const { foreign, message, stack, code, cause } = wire;
  const error = new Error(message, cause === undefined ? {} : { cause: errorFromWire(cause) });
  error.name = foreign;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
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
