/** One operation on the synchronous and on the asynchronous surface, whose outcomes can be compared. */
import { type Database, isModelVaultError } from "@modelvault/core";
import type { AsyncDatabase } from "../../src/index.ts";

/** Methods are awaited in both cases; what is no promise is as good as one. */
export type Operation = (db: AsyncDatabase) => unknown;

export type Outcome =
  | { readonly value: unknown }
  | {
      readonly code: string;
      readonly message: string;
      readonly details: unknown;
      readonly issues: unknown;
    }
  | { readonly foreign: string };

export async function outcomeOf(operation: Operation, db: AsyncDatabase | Database): Promise<Outcome> {
  try {
    // Every method that operations use exists on both, under the same name and with the same arguments.
    return { value: await operation(db as AsyncDatabase) };
  } catch (error) {
    if (!isModelVaultError(error)) return { foreign: String(error) };
    const { code, message, details, issues } = error;
    return { code, message, details, issues };
  }
}
