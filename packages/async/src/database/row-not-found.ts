/** The error for a key without a row, in the words of the engine. */
import { ModelVaultError, type Value } from "@modelvault/core";

export function notFound(collection: string, key: Value): ModelVaultError {
  const shown = typeof key === "string" ? JSON.stringify(key) : String(key);
  return new ModelVaultError("row_not_found", `"${collection}" has no row with the key ${shown}.`, {
    collection,
    key,
  });
}
