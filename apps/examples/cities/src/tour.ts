/** What ModelVault does with the cities, one thing at a time. Each step returns what it found, for the terminal and for the test. */
import { type Database, isModelVaultError } from "@modelvault/core";
import { collection, type InputOf, type ModelCollection, type RowOf } from "@modelvault/models";
import { City } from "./city.ts";

type Cities = ModelCollection<RowOf<typeof City>, InputOf<typeof City>, "id">;

/** The largest cities of a band of latitude: a range on a nested path, ordered by another field. */
export function largestBetween(cities: Cities, south: number, north: number, limit: number) {
  return cities
    .where("location.lat", "between", [south, north])
    .where("population", ">=", 100_000)
    .orderBy("population", "desc")
    .select("name", "country", "population", "location.lat")
    .limit(limit);
}

/** A country's cities by population, page after page: the cursor of one page is where the next begins. */
export function pagesOf(cities: Cities, country: string, pageRows: number, pages: number) {
  const query = cities
    .where("country", "=", country)
    .orderBy("population", "desc")
    .select("name", "population")
    .limit(pageRows);
  const found = [];
  let next: string | null = null;
  do {
    const page = query.after(next).page();
    found.push(page.rows);
    next = page.next;
  } while (next !== null && found.length < pages);
  return found;
}

/** A row with many mistakes: all of them come back at once, and nothing is stored. */
export function refusedRow(cities: Cities): readonly string[] {
  const bad: unknown = {
    id: -1,
    name: "",
    country: "Atlantis",
    feature: "PPL",
    population: 1.5,
    location: { lat: 91, lon: "east" },
  };
  try {
    cities.insert(bad as InputOf<typeof City>);
    return [];
  } catch (error) {
    if (!isModelVaultError(error, "validation_failed")) throw error;
    return error.issues.map(({ path, message, actual }) => `${path.join(".")}: ${message} (found ${actual})`);
  }
}

/** A transaction that fails half-way leaves no trace. Returns counts before, inside and after, and why it failed. */
export function rolledBack(db: Database, country: string) {
  const before = collection(db, City).where("country", "=", country).count();
  let inside = before;
  let reason = "";
  try {
    db.transaction((tx) => {
      const cities = collection(tx, City);
      cities.where("country", "=", country).delete();
      inside = cities.where("country", "=", country).count();
      cities.insert({
        id: 3039154,
        name: "Second El Tarter",
        country: "AD",
        feature: "PPL",
        location: { lat: 42.6, lon: 1.6 },
      });
    });
  } catch (error) {
    if (!isModelVaultError(error, "row_exists")) throw error;
    reason = error.message;
  }
  return { before, inside, after: collection(db, City).where("country", "=", country).count(), reason };
}
