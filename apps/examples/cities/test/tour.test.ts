import { Database, memoryStore } from "@modelvault/core";
import { collection } from "@modelvault/models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { City } from "../src/city.ts";
import { readCities } from "../src/load.ts";
import { table } from "../src/print.ts";
import { largestBetween, pagesOf, refusedRow, rolledBack } from "../src/tour.ts";

const db = Database.open(memoryStore());
const cities = collection(db, City);

beforeAll(async () => {
  cities.insertMany(await readCities());
});

afterAll(() => {
  expect(db.verify().problems).toEqual([]);
  db.close();
});

describe("the tour of the cities", () => {
  test("every city of the package fits the model", () => {
    expect(cities.count()).toBe(135_233);
  });

  test("the model's rules are the engine's, all but the length of names in characters and the default that the schema fills in", () => {
    expect(City.unenforced.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      "name maxLength",
      "population default",
    ]);
  });

  test("a range on a nested path finds what a filter over all rows finds, largest first", () => {
    const found = largestBetween(cities, 45, 47, 5).all();
    const expected = cities
      .all()
      .filter(({ population, location: { lat } }) => lat >= 45 && lat <= 47 && population >= 100_000)
      .sort((a, b) => b.population - a.population)
      .slice(0, 5)
      .map(({ name, country, population, location: { lat } }) => ({
        name,
        country,
        population,
        location: { lat },
      }));
    expect(found).toEqual(expected);
  });

  test("pages follow each other without gap or repetition", () => {
    const pages = pagesOf(cities, "JP", 4, 3);
    const whole = cities
      .where("country", "=", "JP")
      .orderBy("population", "desc")
      .select("name", "population")
      .limit(12)
      .all();
    expect(pages).toHaveLength(3);
    expect(pages.flat()).toEqual(whole);
  });

  test("a bad row is refused with all of its problems named", () => {
    const problems = refusedRow(cities).map((line) => line.slice(0, line.indexOf(":")));
    expect(problems).toEqual(["id", "name", "country", "population", "location.lat", "location.lon"]);
    expect(cities.count()).toBe(135_233);
  });

  test("a transaction that fails leaves no trace", () => {
    const { before, inside, after, reason } = rolledBack(db, "FR");
    expect([before > 0, inside, after]).toEqual([true, 0, before]);
    expect(reason).toContain("3039154");
  });

  test("a table lines its columns up", () => {
    expect(
      table([
        ["a", 1000],
        ["bcd", 5],
      ]),
    ).toEqual(["a    1,000", "bcd      5"]);
  });
});
