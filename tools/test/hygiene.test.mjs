import { describe, expect, test } from "vitest";
import { checkHygiene, skipsIn } from "../hygiene.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

/** @param {string} text */
const skips = (text) => skipsIn("a.test.ts", text).map(({ what }) => what);

// Written in halves where the check would find this file.
const later = "TO" + "DO";
const slash = "/";

describe("skipsIn", () => {
  test.each([
    [`import { test } from "vitest"; test.skip("a", () => {});`, [".skip"]],
    [`import { test as check } from "vitest"; check.only("a", () => {});`, [".only"]],
    [`import * as v from "vitest"; v.describe.skip("a", () => {});`, [".skip"]],
    [`it.todo("a");`, [".todo"]],
    [`it.fails("a", () => {});`, [".fails"]],
    [`describe.skipIf(windows)("a", () => {});`, [".skipIf"]],
    [`test.runIf(windows)("a", () => {});`, [".runIf"]],
    ["test.each([1]).skip('a', () => {});", [".skip"]],
    ["test.concurrent.only('a', () => {});", [".only"]],
    ["const maybe = slow ? test.skip : test;", [".skip"]],
    ["test['skip']('a', () => {});", [".skip"]],
    ["xit('a', () => {});", ["xit"]],
    ["fdescribe('a', () => {});", ["fdescribe"]],
    ["test('a', { skip: true }, () => {});", ["the option skip"]],
    ["test('a', { retry: 3 }, () => {});", ["the option retry"]],
    ["test('a', (context) => context.skip());", [".skip"]],
    ["test('a', ({ skip }) => skip());", ["the context's skip"]],
  ])("finds %s", (text, expected) => {
    expect(skips(text)).toEqual(expected);
  });

  test.each([
    `import { expect, test } from "vitest"; test("a", () => { expect(entry).toEqual({ retry: false, only: 1 }); });`,
    `test("a", () => { query.skip(3).only("title"); });`,
    `test.each([page])("a", (page) => { page.skip(1); });`,
    `// test.skip("a")`,
  ])("leaves %s alone", (text) => {
    expect(skips(text)).toEqual([]);
  });
});

describe("checkHygiene", () => {
  test("finds nothing in a sound tree", () => {
    const files = {
      "packages/core/src/a.ts": `// See packages/core${slash}home/x/y and https://example.org${slash}work/x.\nexport const a = '.${slash}tmp/x';`,
      "packages/core/test/a.test.ts": `test("a", () => {});`,
    };
    expect(checkHygiene(temporaryTree(files))).toEqual([]);
  });

  test.each([
    [
      "a skipped test",
      "packages/core/test/a.test.ts",
      `\ntest.skip("a", () => {});`,
      "a.test.ts:2 has .skip",
    ],
    ["something postponed", "packages/core/src/a.ts", `// ${later}: later`, "a.ts:1 postpones something"],
    ["a home folder", "docs/a.md", `Look in ${slash}home/ada/vault.`, "a.md:1 names a path of one machine"],
    ["a work folder", "tools/a.mjs", `"${slash}work/main"`, "a.mjs:1 names a path of one machine"],
    ["a registry", ".npmrc", `registry=https://registry.npm${"js.org"}/`, ".npmrc:1 names a registry"],
  ])("refuses %s", (_name, path, text, expected) => {
    const found = checkHygiene(temporaryTree({ [path]: text }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
});
