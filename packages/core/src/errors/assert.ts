/** Impossible states. An assertion that fails is a defect of ModelVault, never of the caller. */
import { ModelVaultError } from "./error.ts";

/** Throws `internal` unless the condition holds. The sentence says what must be true. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) {
    throw new ModelVaultError("internal", `ModelVault met a state it thought impossible: ${sentence}.`, {
      sentence,
    });
  }
}
