/**
 * What the right answers are, found the plainest way: by looking at every row. No code of any subject is used, and
 * nothing here is fast. Orders are by value and then by id, which is total, so an answer has one right form.
 */
import type { City } from "./cities.ts";

const byId = (a: City, b: City): number => a.id - b.id;
const byPopulation = (a: City, b: City): number => a.population - b.population || a.id - b.id;

export function allById(rows: readonly City[]): City[] {
  return [...rows].sort(byId);
}

export function allByPopulation(rows: readonly City[]): City[] {
  return [...rows].sort(byPopulation);
}

/** The row of this id. */
export function rowOf(rows: readonly City[], id: number): City | undefined {
  return rows.find((row) => row.id === id);
}

/** Rows of exactly this population, by id. */
export function withPopulation(rows: readonly City[], population: number): City[] {
  return rows.filter((row) => row.population === population).sort(byId);
}

/** The first `limit` rows with `low` ≤ population < `high`, by population. */
export function populationBetween(rows: readonly City[], low: number, high: number, limit: number): City[] {
  return rows
    .filter((row) => row.population >= low && row.population < high)
    .sort(byPopulation)
    .slice(0, limit);
}

export function countOf(rows: readonly City[], country: string): number {
  return rows.filter((row) => row.country === country).length;
}

/** A number that depends on every kind of field of a row, so that no subject gains by leaving one undecoded. */
export function digest(row: City): number {
  const text = row.name.length + row.country.length + row.featureCode.length + row.adminCode.length;
  return (
    row.id +
    text +
    (row.muni === null ? 0 : row.muni.length) +
    row.population +
    row.location.lat +
    row.location.lon
  );
}

/** The digests of several rows, added up in their order. */
export function digestAll(rows: readonly City[]): number {
  let sum = rows.length;
  for (const row of rows) sum += digest(row);
  return sum;
}
