/** Errors of the file system as coded errors. */
import { isModelVaultError, ModelVaultError } from "@modelvault/core";

/** The `code` of a system error, such as "ENOENT"; undefined for others. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A system error as `store_io` or, when the disk is full, `store_full`. Coded errors stay what they are. */
export function ioError(error: unknown, path: string, operation: string): ModelVaultError {
  if (isModelVaultError(error)) return error;
  const errno = errnoOf(error);
  const details = { path, operation, ...(errno === undefined ? {} : { errno }) };
  const reason = error instanceof Error ? error.message : String(error);
  if (errno === "ENOSPC" || errno === "EDQUOT" || errno === "EFBIG") {
    return new ModelVaultError(
      "store_full",
      `There is no room to ${operation} "${path}": ${reason}.`,
      details,
      {
        cause: error,
      },
    );
  }
  return new ModelVaultError("store_io", `Could not ${operation} "${path}": ${reason}.`, details, {
    cause: error,
  });
}

/** Runs a call and makes coded errors of what the file system throws. */
export function withIoErrors<T>(path: string, operation: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (errnoOf(error) === undefined || isModelVaultError(error)) throw error;
    throw ioError(error, path, operation);
  }
}
