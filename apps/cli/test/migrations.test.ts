/** A vault's life from the terminal: planned, checked, applied, looked at, undone. On the built program. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine, fixture } from "./run-cli.ts";

const V1 = fixture("models-1.mjs");
const V2 = fixture("models-2.mjs");
const V3 = fixture("models-3.mjs");
const ROWS = [
  { isbn: "1", title: "Solaris", writer: "Lem", year: 1961 },
  { isbn: "2", title: "", writer: "Anon", year: 1500 },
]
  .map((row) => `${JSON.stringify({ collection: "books", row })}\n`)
  .join("");

test.each(["shop.modelvault", "shop.lmdb"])("%s is planned, checked, applied and undone", (vault) => {
  const { folder, run } = commandLine();

  const first = run("plan", vault, "--models", V1, "--exit-code");
  expect(first).toMatchObject({
    code: 2,
    err: `There is no vault at ${vault} yet; this is for a new one.\n`,
  });
  expect(first.out).toContain('+ books: create the collection (5 fields, primary key "isbn", 1 index)');
  expect(run("apply", vault, "--models", V1, "--program", "shop 1").out).toContain("Applied as migration 1.");
  expect(run("plan", vault, "--models", V1, "--exit-code")).toMatchObject({
    code: 0,
    out: "Nothing to do: the vault is as the models say.\n",
  });

  writeFileSync(join(folder, "rows.jsonl"), ROWS);
  expect(run("import", vault, "rows.jsonl")).toMatchObject({ code: 0, out: "2 rows stored.\n" });

  // The field that is gone stands in the way until it is named.
  const blocked = run("apply", vault, "--models", V2);
  expect(blocked.code).toBe(1);
  expect(blocked.err).toContain("plan_blocked: The plan cannot be applied yet.");
  expect(blocked.err).toContain("to drop it, give --drop-field books.isbn10;");
  const drop = ["--drop-field", "books.isbn10"];
  expect(run("apply", vault, "--models", V2, ...drop, "--safe")).toMatchObject({ code: 1 });

  // One row has no title, which the new models do not allow.
  const check = run("check", vault, "--models", V2, ...drop);
  expect(check.code).toBe(3);
  expect(check.out).toContain("books: 2 rows, 1 would fail.");
  expect(run("apply", vault, "--models", V2, ...drop).err).toContain("migration_row_invalid");
  writeFileSync(join(folder, "mended.jsonl"), ROWS.replace('"title":""', '"title":"Anonymous"'));
  expect(run("import", vault, "mended.jsonl", "--replace").code).toBe(0);
  expect(run("check", vault, "--models", V2, ...drop).code).toBe(0);

  // Planned in one place, applied in another.
  expect(run("plan", vault, "--models", V2, ...drop, "--out", "plan.json").code).toBe(0);
  expect(run("apply", vault, "--plan", "plan.json").err).toContain("plan_incomplete");
  expect(run("apply", vault, "--plan", "plan.json", "--models", V2, "--program", "shop 2").code).toBe(0);
  expect(run("apply", vault, "--plan", "plan.json", "--models", V2).out).toContain(
    "Nothing to do: it was applied already.",
  );
  const { hash } = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8")) as { readonly hash: string };

  const exported = run("export", vault, "--collection", "books").out.trim().split("\n");
  expect(exported.map((line) => JSON.parse(line))).toEqual([
    { collection: "books", row: { isbn: "1", title: "Solaris", author: "Lem", year: 1961, language: "en" } },
    {
      collection: "books",
      row: { isbn: "2", title: "Anonymous", author: "Anon", year: 1500, language: "la" },
    },
  ]);

  const history = JSON.parse(run("history", vault, "--json").out) as {
    readonly program: string;
    readonly hash: string;
  }[];
  expect(history.map(({ program }) => program)).toEqual(["shop 1", "shop 2"]);
  expect(history[1]?.hash).toBe(hash);
  expect(run("history", vault).out).toMatch(/^ {3}1 .* 1 step {2}shop 1\n {3}2 .* shop 2\n$/);

  // What was dropped is gone, and so the migration stays.
  expect(run("revert", vault).err).toContain("migration_irreversible");
  expect(run("verify", vault)).toMatchObject({ code: 0, out: "The vault is whole.\n" });
});

test("a migration that lost nothing is undone, and a dry run says that it is one", async () => {
  const { here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  const dry = await here("revert", "a.modelvault", "--dry-run");
  expect(dry.out.split("\n").slice(1)).toEqual([
    "  - books: drop the collection, which has no rows",
    "A dry run: nothing was changed.",
  ]);
  expect(dry.out).toMatch(
    /^Revert of migration 1 \(plan [0-9a-f]{12}\): 1 step, every row says what it said before\.\n/,
  );
  expect((await here("inspect", "a.modelvault")).out).toContain("books");
  const done = await here("revert", "a.modelvault");
  expect(done.out.split("\n").at(-1)).toBe("Migration 1 is undone, which is recorded as migration 2.");
  expect((await here("inspect", "a.modelvault")).out).not.toContain("books");
  expect((await here("history", "a.modelvault", "--steps")).out.split("\n")).toEqual([
    expect.stringMatching(/^ {3}1 {2}.* 1 step$/),
    '      books: create the collection (5 fields, primary key "isbn", 1 index)',
    expect.stringMatching(/^ {3}2 {2}.* reverts 1$/),
    "      books: drop the collection, which has no rows",
  ]);
});

test("rows that only their model refuses are found by check, refused by apply, and let through when told so", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  writeFileSync(join(folder, "rows.jsonl"), ROWS);
  await here("import", "a.modelvault", "rows.jsonl");
  const found = await here("check", "a.modelvault", "--models", V3);
  expect(found.code).toBe(3);
  expect(found.out).toContain("\nRows that the model would refuse:\n  books: 1 of 2 rows; apply refuses");
  const engine = ["--models", V3, "--no-validate-rows"];
  expect((await here("check", "a.modelvault", ...engine)).code).toBe(0);
  const refused = await here("apply", "a.modelvault", "--models", V3);
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain("migration_row_invalid: The model refuses 1 row");
  expect((await here("apply", "a.modelvault", ...engine)).code).toBe(0);
});

test("plans are printed for people, for pull requests and for programs", () => {
  const { run } = commandLine();
  expect(run("plan", "a.modelvault", "--models", V1, "--markdown").out).toContain("```diff\n+ books: create");
  const { steps } = JSON.parse(run("plan", "a.modelvault", "--models", V1, "--json").out) as {
    readonly steps: unknown[];
  };
  expect(steps).toHaveLength(1);
});
