import { expect, test } from "vitest";
import { Host } from "../src/run/host.ts";
import { runOnce } from "../src/scenarios/once.ts";
import { SCENARIOS } from "../src/scenarios/scenarios.ts";
import { SUBJECTS } from "../src/subjects/subjects.ts";
import { TINY, tinyCities } from "./tiny.ts";

const ours = SUBJECTS.filter((kind) => kind.ours && kind.missing === undefined);
const cases = ours.flatMap((kind) => SCENARIOS.map((scenario) => ({ kind, scenario })));
const taking = cases.filter(({ kind, scenario }) => scenario.excludes?.(kind) === undefined);

test.each(taking)(
  "$kind.name answers $scenario.name rightly and gets a figure",
  async ({ kind, scenario }) => {
    const job = { subject: kind.name, scenarios: [scenario.name], sizes: TINY };
    const host = new Host(kind, job, runOnce, tinyCities);
    try {
      await host.start();
      await host.check(scenario.name);
      const reading = await host.round(scenario.name);
      if ("bytes" in reading) expect(reading.bytes).toBeTypeOf("number");
      else expect(reading.operations / reading.ms).toBeGreaterThan(0);
    } finally {
      await host.stop();
    }
  },
);

test("a scenario leaves one of our subjects out only for what it is, or for want of a way to ask", () => {
  const left = cases
    .filter((each) => !taking.includes(each))
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
