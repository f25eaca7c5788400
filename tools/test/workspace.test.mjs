import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { listFiles, listPackages, readText } from "../tree.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isManifest = (/** @type {string} */ path) => path.endsWith("package.json");

test("types are checked in every folder that has a tsconfig", () => {
  /** @type {Set<string>} */
  const reached = new Set();
  /** @param {string} folder */
  const visit = (folder) => {
    if (reached.has(folder)) return;
    reached.add(folder);
    const { references = [] } = JSON.parse(readText(root, join(folder, "tsconfig.json")));
    for (const { path } of references) visit(join(folder, path));
  };
  visit(".");
  const folders = listFiles(root, (path) => path.endsWith("/tsconfig.json")).map((path) => join(path, ".."));
  expect(folders.filter((folder) => !reached.has(folder))).toEqual([]);
});

test("a type test whose expected error does not come fails the type check", () => {
  const tree = temporaryTree({
    "package.json": { type: "module" },
    "tsconfig.json": {
      extends: "./tsconfig.test.base.json",
      compilerOptions: { types: [] },
      include: ["*.test-d.ts"],
    },
    "a.test-d.ts": "// @ts-expect-error: a string is no number\nexport const one: number = 1;\n",
  });
  for (const file of ["tsconfig.base.json", "tsconfig.test.base.json"])
    copyFileSync(join(root, file), join(tree, file));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-b", "--pretty", "false"], {
    cwd: tree,
    encoding: "utf8",
  });
  expect(stdout).toContain("a.test-d.ts(1,1): error TS2578: Unused '@ts-expect-error' directive.");
  expect(status).not.toBe(0);
});

test("every version is exact, so that two installs bring the same", () => {
  const loose = listFiles(root, isManifest).flatMap((path) => {
    const { dependencies, devDependencies, packageManager } = JSON.parse(readText(root, path));
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    if (packageManager) versions.push(["packageManager", packageManager.replace("pnpm@", "")]);
    return versions
      .filter(([, version]) => !/^(\d+\.\d+\.\d+|workspace:[*^])$/.test(version))
      .map(([name, version]) => `${path}: ${name} ${version}`);
  });
  expect(loose).toEqual([]);
});

test("all packages share one version", () => {
  const versions = new Set(listPackages(root).map(({ json }) => json.version));
  expect([...versions]).toHaveLength(1);
});
