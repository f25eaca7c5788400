/** What a piece of work throws, as an error of ModelVault or any other. */
import { isModelVaultError, type ModelVaultError } from "@modelvault/core";

/** The error that work throws; its message alone where it is none of ours. */
export function errorOf(
  work: () => unknown,
): Pick<ModelVaultError, "code" | "message" | "details" | "issues"> {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    const { message } = error as Error;
    return { code: "" as ModelVaultError["code"], message, details: {}, issues: [] };
  }
  throw new Error("it did not throw");
}
