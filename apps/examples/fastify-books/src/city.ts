/** The model of a city, and from the same fields what requests may say: a new city, a patch, filters. */
import { defineModel, index } from "@modelvault/models";
import { z } from "zod";

const Location = z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });

const fields = {
  name: z.string().min(1).max(200),
  /** ISO 3166 code. */
  country: z.string().regex(/^[A-Z]{2}$/),
  /** The country's own code of the province or state. */
  region: z.string().min(1).max(20).nullable(),
  /** GeoNames feature code: PPLC is a capital, PPLX a part of a town. */
  feature: z.string().regex(/^(PPL|STLMT)[A-Z0-9]*$/),
  population: z.int().nonnegative(),
  /** Degrees. */
  location: Location,
};

/** A whole city. Read as a request, it may leave out what has a default. */
export const CityRow = z.strictObject({
  /** GeoNames id. */
  id: z.int().positive(),
  ...fields,
  region: fields.region.default(null),
  population: fields.population.default(0),
});
export type City = z.output<typeof CityRow>;
export type NewCity = z.input<typeof CityRow>;

/** What of a city may change. No defaults: what a patch leaves out stays as it is. */
export const CityPatch = z
  .strictObject({ ...fields, location: z.strictObject(Location.partial().shape) })
  .partial();
export type CityPatch = z.output<typeof CityPatch>;

export const CityModel = defineModel("cities", CityRow, {
  primaryKey: "id",
  indexes: [index("name"), index("country"), index("population")],
});

/** Filters of the list. An unknown one is refused, not passed over. */
export const CityFilter = z.strictObject({
  country: fields.country.optional(),
  feature: fields.feature.optional(),
  minPopulation: z.coerce.number().int().nonnegative().optional(),
  maxPopulation: z.coerce.number().int().nonnegative().optional(),
  south: z.coerce.number().min(-90).max(90).optional(),
  north: z.coerce.number().min(-90).max(90).optional(),
});
export type CityFilter = z.output<typeof CityFilter>;

export const PageQuery = CityFilter.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  /** `next` of the page before. */
  after: z.string().optional(),
});
