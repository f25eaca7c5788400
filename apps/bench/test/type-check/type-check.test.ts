import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LIBRARIES, projectFiles } from "../../src/type-check/project.ts";

test("a project has a file for each model, whose fields have names of their own", () => {
  for (const library of LIBRARIES) {
    const files = projectFiles(library, { models: 3, fields: 20 });
    expect([...files.keys()]).toEqual(["base.ts", "model-0.ts", "model-1.ts", "model-2.ts"]);
    const text = files.get("model-2.ts") ?? "";
    expect(text.match(/\bm2f\d+:/g)?.length).toBeGreaterThanOrEqual(19);
    expect(text).not.toContain("m1f0");
  }
});

test("the folder of the packages is where the scenario looks for it", () => {
  const models = fileURLToPath(new URL("../../../../packages/models/package.json", import.meta.url));
  expect(existsSync(models)).toBe(true);
});
