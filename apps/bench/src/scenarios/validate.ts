/** What it costs to check a row against its schema, without storing it. */
import type { City } from "../data/cities.ts";
import type { Validator } from "../subjects/subject.ts";
import { expectSame, WrongAnswer } from "./answers.ts";
import type { Family, Scenario } from "./scenario.ts";

const VALIDATION: Family = { name: "validation", database: "none", rows: () => 0 };

/** One mistake each. */
const MISTAKES: readonly ((city: City) => unknown)[] = [
  (city) => ({ ...city, id: 0.5 }),
  (city) => ({ ...city, name: "" }),
  (city) => ({ ...city, country: "XYZ" }),
  (city) => ({ ...city, muni: 7 }),
  (city) => ({ ...city, population: -1 }),
  (city) => ({ ...city, location: { ...city.location, lat: 91 } }),
  (city) => ({ ...city, location: undefined }),
  ({ name: _, ...rest }) => rest,
];

export const validate: Scenario = {
  name: "validate",
  family: VALIDATION,
  unit: "rows",
  measures: "rate",
  about: "right rows, checked against their schema and not stored",
  excludes: (kind) =>
    kind.validator === undefined ? "does not validate, or not apart from storing" : undefined,
  prepare(data, sizes) {
    const rows = data.slice(0, sizes.probes * 10);
    let valid: Validator;
    return {
      async check({ kind }) {
        if (kind.validator === undefined) throw new WrongAnswer(`${kind.name} has no validator`);
        valid = kind.validator();
        for (const row of rows) expectSame(`the verdict on ${JSON.stringify(row)}`, valid(row), true);
        for (const mistaken of MISTAKES) {
          const row = mistaken(rows[0] as City);
          expectSame(`the verdict on ${JSON.stringify(row)}`, valid(row as City), false);
        }
      },
      async round({ roundMs, now }) {
        let ms = 0;
        let operations = 0;
        while (ms < roundMs) {
          const start = now();
          let right = 0;
          for (const row of rows) if (valid(row)) right++;
          ms += now() - start;
          operations += rows.length;
          expectSame("right rows", right, rows.length);
        }
        return { operations, ms };
      },
    };
  },
};
