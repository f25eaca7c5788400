/** Rows by key, off the caller's thread: one awaited after the other, and many at once, as a service with as many requests asks. */
import type { City } from "../../data/cities.ts";
import { digest } from "../../data/oracle.ts";
import { randomFrom, sample } from "../../data/random.ts";
import type { AsyncSubject } from "../../subjects/async/async-subject.ts";
import { expectSame, WrongAnswer } from "../answers.ts";
import type { Family, Scenario } from "../scenario.ts";
import { measured, needsReadsElsewhere, subjectOf } from "./async-scenario.ts";

export const ASYNC_READS: Family = { name: "async reads", database: "async", rows: (sizes) => sizes.rows };

export const asyncGetTurn: Scenario = gets("async-get-turn", 1, "one get awaited after the other");
export const asyncGetGathered: readonly Scenario[] = [40, 200, 1_000].map((at) =>
  gets(`async-get-${at}`, at, `${at} gets made at once, then awaited`),
);

function gets(name: string, at: number, about: string): Scenario {
  return {
    name,
    family: ASYNC_READS,
    unit: "gets",
    measures: "rate",
    about,
    excludes: needsReadsElsewhere,
    prepare(data, sizes) {
      const asked = sample(data, Math.max(sizes.probes, at), randomFrom(21));
      let position = 0;
      return {
        async check(bench) {
          const subject = subjectOf(bench);
          for (const row of asked.slice(0, 200)) expectSame(`row ${row.id}`, await subject.get(row.id), row);
          const found = await Promise.all(asked.slice(0, 200).map(({ id }) => subject.get(id)));
          expectSame("rows asked for at once", found, asked.slice(0, 200));
          expectSame("a row that is not there", await subject.get(1), undefined);
        },
        round: (bench) =>
          measured(bench, async () => {
            const rows = Array.from({ length: at }, () => asked[position++ % asked.length] as City);
            await askFor(subjectOf(bench), rows);
            return at;
          }),
      };
    },
  };
}

async function askFor(subject: AsyncSubject, rows: readonly City[]): Promise<void> {
  const [only] = rows;
  const found =
    rows.length === 1 && only !== undefined
      ? [await subject.get(only.id)]
      : await Promise.all(rows.map(({ id }) => subject.get(id)));
  for (const [at, row] of rows.entries()) {
    const got = found[at];
    if (got === undefined || digest(got) !== digest(row)) throw new WrongAnswer(`row ${row.id}`);
  }
}
