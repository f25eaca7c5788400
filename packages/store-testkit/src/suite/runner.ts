/** Finds the functions that register tests. */
import { ModelVaultError } from "@modelvault/core";
import type { TestRunner } from "../harness/harness.ts";

/** The runner given, or the one whose functions are global. */
export function runnerOf(given: TestRunner | undefined): TestRunner {
  const runner = given ?? (globalThis as Partial<TestRunner>);
  const { describe, it } = runner;
  if (typeof describe !== "function" || typeof it !== "function") {
    throw new ModelVaultError(
      "argument_invalid",
      "The testkit needs the functions describe and it of a test runner: pass { describe, it } as the second argument, or make them global.",
      { argument: "runner" },
    );
  }
  return {
    describe: (name, body) => describe(name, body),
    it: (name, body, timeoutMs) => it(name, body, timeoutMs),
  };
}
