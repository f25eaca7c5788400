/** Queries that test many rows and give a number: what can run side by side, on drivers whose readers are threads of their own. */
import { randomFrom, sample } from "../../data/random.ts";
import { expectSame, WrongAnswer } from "../answers.ts";
import type { Scenario } from "../scenario.ts";
import { measured, needsReadsElsewhere, subjectOf } from "./async-scenario.ts";
import { ASYNC_READS } from "./gets.ts";

/** Made at once. */
const AT_ONCE = 16;

export const asyncFilters: Scenario = {
  name: "async-filters",
  family: ASYNC_READS,
  unit: "queries",
  measures: "rate",
  about: `rows of a range of populations whose names begin so, counted: ${AT_ONCE} queries at once`,
  excludes: needsReadsElsewhere,
  prepare(data, sizes) {
    const questions = sample(data, Math.min(sizes.probes, 100), randomFrom(22)).map(
      ({ population, name }) => {
        const [low, high, prefix] = [population, population * 2 + 1_000, name.slice(0, 2)];
        const rows = data.filter((row) => row.population >= low && row.population <= high);
        return { low, high, prefix, count: rows.filter((row) => row.name.startsWith(prefix)).length };
      },
    );
    let position = 0;
    return {
      async check(bench) {
        for (const { low, high, prefix, count } of questions)
          expectSame(prefix, await subjectOf(bench).countNamed(low, high, prefix), count);
      },
      round: (bench) =>
        measured(bench, async () => {
          const asked = Array.from({ length: AT_ONCE }, () => questions[position++ % questions.length]);
          const counts = await Promise.all(
            asked.map((each) =>
              subjectOf(bench).countNamed(each?.low ?? 0, each?.high ?? 0, each?.prefix ?? ""),
            ),
          );
          for (const [at, each] of asked.entries())
            if (counts[at] !== each?.count) throw new WrongAnswer(`rows named ${each?.prefix}`);
          return AT_ONCE;
        }),
    };
  },
};
