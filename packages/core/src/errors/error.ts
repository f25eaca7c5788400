/**
 * The one error class of ModelVault. An error is known by its `code`, which is stable; the message is for
 * people and may change. `details` is plain data, so an error can cross threads: structured clone drops
 * everything but the message of an Error, hence `toPlain` and `fromPlain`.
 */
import {
  ERROR_CATALOGUE,
  type ErrorCode,
  type ErrorDetails,
  type ErrorDetailsOf,
  type ErrorKind,
} from "./catalogue.ts";

const BRAND: symbol = Symbol.for("modelvault.error");

/** One problem of one row, in the shape of a Standard Schema issue plus what was expected and found. */
export interface ValidationIssue {
  readonly message: string;
  /** From the row downwards: field names and list positions. Empty: the row itself. */
  readonly path: readonly (string | number)[];
  /** The rule that was broken: "type", "required", "unknown_field", "enum", "primary_key", "size" or a constraint name. */
  readonly rule: string;
  readonly expected: string;
  /** What was found, as short text; never a whole large value. */
  readonly actual: string;
}

export interface ErrorOptions {
  readonly cause?: unknown;
  readonly issues?: readonly ValidationIssue[];
}

/**
 * Everything ModelVault throws. Test with {@link isModelVaultError}, not `instanceof`: two copies of the package
 * may be loaded.
 */
export class ModelVaultError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = "ModelVaultError";
  /** Stable; listed in docs/errors.md. */
  readonly code: C;
  readonly kind: ErrorKind;
  /** Plain data; docs/errors.md lists it with each code. */
  readonly details: ErrorDetailsOf<C>;
  /** All problems of the row; empty unless `code` is "validation_failed". */
  readonly issues: readonly ValidationIssue[];

  constructor(code: C, message: string, details?: ErrorDetailsOf<C>, options: ErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.kind = ERROR_CATALOGUE[code].kind;
    this.details = details ?? ({} as ErrorDetailsOf<C>); // all of them may be missing
    this.issues = options.issues ?? [];
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Whether a value is an error of ModelVault, of whichever copy of the package; with a code: of that code, whose details are
 * then typed.
 * @example if (isModelVaultError(error, "row_exists")) reply.conflict(error.details.key);
 */
export function isModelVaultError<C extends ErrorCode = ErrorCode>(
  value: unknown,
  code?: C,
): value is ModelVaultError<C> {
  if (typeof value !== "object" || value === null || !(BRAND in value)) return false;
  return code === undefined || (value as ModelVaultError).code === code;
}

/** An error as data that structured clone and JSON keep whole (details permitting). */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly issues: readonly ValidationIssue[];
  readonly stack?: string;
  readonly cause?: PlainError | { readonly name: string; readonly message: string };
}

/** Causes of causes beyond this many are left out. They may go round in a circle. */
const CAUSES_MAX = 16;

/** The error as plain data. */
export function errorToPlain(error: ModelVaultError): PlainError {
  return toPlain(error, CAUSES_MAX);
}

function toPlain(error: ModelVaultError, causesLeft: number): PlainError {
  const { code, message, details, issues, stack, cause } = error;
  const plainCause =
    cause === undefined || causesLeft === 0 ? undefined : causeToPlain(cause, causesLeft - 1);
  return {
    code,
    message,
    details,
    issues,
    ...(stack === undefined ? {} : { stack }),
    ...(plainCause === undefined ? {} : { cause: plainCause }),
  };
}

/** Causes come from code of the caller and may be anything, errors without a readable message included. */
function causeToPlain(cause: unknown, causesLeft: number): PlainError["cause"] {
  try {
    if (isModelVaultError(cause)) return toPlain(cause, causesLeft);
    if (cause instanceof Error) return { name: String(cause.name), message: String(cause.message) };
    return { name: typeof cause, message: String(cause) };
  } catch {
    return { name: typeof cause, message: "A value that cannot be written as text." };
  }
}

/** The error that {@link errorToPlain} described. */
export function errorFromPlain(plain: PlainError): ModelVaultError {
  const { cause } = plain;
  let revived: unknown;
  if (cause !== undefined) {
    if ("code" in cause) revived = errorFromPlain(cause);
    else {
      revived = new Error(cause.message);
      (revived as Error).name = cause.name;
    }
  }
  const error = new ModelVaultError(plain.code, plain.message, plain.details, {
    issues: plain.issues,
    ...(revived === undefined ? {} : { cause: revived }),
  });
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
