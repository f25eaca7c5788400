import { expect, test } from "vitest";
import { checkPacked } from "../packed.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

/** @param {string} name */
const manifest = (name) => ({
  name: `@example/${name}`,
  version: "1.0.0",
  license: "MIT",
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  files: ["dist"],
});

const workspace = {
  "package.json": { private: true },
  "pnpm-workspace.yaml": "packages: [packages/*]\npmOnFail: ignore\n",
};

test("a package that installs, imports and type-checks passes", async () => {
  const root = temporaryTree({
    ...workspace,
    "packages/sound/package.json": manifest("sound"),
    "packages/sound/dist/index.js": "export const one = 1;",
    "packages/sound/dist/index.d.ts": "export declare const one: number;",
    "packages/unfinished/package.json": { ...manifest("unfinished"), private: true },
  });
  expect(await checkPacked(root)).toEqual([]);
});

test("a package whose types are missing, or that cannot be imported, is found", async () => {
  const root = temporaryTree({
    ...workspace,
    "packages/untyped/package.json": manifest("untyped"),
    "packages/untyped/dist/index.js": "export const one = 1;",
    "packages/unloadable/package.json": manifest("unloadable"),
    "packages/unloadable/dist/index.js": `export * from "./left-out.js";`,
    "packages/unloadable/dist/index.d.ts": `export * from "./left-out.js"; export declare const two: Missing;`,
    "packages/unloadable/README.md": "```ts\nimport { three } from '@example/unloadable';\n```",
  });
  const found = (await checkPacked(root)).join("\n");
  expect(found).toMatch(/untyped: publint: .*types/);
  expect(found).toMatch(/unloadable: are the types wrong\? [\s\S]*Internal resolution error/);
  expect(found).toMatch(/@example\/unloadable fails in import\.mjs: [\s\S]*left-out\.js/);
  expect(found).toMatch(/@example\/unloadable fails in require\.cjs: /);
  expect(found).toMatch(/the bare consumer does not type-check: [\s\S]*Missing/);
  expect(found).toMatch(/the bundled consumer does not type-check: /);
  expect(found).toMatch(/the readme consumer does not type-check: [\s\S]*three/);
});

test("a workspace without a public package has nothing that could be right", async () => {
  expect(await checkPacked(temporaryTree(workspace))).toEqual(["there is no public package"]);
});
