import { runConformance } from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";
import { allChecks } from "../../src/suite/all-checks.ts";
import { families } from "./families.ts";

const all = Object.values(families).flat();

for (const [family, mutants] of Object.entries(families)) {
  describe(`mutants: ${family}`, () => {
    for (const { name, harness, caughtBy, heavy = false } of mutants) {
      test(`a store that ${name} fails`, async () => {
        const sections = [...new Set(caughtBy.map((check) => check.slice(0, check.indexOf(": "))))];
        const results = await runConformance(harness, { heavy, sections });
        const failed = results.filter(({ failure }) => failure !== undefined);
        expect(failed.map((result) => `${result.section}: ${result.name}`)).toEqual(
          expect.arrayContaining([...caughtBy]),
        );
        // What a driver author reads: the promise, and who breaks it.
        for (const { failure, promises } of failed) {
          expect(failure?.message).toContain(`Promised: "${promises[0]}"`);
          expect(failure?.message).toContain(`${name} breaks the store contract`);
        }
      });
    }
  });
}

describe("the suite", () => {
  test("has no check that no mutant fails", () => {
    const caught = new Set(all.flatMap(({ caughtBy }) => caughtBy));
    const idle = allChecks
      .map(({ section, name }) => `${section}: ${name}`)
      .filter((check) => !caught.has(check));
    expect(idle).toEqual([]);
  });

  test("names every check and every mutant once", () => {
    const checks = allChecks.map(({ section, name }) => `${section}: ${name}`);
    expect(new Set(checks).size).toBe(checks.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    const known = new Set(checks);
    expect(all.flatMap(({ caughtBy }) => caughtBy).filter((check) => !known.has(check))).toEqual([]);
    expect(all.filter(({ caughtBy }) => caughtBy.length === 0)).toEqual([]);
  });
});
