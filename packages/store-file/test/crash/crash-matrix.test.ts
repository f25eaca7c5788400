import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crashMatrix, type Examine, killedThenPowerLoss, unsyncedCommits } from "../support/crash-lab.ts";

// `npm run crash` sets these: more states, where to write the lines, and where to put the states for upstream to open.
const images = Number(process.env.MODELVAULT_CRASH_IMAGES ?? 6);
const target = process.env.MODELVAULT_CRASH_JSON;
const folder = process.env.MODELVAULT_CRASH_STATES;

/** Keeps each different state once, by scenario. */
function keeper(): Examine | undefined {
  if (folder === undefined) return undefined;
  const seen = new Set<string>();
  return ({ scenario }, bytes) => {
    const text = `${scenario} ${bytes.toString("latin1")}`;
    if (seen.has(text)) return;
    seen.add(text);
    const place = join(folder, scenario.replaceAll(" ", "-"));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${seen.size}.modelvault`), bytes);
  };
}

// Seconds of work: on a machine that does ten other things it takes minutes.
const timeout = 600_000;

test("no fault of the medium and no loss of power takes an acknowledged commit or leaves half of one", {
  timeout,
}, () => {
  const lines = [
    ...crashMatrix(images, 1, keeper()),
    unsyncedCommits(images, 2),
    killedThenPowerLoss(Math.ceil(images / 3), 3),
  ];
  if (target !== undefined) writeFileSync(target, JSON.stringify(lines));
  expect(lines.filter(({ lost }) => lost > 0)).toEqual([]);
  expect(lines.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThan(1000);
});
