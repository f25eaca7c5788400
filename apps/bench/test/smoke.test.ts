import { expect, test } from "vitest";
import { Host } from "../src/run/host.ts";
import { runOnce } from "../src/scenarios/once.ts";
import { OTHER_SURFACE } from "../src/scenarios/scenario.ts";
import { SCENARIOS } from "../src/scenarios/scenarios.ts";
import { SUBJECTS } from "../src/subjects/subjects.ts";
import { TINY, tinyCities } from "./tiny.ts";

const ours = SUBJECTS.filter((kind) => kind.ours && kind.missing === undefined);
const cases = ours.flatMap((kind) => SCENARIOS.map((scenario) => ({ kind, scenario })));
const taking = cases.filter(({ kind, scenario }) => scenario.excludes?.(kind) === undefined);

const families = ours
  // With one reader or two: the code is the same.
  .filter((kind) => kind.asynchronous?.readers !== 1)
  .flatMap((kind) => {
    const scenarios = taking.filter((each) => each.kind === kind).map(({ scenario }) => scenario);
    const found = new Set(scenarios.map(({ family }) => family));
    return [...found].map((family) => ({
      kind,
      family,
      scenarios: scenarios.filter((each) => each.family === family),
    }));
  });

test.each(families)(
  "$kind.name answers every scenario of $family.name rightly and gets a figure",
  async ({ kind, scenarios }) => {
    const names = scenarios.map(({ name }) => name);
    const host = new Host(kind, { subject: kind.name, scenarios: names, sizes: TINY }, runOnce, tinyCities);
    try {
      await host.start();
      for (const name of names) {
        await host.check(name);
        const reading = await host.round(name);
        if ("bytes" in reading) expect(reading.bytes, name).toBeTypeOf("number");
        else if ("delayMs" in reading) expect(reading.delayMs, name).toBeGreaterThanOrEqual(0);
        else expect(reading.operations / reading.ms, name).toBeGreaterThan(0);
      }
    } finally {
      await host.stop();
    }
  },
);

test("a scenario leaves one of our subjects out only for what it is, or for want of a way to ask", () => {
  const left = cases
    .filter((each) => !taking.includes(each))
    .filter(({ kind, scenario }) => scenario.excludes?.(kind) !== OTHER_SURFACE && !kind.asynchronous)
    .filter(
      ({ kind, scenario }) =>
        kind.vaultFile === true || scenario.excludes?.(kind) !== "asked of vault files only",
    )
    .map(({ kind, scenario }) => `${kind.name} ${scenario.name}: ${scenario.excludes?.(kind)}`);
  expect(left).toEqual([
    "memory open-first-get: keeps nothing that could be opened again",
    "file validate: does not validate, or not apart from storing",
    "lmdb validate: does not validate, or not apart from storing",
  ]);
});
