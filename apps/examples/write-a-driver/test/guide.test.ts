import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the guide shows this very driver, in at most a hundred lines", () => {
  const source = read("../src/sqlite-store.ts");
  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(100);
  expect(read("../../../../docs/write-a-driver.md")).toContain(`\`\`\`ts\n${source.trimEnd()}\n\`\`\``);
});
