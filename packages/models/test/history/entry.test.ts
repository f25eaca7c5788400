/** What the vault remembers of its migrations. */
import type { Row } from "@modelvault/core";
import { apply, history, plan } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorOf } from "../support/errors.ts";
import { BASE, BY_YEAR, books, SHAPE, vault } from "../support/shelf.ts";

test("the history tells what was applied, when, and by which program", () => {
  using db = vault();
  apply(db, plan(db, [books({ ...SHAPE, note: z.string().optional() }, BY_YEAR)]), {
    program: "shop 2",
    now: () => 2,
  });
  const entries = history(db);
  expect(entries.map(({ number, program, appliedAt }) => ({ number, program, appliedAt }))).toEqual([
    { number: 1, program: "shop 1", appliedAt: 1 },
    { number: 2, program: "shop 2", appliedAt: 2 },
  ]);
  expect(entries[1]?.steps).toEqual([
    {
      kind: "addOptionalField",
      collection: "books",
      path: ["note"],
      type: "optional string",
      safety: "safe",
    },
  ]);
  expect(entries[0]?.target).toBe(entries[1]?.base);
});

test("a note that is no record of a migration is told of, not guessed at", () => {
  using db = vault();
  db.setNote("migrations/99999999", Uint8Array.of(1, 2, 3));
  expect(errorOf(() => history(db)).code).toBe("plan_invalid");
});

test("a function that is to run once runs once, whatever is planned later", () => {
  using db = vault();
  let calls = 0;
  const rewrite = {
    books: {
      once: "count",
      row: (row: Row) => {
        calls++;
        return row;
      },
    },
  };
  const changes = plan(db, [BASE], { rewrite });
  apply(db, changes);
  expect(apply(db, changes).changed).toBe(false);
  expect(plan(db, [BASE], { rewrite }).isEmpty).toBe(true);
  expect(calls).toBe(1);
});
