import { runStoreModel } from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";
import { families } from "./families.ts";

describe("mutants under the model-based test", () => {
  for (const { name, harness, model } of Object.values(families).flat()) {
    if (!model) continue;
    test(`a store that ${name} is told from plain maps`, async () => {
      const { failure } = await runStoreModel(harness, { seed: 1 });
      expect(failure).toBeInstanceOf(Error);
      expect(failure?.message).toContain("Repeat: set MODELVAULT_TEST_SEED=1/");
    });
  }
});
