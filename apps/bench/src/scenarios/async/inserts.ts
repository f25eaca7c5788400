/** Durable rows, each in a transaction of its own: one awaited after the other, and a thousand at once, which may share a sync. */
import { type City, ID_STEP } from "../../data/cities.ts";
import { expectSame } from "../answers.ts";
import type { Family, Scenario } from "../scenario.ts";
import { needsAsync, subjectOf } from "./async-scenario.ts";

const ASYNC_WRITES: Family = {
  name: "async writes",
  database: "async",
  rows: (sizes) => sizes.committed[1],
};
/** New rows have ids above those of any copy of a city. */
const NEW_IDS = ID_STEP * 1_000;

export const asyncInsertTurn: Scenario = inserts(
  "async-insert-turn",
  1,
  "one new row after the other, each durable before the next",
);
export const asyncInsertGathered: Scenario = inserts(
  "async-insert-1000",
  1_000,
  "1,000 new rows at once, each a transaction of its own, until all are durable",
);

function inserts(name: string, at: number, about: string): Scenario {
  return {
    name,
    family: ASYNC_WRITES,
    unit: "rows",
    measures: "rate",
    about,
    comparesBy: "durable",
    excludes: needsAsync,
    prepare(data, sizes) {
      const count = at === 1 ? sizes.commits : at;
      const rows: City[] = Array.from({ length: count }, (_, position) => ({
        ...(data[position % data.length] as City),
        id: NEW_IDS + position,
      }));
      const ids = rows.map(({ id }) => id);
      const before = sizes.committed[1];
      return {
        async check(bench) {
          const subject = subjectOf(bench);
          await Promise.all(rows.map((row) => subject.commit(row)));
          for (const row of rows.slice(0, 50)) expectSame(`row ${row.id}`, await subject.get(row.id), row);
          let found = 0;
          await subject.scan(() => found++);
          expectSame("rows", found, before + count);
          await subject.delete(ids);
          expectSame("a deleted row", await subject.get(NEW_IDS), undefined);
        },
        async round(bench) {
          const subject = subjectOf(bench);
          const { now, roundMs } = bench;
          let ms = 0;
          let operations = 0;
          while (ms < roundMs) {
            const start = now();
            if (at === 1) for (const row of rows) await subject.commit(row);
            else await Promise.all(rows.map((row) => subject.commit(row)));
            ms += now() - start;
            operations += count;
            const last = rows.at(-1) as City;
            expectSame("the last row", await subject.get(last.id), last);
            await subject.delete(ids);
          }
          return { operations, ms };
        },
      };
    },
  };
}
