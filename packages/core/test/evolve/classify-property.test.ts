import fc from "fast-check";
import { expect, test } from "vitest";
import { classify, worstOf } from "../../src/evolve/classify.ts";
import { sameSchema } from "../../src/schema/same-schema.ts";
import { compileValidator } from "../../src/validate/compile-validator.ts";
import { arbitraryRows, arbitrarySchema } from "../arbitraries/schema.ts";
import { changedSchema } from "../arbitraries/schema-change.ts";

test("after a change that is safe, every stored row is valid as it is", () => {
  let safe = 0;
  fc.assert(
    fc.property(
      arbitrarySchema({ fieldsMax: 4 }).chain((schema) =>
        fc.tuple(fc.constant(schema), arbitraryRows(schema, { maxLength: 8 })),
      ),
      fc.gen(),
      ([before, rows], gen) => {
        const after = changedSchema(gen, before);
        if (after === undefined) return;
        const findings = classify(before, after);
        if (worstOf(findings) !== "safe") return;
        if (findings.length > 0) safe++;
        const validate = compileValidator(after);
        for (const row of rows) expect(validate(row)).toEqual([]);
      },
    ),
    { numRuns: 1500 },
  );
  expect(safe).toBeGreaterThan(150);
});

test("nothing is found exactly when the schemas are the same", () => {
  fc.assert(
    fc.property(arbitrarySchema({ fieldsMax: 4 }), fc.gen(), (before, gen) => {
      const after = changedSchema(gen, before);
      if (after === undefined) return;
      expect(classify(before, after).length === 0).toBe(sameSchema(before, after));
      expect(classify(after, after)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test("what is added one way is removed the other way", () => {
  fc.assert(
    fc.property(arbitrarySchema({ fieldsMax: 4 }), fc.gen(), (before, gen) => {
      const after = changedSchema(gen, before);
      if (after === undefined) return;
      const paths = (from: typeof before, to: typeof before, changes: readonly string[]): string[] =>
        classify(from, to)
          .filter(({ change }) => changes.includes(change))
          .map(({ path }) => JSON.stringify(path))
          .sort();
      const added = ["field_added", "required_field_added"];
      expect(paths(before, after, added)).toEqual(paths(after, before, ["field_removed"]));
      expect(paths(before, after, ["made_optional"])).toEqual(paths(after, before, ["made_required"]));
    }),
  );
});
