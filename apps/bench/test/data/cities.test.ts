import { expect, test } from "vitest";
import { ID_STEP, loadCities, repeated } from "../../src/data/cities.ts";
import { populationBetween, withPopulation } from "../../src/data/oracle.ts";
import { randomFrom, sample } from "../../src/data/random.ts";

const all = loadCities();

test("there are 135,233 cities, each with its own id, in the same order in every run", () => {
  expect(all).toHaveLength(135_233);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.slice(0, 3).map(({ name }) => name)).toEqual(["Kāveripatnam", "Chialamberto", "Fonda"]);
  expect(loadCities(2)).toEqual(all.slice(0, 2));
  expect(Math.max(...all.slice(0, 50_000).map(({ id }) => id))).toBeLessThan(ID_STEP);
});

test("more rows than there are cities are copies with other ids", () => {
  const rows = [...repeated(all.slice(0, 3), 7)];
  expect(rows).toHaveLength(7);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(7);
  expect(rows[3]).toEqual({ ...all[0], id: (all[0]?.id ?? 0) + ID_STEP });
});

test("a sample has no item twice, and is the same for the same seed", () => {
  const chosen = sample(all, 1_000, randomFrom(7));
  expect(new Set(chosen).size).toBe(1_000);
  expect(sample(all, 1_000, randomFrom(7))).toEqual(chosen);
  expect(sample([1, 2], 5, randomFrom(7)).sort()).toEqual([1, 2]);
});

test("the oracle orders ties by id and leaves the upper bound out", () => {
  const row = (id: number, population: number) => ({ ...all[0], id, population }) as (typeof all)[number];
  const rows = [row(4, 10), row(1, 20), row(3, 10), row(2, 5)];
  expect(withPopulation(rows, 10).map(({ id }) => id)).toEqual([3, 4]);
  expect(populationBetween(rows, 5, 20, 2).map(({ id }) => id)).toEqual([2, 3]);
  expect(populationBetween(rows, 6, 20, 9).map(({ id }) => id)).toEqual([3, 4]);
});
