import { isModelVaultError } from "@modelvault/core";
import { replayLine, testSettings } from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";

describe("the settings of a run", () => {
  test("have one seed for a whole process when none is given, and a multiplier of 1", () => {
    const { seed, multiplier, replay } = testSettings({});
    expect(testSettings({ MODELVAULT_TEST_SEED: "" }).seed).toBe(seed);
    expect([Number.isInteger(seed), multiplier, replay]).toEqual([true, 1, undefined]);
  });

  test("take seed and multiplier from the environment", () => {
    const settings = testSettings({ MODELVAULT_TEST_SEED: "42", MODELVAULT_TEST_MULTIPLIER: "0.5" });
    expect(settings).toEqual({ seed: 42, multiplier: 0.5 });
  });

  test("read back what a failing test printed", () => {
    const replay = { path: "12:0:3", commands: "AAAB/+a=:C" };
    const [, value] = replayLine(42, replay).split(/=(.*)/s);
    expect(testSettings({ MODELVAULT_TEST_SEED: value })).toEqual({ seed: 42, multiplier: 1, replay });
  });

  test.each([
    ["MODELVAULT_TEST_SEED", "forty-two"],
    ["MODELVAULT_TEST_SEED", "-1"],
    ["MODELVAULT_TEST_SEED", "2147483648"],
    ["MODELVAULT_TEST_SEED", "42/x"],
    ["MODELVAULT_TEST_MULTIPLIER", "0"],
    ["MODELVAULT_TEST_MULTIPLIER", "much"],
  ])("refuse %s=%s and name the variable", (variable, given) => {
    let error: unknown;
    try {
      testSettings({ [variable]: given });
    } catch (thrown) {
      error = thrown;
    }
    expect(isModelVaultError(error, "argument_invalid") && error.details).toEqual({
      argument: variable,
      actual: given,
    });
  });
});
