import { isModelVaultError } from "@modelvault/core";
import {
  runConformance,
  runStoreModel,
  type StoreHarness,
  storeConformance,
} from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";
import { logHarness } from "../support/log-harness.ts";

const right = logHarness("log");

/** What a suite says of a harness. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return isModelVaultError(error, "argument_invalid")
      ? { ...error.details, message: error.message }
      : error;
  }
  return undefined;
}

describe("a harness that is wrong is refused by the member's name", () => {
  test.each<[string, object, string]>([
    ["dispose", { ...right, dispose: undefined }, "must be a function, but it is missing"],
    ["name", { ...right, name: 7 }, "must be a string, but it is a number"],
    ["crash", { ...right, crash: true }, "must be a function, but it is a boolean"],
    [
      "failNextWrites",
      { ...right, failNextWrites: () => undefined },
      "is unknown; a harness may have name, newLocation",
    ],
    ["importModule", { ...right, importModule: undefined }, "is missing, but needed with driver"],
  ])("%s", async (member, wrong, problem) => {
    const harness = wrong as StoreHarness;
    const expected = { argument: `harness.${member}`, message: expect.stringContaining(problem) };
    expect(await refusal(() => runConformance(harness))).toEqual(expected);
    expect(await refusal(() => runStoreModel(harness, { programs: 1 }))).toEqual(expected);
    expect(await refusal(() => storeConformance(harness, { describe, it: test }))).toEqual(expected);
  });

  test("a section that does not exist", async () => {
    expect(await refusal(() => runConformance(right, { sections: ["count", "snapshot"] }))).toMatchObject({
      argument: "sections",
      message: expect.stringMatching(/There is no section "snapshot".*snapshots/),
    });
  });
});
