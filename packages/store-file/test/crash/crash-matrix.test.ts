import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { crashMatrix, unsyncedCommits } from "../support/crash-lab.ts";

// `npm run crash` sets these: more states, and where to write the lines.
const images = Number(process.env["MODELVAULT_CRASH_IMAGES"] ?? 6);
const target = process.env["MODELVAULT_CRASH_JSON"];

test("no fault of the medium and no loss of power takes an acknowledged commit or leaves half of one", () => {
  const lines = [...crashMatrix(images, 1), unsyncedCommits(images, 2)];
  if (target !== undefined) writeFileSync(target, JSON.stringify(lines));
  expect(lines.filter(({ lost }) => lost > 0)).toEqual([]);
  expect(lines.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThan(1000);
});
