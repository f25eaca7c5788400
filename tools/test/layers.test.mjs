import { describe, expect, test } from "vitest";
import { checkLayers, findCycles } from "../layers.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

const sound = {
  "package.json": { devDependencies: { vitest: "1", "@modelvault/core": "1" } },
  "packages/core/package.json": { dependencies: { re2js: "1" } },
  "packages/core/src/index.ts": `export { a } from "./a.ts";`,
  "packages/core/src/a.ts": `import { RE2JS } from "re2js"; export const a = RE2JS;`,
  "packages/core/test/a.test.ts": `import "vitest"; import "node:fs"; import "@modelvault/core"; import "../src/a.ts";`,
  "packages/models/package.json": {
    dependencies: { "@modelvault/core": "1" },
    devDependencies: { zod: "1" },
  },
  "packages/models/src/index.ts": `export { a } from "@modelvault/core";`,
  "packages/models/test/index.test.ts": `import "zod"; import "../src/index.ts";`,
  "packages/store-file/package.json": { dependencies: { "@modelvault/core": "1" } },
  "packages/store-file/src/index.ts": `import "node:fs"; import "@modelvault/core";`,
  "apps/examples/one/package.json": { dependencies: { "@modelvault/models": "1" } },
  "apps/examples/one/src/main.ts": `import "node:fs"; import "@modelvault/models"; import "./other.ts";`,
  "apps/examples/one/src/other.ts": "export {};",
};

/** @param {Record<string, string | object>} changes */
const findings = (changes) => checkLayers(temporaryTree({ ...sound, ...changes }));

describe("checkLayers", () => {
  test("finds nothing in a sound tree", () => {
    expect(findings({})).toEqual([]);
  });

  test.each([
    [
      "core importing a driver",
      "core/src/a.ts",
      `import "@modelvault/store-file";`,
      "which core must not know",
    ],
    [
      "core importing models, as a type",
      "core/src/a.ts",
      `import type { M } from "@modelvault/models";`,
      "must not know",
    ],
    ["core importing Node", "core/src/a.ts", `import "node:fs";`, "knows no Node module"],
    ["core importing Node without the prefix", "core/src/a.ts", `import "fs";`, "knows no Node module"],
    [
      "core naming Node in a type",
      "core/src/a.ts",
      `export type X = import("node:fs").Stats;`,
      "knows no Node module",
    ],
    ["a re-export of Node", "core/src/a.ts", `export * from "node:path";`, "knows no Node module"],
    [
      "models importing a driver",
      "models/src/index.ts",
      `await import("@modelvault/store-file");`,
      "models must not know",
    ],
    [
      "a driver importing a driver",
      "store-file/src/index.ts",
      `import "@modelvault/store-lmdb";`,
      "must not know",
    ],
    [
      "an import past an entry",
      "models/src/index.ts",
      `import "@modelvault/core/dist/a.js";`,
      "past the entry of",
    ],
    [
      "a path into another package",
      "models/src/index.ts",
      `import "../../core/src/a.ts";`,
      "reaches out of packages/models",
    ],
    [
      "a test reaching into another package",
      "models/test/index.test.ts",
      `import "../../core/src/a.ts";`,
      "reaches out",
    ],
    ["sources importing a test", "core/src/a.ts", `import "../test/a.test.ts";`, "from outside src"],
    ["a file that is not there", "core/src/a.ts", `import "./b.ts";`, "which is no file"],
    [
      "a package importing itself by name",
      "core/src/a.ts",
      `import "@modelvault/core";`,
      "its own package by name",
    ],
    ["a module nobody declared", "core/src/a.ts", `import "lodash";`, "which its package.json does not name"],
    [
      "a dev dependency in sources",
      "models/src/index.ts",
      `import "zod";`,
      "which its package.json does not name",
    ],
    ["a computed import", "core/src/a.ts", `const x = "y"; await import(x);`, "whose name is computed"],
    ["a cycle", "core/src/a.ts", `import "./index.ts";`, "import cycle: packages/core/src/"],
    [
      "a cycle of types",
      "core/src/a.ts",
      `import type {} from "./index.ts";`,
      "import cycle: packages/core/src/",
    ],
  ])("refuses %s", (_name, path, text, expected) => {
    expect(findings({ [`packages/${path}`]: text }).join("\n")).toContain(expected);
  });

  test("asks for a layer for a new package", () => {
    expect(findings({ "packages/extra/package.json": {} })).toEqual([
      "packages/extra has no layer; give it one in tools/layers.mjs",
    ]);
  });

  test("names the line", () => {
    expect(findings({ "packages/core/src/a.ts": `\n\nimport "node:fs";` })[0]).toMatch(
      /^packages\/core\/src\/a\.ts:3 /,
    );
  });
});

describe("findCycles", () => {
  test("names one way round per knot, and no file that merely leads to it", () => {
    const graph = new Map([
      ["in", ["a"]],
      ["a", ["b", "out"]],
      ["b", ["c", "a"]],
      ["c", ["a"]],
      ["out", []],
      ["self", ["self"]],
    ]);
    expect(findCycles(graph)).toEqual([
      ["a", "b", "a"],
      ["self", "self"],
    ]);
  });
});
