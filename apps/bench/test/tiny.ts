/** Sizes at which every scenario still asks something, for tests; and the rows, read once. */
import { type City, loadCities } from "../src/data/cities.ts";
import type { Sizes } from "../src/scenarios/sizes.ts";

export const TINY: Sizes = {
  rows: 2_400,
  inserted: 400,
  changed: 60,
  committed: [0, 100, 400],
  commits: 5,
  flat: [100, 500],
  probes: 20,
  scanned: 2_400,
  roundMs: 1,
};

const cities = loadCities(TINY.rows);

export function tinyCities(rows: number): readonly City[] {
  return cities.slice(0, rows);
}
