/** The model of a city. Everything the engine knows about cities comes from here: types, rules, indexes. */
import { defineModel, index } from "@modelvault/models";
import { z } from "zod";

export const City = defineModel(
  "cities",
  z.object({
    /** GeoNames id. */
    id: z.int().positive(),
    name: z.string().min(1).max(200),
    /** ISO 3166 code. */
    country: z.string().regex(/^[A-Z]{2}$/),
    /** The country's own code of the province or state. */
    region: z.string().optional(),
    municipality: z.string().optional(),
    /** GeoNames feature code: PPLC is a capital, PPLX a part of a town. */
    feature: z.string().regex(/^(PPL|STLMT)[A-Z0-9]*$/),
    population: z.int().nonnegative().default(0),
    /** Degrees. */
    location: z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }),
  }),
  { primaryKey: "id", indexes: [index("country"), index("population"), index("location.lat")] },
);
