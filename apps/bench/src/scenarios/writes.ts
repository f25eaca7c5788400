/** Writing many rows in one transaction: inserting into an empty database, updating and deleting in a full one. */
import type { City } from "../data/cities.ts";
import { allById, withPopulation } from "../data/oracle.ts";
import { randomFrom, sample } from "../data/random.ts";
import type { Change, Subject } from "../subjects/subject.ts";
import { expectSame } from "./answers.ts";
import { type Family, needsDatabase, type Scenario } from "./scenario.ts";

const INSERTS: Family = { name: "inserts", database: "none", rows: () => 0 };
const WRITES: Family = { name: "writes", database: "open", rows: (sizes) => sizes.rows };

/** A population that no city has. */
const NOWHERE = 3_000_000_000;

export const batchedInsert: Scenario = {
  name: "batched-insert",
  family: INSERTS,
  unit: "rows",
  measures: "rate",
  about: "100,000 rows into an empty database with two indexes, one transaction (ours validate every row)",
  excludes: needsDatabase,
  prepare(data, sizes) {
    const rows = data.slice(0, sizes.inserted);
    const some = sample(rows, 50, randomFrom(3));
    return {
      async check(bench) {
        const { subject, remove } = await bench.openEmpty();
        await subject.insert(rows);
        let position = 0;
        const expected = allById(rows);
        subject.scan((row) => expectSame(`row ${position}`, row, expected[position++]));
        expectSame("inserted rows", position, rows.length);
        checkIndexes(subject, rows, some);
        await remove();
      },
      async round(bench) {
        const { subject, remove } = await bench.openEmpty();
        const start = bench.now();
        await subject.insert(rows);
        const ms = bench.now() - start;
        checkIndexes(subject, rows, some.slice(0, 5));
        await remove();
        return { operations: rows.length, ms };
      },
    };
  },
};

export const update: Scenario = {
  name: "update",
  family: WRITES,
  unit: "rows",
  measures: "rate",
  about: "10,000 rows get another population, which is indexed, in one transaction",
  excludes: needsDatabase,
  prepare(data, sizes) {
    const chosen = sample(data, sizes.changed, randomFrom(4));
    const back: Change[] = chosen.map(({ id, population }) => ({ id, population }));
    const away: Change[] = chosen.map(({ id }, position) => ({
      id,
      population: NOWHERE + (position % 1_000),
    }));
    const moved = chosen.filter((_, position) => position % 1_000 === 0);
    const expected = allById(moved).map((row) => ({ ...row, population: NOWHERE }));
    const checkMoved = (subject: Subject): void => {
      expectSame("rows of a new population", subject.equal(NOWHERE), expected);
    };
    return {
      async check({ subject }) {
        await subject.update(away);
        checkMoved(subject);
        for (const { id, population } of away)
          expectSame(`row ${id}`, subject.get(id)?.population, population);
        await subject.update(back);
        expectSame("rows of a population that is gone", subject.equal(NOWHERE), []);
        checkIndexes(subject, data, chosen.slice(0, 50));
      },
      async round({ subject, now }) {
        const start = now();
        await subject.update(away);
        const ms = now() - start;
        checkMoved(subject);
        await subject.update(back);
        return { operations: away.length, ms };
      },
    };
  },
};

const remove: Scenario = {
  name: "delete",
  family: WRITES,
  unit: "rows",
  measures: "rate",
  about: "10,000 rows out of both indexes, in one transaction",
  excludes: needsDatabase,
  prepare(data, sizes) {
    const gone = sample(data, sizes.changed, randomFrom(5));
    const ids = gone.map(({ id }) => id);
    const goneIds = new Set(ids);
    const left = data.filter(({ id }) => !goneIds.has(id));
    const some = gone.slice(0, 50);
    const countries = [...new Set(some.map(({ country }) => country))];
    const checkGone = (subject: Subject): void => {
      for (const { id } of some) expectSame(`row ${id}`, subject.get(id), undefined);
      for (const country of countries.slice(0, 5)) {
        expectSame(country, subject.count(country), left.filter((row) => row.country === country).length);
      }
    };
    return {
      async check({ subject }) {
        await subject.delete(ids);
        checkGone(subject);
        checkIndexes(subject, left, some);
        await subject.insert(gone);
        checkIndexes(subject, data, some);
      },
      async round({ subject, now }) {
        const start = now();
        await subject.delete(ids);
        const ms = now() - start;
        checkGone(subject);
        await subject.insert(gone);
        return { operations: ids.length, ms };
      },
    };
  },
};

export { remove as delete };

/** Compares what the indexes find for the countries and populations of some rows. */
function checkIndexes(subject: Subject, data: readonly City[], some: readonly City[]): void {
  for (const { country, population } of some) {
    const rows = data.filter((row) => row.country === country).length;
    expectSame(`rows of ${country}`, subject.count(country), rows);
    expectSame(
      `rows of the population ${population}`,
      subject.equal(population),
      withPopulation(data, population),
    );
  }
}
