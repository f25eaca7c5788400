/** What all SQLite subjects share: the table, its statements and how a row becomes an object with a nested location. */
import type { City } from "../data/cities.ts";

/** A location is two columns, as one would model it in SQL. `STRICT` costs nothing measurable and keeps types honest. */
export const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS cities (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    featureCode TEXT NOT NULL,
    adminCode TEXT NOT NULL,
    muni TEXT,
    population INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cities_country ON cities (country);
  CREATE INDEX IF NOT EXISTS cities_population ON cities (population);
`;

/** Every commit is on the disk before it returns, as ours is; the default of WAL would leave that to the next checkpoint. */
export const PRAGMAS = [
  "journal_mode = WAL",
  "synchronous = FULL",
  "cache_size = -65536",
  "mmap_size = 268435456",
];

export const SQL = {
  insert: "INSERT INTO cities VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  get: "SELECT * FROM cities WHERE id = ?",
  equal: "SELECT * FROM cities WHERE population = ?",
  range: "SELECT * FROM cities WHERE population >= ? AND population < ? ORDER BY population, id LIMIT ?",
  scan: "SELECT * FROM cities ORDER BY id",
  count: "SELECT count(*) FROM cities WHERE country = ?",
  firstPage: "SELECT * FROM cities ORDER BY population, id LIMIT ?",
  nextPage: "SELECT * FROM cities WHERE (population, id) > (?, ?) ORDER BY population, id LIMIT ?",
  update: "UPDATE cities SET population = ? WHERE id = ?",
  delete: "DELETE FROM cities WHERE id = ?",
};

/** The columns of a row in their order, which is that of `SELECT *`. */
export type Columns = [
  id: number,
  name: string,
  country: string,
  featureCode: string,
  adminCode: string,
  muni: string | null,
  population: number,
  lat: number,
  lon: number,
];

/** A row as an object, with its location as columns. */
export interface FlatCity extends Omit<City, "location"> {
  readonly lat: number;
  readonly lon: number;
}

export function columnsOf(row: City): Columns {
  const { id, name, country, featureCode, adminCode, muni, population, location } = row;
  return [id, name, country, featureCode, adminCode, muni, population, location.lat, location.lon];
}

export function fromColumns(columns: Columns): City {
  return {
    id: columns[0],
    name: columns[1],
    country: columns[2],
    featureCode: columns[3],
    adminCode: columns[4],
    muni: columns[5],
    population: columns[6],
    location: { lat: columns[7], lon: columns[8] },
  };
}

export function fromFlat(row: FlatCity): City {
  return {
    id: row.id,
    name: row.name,
    country: row.country,
    featureCode: row.featureCode,
    adminCode: row.adminCode,
    muni: row.muni,
    population: row.population,
    location: { lat: row.lat, lon: row.lon },
  };
}
