/**
 * One row per transaction, with few and with many rows there already. A durable subject returns when the row is on the
 * disk, so this measures the disk as much as the subject; a store in memory only has its own work to do.
 */
import { type City, ID_STEP } from "../data/cities.ts";
import { expectSame } from "./answers.ts";
import { type Family, needsDatabase, type Scenario } from "./scenario.ts";
import type { Sizes } from "./sizes.ts";

/** New rows have ids above those of any copy of a city. */
const NEW_IDS = ID_STEP * 1_000;

export const durableCommit: readonly Scenario[] = ["0", "10k", "100k"].map((name, position) =>
  commits(`durable-commit-${name}`, (sizes) => sizes.committed[position] ?? 0, "one new row per transaction"),
);

/** The cost of a commit must not grow with the database; only ours are asked. */
export const commitFlat: readonly Scenario[] = ["10k", "1m"].map((name, position) =>
  commits(
    `commit-flat-${name}`,
    (sizes) => sizes.flat[position] ?? 0,
    "one new row per transaction, to compare a small database with a large one",
    (kind) => needsDatabase(kind) ?? (kind.ours ? undefined : "asked of ours only"),
  ),
);

function commits(
  name: string,
  rows: (sizes: Sizes) => number,
  about: string,
  excludes: Scenario["excludes"] = needsDatabase,
): Scenario {
  const family: Family = { name, database: "open", rows };
  return {
    name,
    family,
    unit: "commits",
    measures: "rate",
    about,
    comparesBy: "durable",
    excludes,
    prepare(data, sizes) {
      const batch = data
        .slice(0, sizes.commits)
        .map((city, position) => ({ ...city, id: NEW_IDS + position }));
      const ids = batch.map(({ id }) => id);
      const before = rows(sizes);
      return {
        async check({ subject }) {
          for (const row of batch.slice(0, 20)) {
            await subject.commit(row);
            expectSame("a committed row", subject.get(row.id), row);
          }
          await subject.delete(ids.slice(0, 20));
          let found = 0;
          subject.scan(() => found++);
          expectSame("rows that are there before", found, before);
        },
        async round({ subject, roundMs, now }) {
          let ms = 0;
          let operations = 0;
          while (ms < roundMs) {
            ms += await timeCommits(batch, now, (row) => subject.commit(row));
            operations += batch.length;
            const last = batch.at(-1) as City;
            expectSame("the last committed row", subject.get(last.id), last);
            await subject.delete(ids);
          }
          return { operations, ms };
        },
      };
    },
  };
}

async function timeCommits(
  rows: readonly City[],
  now: () => number,
  commit: (row: City) => void | Promise<void>,
): Promise<number> {
  const start = now();
  for (const row of rows) {
    const done = commit(row);
    // Awaiting what is already done would cost a turn of the queue that a synchronous subject does not need.
    if (done !== undefined) await done;
  }
  return now() - start;
}
