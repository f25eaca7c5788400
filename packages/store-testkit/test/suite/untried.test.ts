/** What a green suite has not tried. */
import { memoryStore } from "@modelvault/core";
import { runConformance, type StoreHarness, untriedChecks } from "@modelvault/store-testkit";
import { expect, test } from "vitest";
import { allChecks } from "../../src/suite/all-checks.ts";
import { logHarness } from "../support/log-harness.ts";

const memory: StoreHarness<object> = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
};

test("the checks that were made and those that were not are all there are", async () => {
  const made = (await runConformance(memory)).map(({ section, name }) => `${section}: ${name}`);
  const left = untriedChecks(memory as StoreHarness).map(({ section, name }) => `${section}: ${name}`);
  expect([...made, ...left].sort()).toEqual(
    allChecks.map(({ section, name }) => `${section}: ${name}`).sort(),
  );
});

test("each says the fewest members that the harness would need", () => {
  const needs = (section: string) =>
    new Set(
      untriedChecks(memory as StoreHarness)
        .filter((each) => each.section === section)
        .map((each) => each.needs.join()),
    );
  expect(needs("failures")).toEqual(new Set(["failNextWrite", "failNextSync"]));
  expect(needs("driver value")).toEqual(new Set(["driver,importModule"]));
  // A store that is gone with the process has nothing to be opened again, whatever its harness offers.
  expect(needs("reopen")).toEqual(new Set([""]));
});

test("a harness that offers what it can leaves nothing to be offered", () => {
  const whole = logHarness("log");
  expect(untriedChecks(whole).filter(({ needs }) => needs.length === 0)).toEqual(untriedChecks(whole));
  const { crash, ...without } = whole;
  expect(crash).toBeDefined();
  const gaps = untriedChecks(without as StoreHarness).filter(({ needs }) => needs.length > 0);
  expect(new Set(gaps.map(({ section, needs }) => `${section}: ${needs.join()}`))).toContain(
    "durability: crash",
  );
});

test("a harness that is wrong, or opens nothing, is no reason to say that all was tried", () => {
  expect(() => untriedChecks({ ...memory, crash: 5 } as never)).toThrow(/crash/);
  const shut = {
    ...memory,
    open: () => {
      throw new Error("shut");
    },
  };
  expect(() => untriedChecks(shut as never)).toThrow("shut");
});
