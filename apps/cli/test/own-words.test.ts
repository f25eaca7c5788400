/** What the engine advises to programs is said here with options and commands, and what is misspelt is answered with what there is. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ModelVaultError } from "@modelvault/core";
import { expect, test } from "vitest";
import { errorWords, planWords } from "../src/own-words.ts";
import { commandLine, fixture } from "./run-cli.ts";

const V1 = fixture("models-1.mjs");
const V2 = fixture("models-2.mjs");
const row = (isbn: string, title = "t"): string =>
  `${JSON.stringify({ collection: "books", row: { isbn, title, writer: "w", year: 1 } })}\n`;

test("drops are named with options, and values with planOptions", () => {
  const name = JSON.stringify("books.it's");
  expect(
    planWords(
      `to drop it, pass allowDrop: { collections: ["old"] }\npass allowDrop: { fields: [${name}] }; if\npass allowDrop: { indexes: ["books.year_idx"] }`,
    ),
  ).toBe(
    "to drop it, give --drop-collection old\ngive --drop-field 'books.it'\\''s'; if\ngive --drop-index books.year_idx",
  );
  expect(planWords('while "books" has rows, this needs convert: { "books.year": (value) => … }')).toBe(
    'while "books" has rows, the module of models needs planOptions with convert: { "books.year": (value) => … }',
  );
  expect(
    planWords("3 of 4 rows; apply refuses the plan for them, unless it is told validateRows: false"),
  ).toMatch(/unless --no-validate-rows is given$/);
});

test.each([
  [
    "plan_incomplete",
    'was not given: pass convert: { "books.year": (value) => … }.',
    'was not given: give --models, a module whose planOptions have convert: { "books.year": (value) => … }.',
  ],
  [
    "plan_incomplete",
    "pass models: […] with this collection's model.",
    "give --models, the module that exports this collection's model.",
  ],
  ["migration_row_invalid", "or pass validateRows: false to", "or give --no-validate-rows to"],
  ["unique_violation", "plan.check(db) lists every row", "modelvault check lists every row"],
  ["log_damaged", "salvage(path, destination) copies", "modelvault salvage <vault> <destination> copies"],
] as const)("%s %#: advice is in words of the command line", (code, message, says) => {
  expect(errorWords(new ModelVaultError(code, message, {} as never))).toBe(`${code}: ${says}`);
});

test("the program says so", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  writeFileSync(join(folder, "rows.jsonl"), row("1"));
  await here("import", "a.modelvault", "rows.jsonl");
  expect((await here("import", "a.modelvault", "rows.jsonl")).err).toContain(
    "already; --replace replaces it.",
  );
  for (const command of ["plan", "check"])
    expect((await here(command, "a.modelvault", "--models", V2)).out).toContain(
      "not yet: to drop it, give --drop-field books.isbn10;",
    );
  const refused = await here("apply", "a.modelvault", "--models", V2);
  expect(refused.err).toContain("plan_blocked");
  expect(refused.err).not.toContain("allowDrop");
  await here("plan", "a.modelvault", "--models", V2, "--drop-field", "books.isbn10", "--out", "plan.json");
  const { err } = await here("apply", "a.modelvault", "--plan", "plan.json");
  expect(err).toContain("plan_incomplete");
  expect(err).toContain("give --models, a module whose planOptions have fill: {");
});

test("an option or a command that there is not is answered with what was probably meant", async () => {
  const { here } = commandLine();
  const misspelt = await here("plan", "a.modelvault", "--model", V1);
  expect([misspelt.code, misspelt.out]).toEqual([64, ""]);
  expect(misspelt.err).toMatch(
    /^modelvault: plan has no option --model; there are --models, .*--exit-code\. Did you mean --models\?$/,
  );
  expect((await here("compact", "a.modelvault", "-x")).err).toBe(
    "modelvault: compact has no option -x; it has none.",
  );
  expect((await here("aply")).err).toMatch(
    /^modelvault: there is no command "aply"; there are .*\. Did you mean apply\?$/,
  );
});

test("a plan is not written over a file that is there, unless --force is given, and it is said where it went", async () => {
  const { folder, here } = commandLine();
  const file = join(folder, "plan.json");
  const words = ["plan", "a.modelvault", "--models", V1, "--json", "--out", "plan.json"];
  writeFileSync(file, "mine");
  const refused = await here(...words);
  expect([refused.code, refused.out]).toEqual([73, ""]);
  expect(refused.err).toContain('plan.json" exists already; --force replaces it');
  expect(readFileSync(file, "utf8")).toBe("mine");
  const written = await here(...words, "--force");
  expect(written.code).toBe(0);
  expect(written.err).toContain(`The plan is written to ${file}.`);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(written.out));
});

test.each(["modelvault", "lmdb"])(
  "a copy (%s) is made the vault at a place, and replaces one only when told so",
  async (kind) => {
    const { folder, here } = commandLine();
    const [vault, copy] = [`a.${kind}`, `copy.${kind}`];
    await here("apply", vault, "--models", V1);
    await here("copy", vault, copy);
    writeFileSync(join(folder, "rows.jsonl"), row("1"));
    await here("import", vault, "rows.jsonl");
    expect((await here("restore", copy, vault)).code).toBe(73);
    expect((await here("export", vault)).out).toContain('"isbn":"1"');
    const done = await here("restore", copy, vault, "--overwrite");
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toMatch(/^Restored .*, at revision \d+\.$/);
    expect((await here("export", vault)).out).toBe("");
    expect((await here("verify", vault)).code).toBe(0);
    expect((await here("restore", copy, kind === "lmdb" ? "b.modelvault" : "b.lmdb")).code).toBe(64);
    expect((await here("restore", "missing.lmdb", vault)).code).toBe(66);
  },
);

test("what is intact in a damaged vault is salvaged, and what was lost is told", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  for (const [isbn, title] of [
    ["1", "kept"],
    ["2", "Solaris"],
    ["3", "kept too"],
  ] as const) {
    writeFileSync(join(folder, "rows.jsonl"), row(isbn, title));
    await here("import", "a.modelvault", "rows.jsonl");
  }
  const path = join(folder, "a.modelvault");
  const bytes = readFileSync(path);
  bytes.write("?", bytes.indexOf("Solaris"));
  writeFileSync(path, bytes);
  const damaged = await here("verify", "a.modelvault");
  expect(damaged.code).toBe(65);
  expect(damaged.err).toContain("log_damaged");
  expect(damaged.err).toContain("modelvault salvage <vault> <destination> copies");
  const { code, out } = await here("salvage", "a.modelvault", "b.modelvault");
  expect(code).toBe(3);
  expect(out).toMatch(/^books: 2 rows\nlost: \d+ bytes at offset \d+ \(.*\)\n/);
  expect((await here("verify", "b.modelvault")).code).toBe(0);
  expect((await here("salvage", "a.modelvault", "b.modelvault")).code).toBe(73);
  expect((await here("salvage", "a.modelvault", "b.lmdb")).code).toBe(69);
  expect(existsSync(join(folder, "b.lmdb"))).toBe(false);
});
