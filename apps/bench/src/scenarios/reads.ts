/** Reading: rows by key, through an index, in order, counted and in pages. One database that nobody changes. */
import type { City } from "../data/cities.ts";
import {
  allById,
  allByPopulation,
  countOf,
  digest,
  digestAll,
  populationBetween,
  withPopulation,
} from "../data/oracle.ts";
import { randomFrom, sample } from "../data/random.ts";
import type { Subject } from "../subjects/subject.ts";
import { expectSame, WrongAnswer } from "./answers.ts";
import {
  type Bench,
  type Family,
  needsDatabase,
  type Reading,
  type Scenario,
  type Task,
} from "./scenario.ts";

const READS: Family = { name: "reads", database: "open", rows: (sizes) => sizes.rows };

/** Rows that each equality query finds. */
const EQUAL_ROWS = 10;
const RANGE_LIMIT = 20;

export const pointGet: Scenario = {
  name: "point-get",
  family: READS,
  unit: "gets",
  measures: "rate",
  about: "a whole row by its primary key, keys in random order",
  excludes: needsDatabase,
  prepare(data, sizes) {
    const expected = sample(data, sizes.probes * 10, randomFrom(1));
    const ids = expected.map(({ id }) => id);
    return questions<number, City | undefined>(
      ids,
      expected,
      (subject, id) => subject.get(id),
      (row) => (row === undefined ? 0 : digest(row)),
    );
  },
};

export const indexEquality: Scenario = {
  name: "index-equality",
  family: READS,
  unit: "queries",
  measures: "rate",
  about: `the ${EQUAL_ROWS} rows of one population, by id`,
  excludes: needsDatabase,
  prepare(data) {
    const populations = groupsOf(data, EQUAL_ROWS);
    const expected = populations.map((population) => withPopulation(data, population));
    return questions(populations, expected, (subject, population) => subject.equal(population), digestAll);
  },
};

export const indexRange: Scenario = {
  name: "index-range",
  family: READS,
  unit: "queries",
  measures: "rate",
  about: `the first ${RANGE_LIMIT} rows of a range of populations, ordered by population`,
  excludes: needsDatabase,
  prepare(data, sizes) {
    const sorted = allByPopulation(data);
    const ranges = sample(data, sizes.probes / 10, randomFrom(2)).map(({ population }) => ({
      low: population,
      high: population * 2 + 1_000,
    }));
    const expected = ranges.map(({ low, high }) => populationBetween(sorted, low, high, RANGE_LIMIT));
    return questions(
      ranges,
      expected,
      (subject, { low, high }) => subject.range(low, high, RANGE_LIMIT),
      digestAll,
    );
  },
};

export const orderedScan: Scenario = {
  name: "ordered-scan",
  family: READS,
  unit: "scans",
  measures: "rate",
  about: "every row, one by one, in the order of the primary key",
  excludes: needsDatabase,
  prepare(data) {
    const rows = allById(data);
    // Rows are compared as they come; a list of them all would be measured too.
    const expectedSum = rows.reduce((sum, row) => sum + digest(row), 0);
    return {
      async check({ subject }) {
        let position = 0;
        subject.scan((row) => expectSame(`row ${position} of the scan`, row, rows[position++]));
        expectSame("rows of the scan", position, rows.length);
      },
      round: async ({ subject, roundMs, now }) =>
        passes({ roundMs, now }, 1, expectedSum, () => {
          let sum = 0;
          subject.scan((row) => {
            sum += digest(row);
          });
          return sum;
        }),
    };
  },
};

export const count: Scenario = {
  name: "count",
  family: READS,
  unit: "queries",
  measures: "rate",
  about: "how many rows a country has, through the index (1 to 16,677; 550 on average)",
  excludes: needsDatabase,
  prepare(data) {
    const countries = [...new Set(data.map(({ country }) => country))];
    const expected = countries.map((country) => countOf(data, country));
    return questions(countries, expected, (subject, country) => subject.count(country), Number);
  },
};

export const cursorPage1: Scenario = pages("cursor-page-1", 1);
export const cursorPage1000: Scenario = pages("cursor-page-1000", 1_000);

/** Twenty pages one after another, from page `first` on, each found by the cursor of the one before. */
function pages(name: string, first: number): Scenario {
  const measured = 20;
  return {
    name,
    family: READS,
    unit: "pages",
    measures: "rate",
    about: `page ${first} and the ${measured - 1} behind it, by cursor, ordered by population`,
    excludes: needsDatabase,
    prepare(data) {
      const sorted = allByPopulation(data);
      const size = Math.min(20, Math.floor(data.length / 1_100));
      const expected: City[][] = [];
      for (let page = 0; page < measured; page++) {
        const start = (first - 1 + page) * size;
        expected.push(sorted.slice(start, start + size));
      }
      const expectedSum = expected.reduce((sum, rows) => sum + digestAll(rows), 0);
      let before: unknown;
      const walk = (
        subject: Subject,
        count: number,
        visit: (rows: readonly City[], page: number) => void,
      ): unknown => {
        let after = before;
        for (let page = 0; page < count; page++) {
          const { rows, next } = subject.page(size, after);
          visit(rows, page);
          after = next;
        }
        return after;
      };
      return {
        async check({ subject }) {
          before = walk(subject, first - 1, () => undefined);
          walk(subject, measured, (rows, page) => expectSame(`page ${first + page}`, rows, expected[page]));
        },
        round: async ({ subject, roundMs, now }) =>
          passes({ roundMs, now }, measured, expectedSum, () => {
            let sum = 0;
            walk(subject, measured, (rows) => {
              sum += digestAll(rows);
            });
            return sum;
          }),
      };
    },
  };
}

/** A task that asks the same questions over and over. */
function questions<Q, A>(
  asked: readonly Q[],
  expected: readonly A[],
  ask: (subject: Subject, question: Q) => A,
  digestOf: (answer: A) => number,
): Task {
  const expectedSum = expected.reduce((sum, answer) => sum + digestOf(answer), 0);
  return {
    async check({ subject }) {
      asked.forEach((question, position) => {
        expectSame(`the answer to ${JSON.stringify(question)}`, ask(subject, question), expected[position]);
      });
    },
    round: async ({ subject, roundMs, now }) =>
      passes({ roundMs, now }, asked.length, expectedSum, () => {
        let sum = 0;
        for (const question of asked) sum += digestOf(ask(subject, question));
        return sum;
      }),
  };
}

/** Repeats a pass until enough time was measured; each must come to the same sum. */
export function passes(
  { roundMs, now }: Pick<Bench, "roundMs" | "now">,
  operations: number,
  expectedSum: number,
  pass: () => number,
): Reading {
  let ms = 0;
  let done = 0;
  while (ms < roundMs) {
    const start = now();
    const sum = pass();
    ms += now() - start;
    done += operations;
    if (sum !== expectedSum) throw new WrongAnswer(`a pass came to ${sum} instead of ${expectedSum}`);
  }
  return { operations: done, ms };
}

/** Populations that exactly `size` rows have; with little data, those of the most frequent smaller size. */
function groupsOf(data: readonly City[], size: number): number[] {
  const sizes = new Map<number, number>();
  for (const { population } of data) sizes.set(population, (sizes.get(population) ?? 0) + 1);
  for (let wanted = size; wanted > 0; wanted--) {
    const found = [...sizes].filter(([, rows]) => rows === wanted).map(([population]) => population);
    if (found.length >= 10) return found;
  }
  return [...sizes.keys()];
}
