import { describe, expect, test } from "vitest";
import { sumReport } from "../tests.mjs";

/** @param {string} name @param {string} status @param {readonly string[]} tests */
const file = (name, status, tests) => ({
  name: `/base/${name}`,
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

/** @param {boolean} success @param {ReturnType<typeof file>[]} testResults */
const sum = (success, ...testResults) => sumReport({ success, testResults }, "/base");

describe("sumReport", () => {
  test("adds up over files and groups by package", () => {
    const { total, groups } = sum(
      false,
      file("packages/core/test/keys/a.test.ts", "passed", ["passed", "passed"]),
      file("packages/core/test/b.test.ts", "failed", ["passed", "failed"]),
      file("tools/test/c.test.mjs", "passed", ["passed"]),
    );
    expect(total).toEqual({ passed: 4, failed: 1 });
    expect([...groups]).toEqual([
      ["packages/core", { passed: 3, failed: 1 }],
      ["tools", { passed: 1, failed: 0 }],
    ]);
  });

  test("counts a test that did not run as failed", () => {
    const { total } = sum(
      true,
      file("packages/core/test/a.test.ts", "passed", ["passed", "pending", "todo", "skipped"]),
    );
    expect(total).toEqual({ passed: 1, failed: 3 });
  });

  test("counts a file that could not be loaded as one failure", () => {
    expect(sum(false, file("packages/core/test/a.test.ts", "failed", [])).total).toEqual({
      passed: 0,
      failed: 1,
    });
  });

  test("counts a failure outside any test, such as an unhandled rejection", () => {
    expect(sum(false, file("packages/core/test/a.test.ts", "passed", ["passed"])).total).toEqual({
      passed: 1,
      failed: 1,
    });
  });
});
