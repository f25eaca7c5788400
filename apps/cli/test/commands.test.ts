/** Looking at vaults, copying them, and what is said about command lines that make no sense. On the built program. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, fixture, runHere } from "./run-cli.ts";

const V1 = fixture("models-1.mjs");

describe.each(["shop.modelvault", "shop.lmdb"])("%s", (vault) => {
  test("is looked at, copied and compacted", () => {
    const { folder, run } = commandLine();
    run("apply", vault, "--models", V1);
    writeFileSync(
      join(folder, "rows.jsonl"),
      `${JSON.stringify({ collection: "books", row: { isbn: "1", title: "Solaris", writer: "Lem", year: 1961 } })}\n\n`,
    );
    expect(run("import", vault, "rows.jsonl").code).toBe(0);
    expect(run("inspect", vault).out).toMatch(/\nbooks +1 +1 {2}year_idx \(1\)\n$/);
    const detail = run("inspect", vault, "books").out;
    expect(detail).toContain("books: version 1, primary key isbn, 1 row\n");
    expect(detail).toMatch(/\nyear +int64 +\{"min_i64":-9007199254740991\}/);
    expect(JSON.parse(run("inspect", vault, "books", "--json").out)).toMatchObject({
      name: "books",
      rows: 1,
    });
    expect(JSON.parse(run("inspect", vault, "--json").out)).toMatchObject({
      collections: [{ name: "books", rows: 1 }],
    });
    expect(JSON.parse(run("verify", vault, "--json").out)).toMatchObject({ ok: true, rowsChecked: 1 });

    // To the other kind.
    const copy = vault === "shop.lmdb" ? "copy.modelvault" : "copy.lmdb";
    expect(run("copy", vault, copy)).toMatchObject({
      code: 0,
      out: `Copied 1 row of 1 collection to ${copy}.\n`,
    });
    expect(run("export", copy).out).toBe(run("export", vault).out);
    expect(run("copy", vault, copy).code).toBe(73);
    // LMDB uses dead pages again by itself, and has no such thing.
    if (vault === "shop.lmdb")
      expect(run("compact", vault)).toMatchObject({
        code: 69,
        err: expect.stringContaining("unsupported_operation"),
      });
    else expect(run("compact", vault)).toMatchObject({ code: 0, out: "Compacted.\n" });
    expect(run("verify", vault).code).toBe(0);
  });
});

test.each([
  [["plan", "a.modelvault"], "--models is missing", 64],
  [["plan", "--models", V1], "it is: modelvault plan <vault> --models <module>", 64],
  [["plan", "a.sqlite", "--models", V1], "ends neither with .modelvault nor with .lmdb", 64],
  [["plan", "a.modelvault", "--models", fixture("no-models.mjs")], "exports no model", 78],
  [["plan", "a.modelvault", "--models", "missing.mjs"], "cannot be loaded", 78],
  [["plan", "a.modelvault", "--model", V1], "--model", 64],
  [["migrate"], 'there is no command "migrate"', 64],
  [["verify", "a.modelvault"], 'there is no vault at "a.modelvault"', 66],
  [["check", "a.modelvault", "--models", V1, "--limit", "0"], "--limit takes a whole number from 1", 64],
  [["apply", "a.modelvault", "--plan", "missing.json"], "cannot be read", 66],
  [["copy", "a.modelvault", "b.lmdb"], 'there is no vault at "a.modelvault"', 66],
] as const)("%j cannot be done, and it is said why", async (words, reason, exit) => {
  const { code, err } = await runHere(...words);
  expect(err).toContain(reason);
  expect(code).toBe(exit);
  expect(existsSync("a.modelvault")).toBe(false);
});

test("lines that are no rows are refused by their number, with all of their batch", () => {
  const { folder, run } = commandLine();
  run("apply", "a.modelvault", "--models", V1);
  writeFileSync(
    join(folder, "bad.jsonl"),
    '{"collection":"books","row":{"isbn":"1","title":"t","writer":"w","year":1}}\nnonsense\n',
  );
  expect(run("import", "a.modelvault", "bad.jsonl")).toMatchObject({
    code: 65,
    err: "modelvault: line 2 is no JSON\n",
  });
  expect(run("export", "a.modelvault").out).toBe("");
});

test("an import that stops says what is stored already, and what it cannot read", () => {
  const { folder, run } = commandLine();
  run("apply", "a.modelvault", "--models", V1);
  const line = (isbn: number): string =>
    JSON.stringify({ collection: "books", row: { isbn: `${isbn}`, title: "t", writer: "w", year: 1 } });
  const lines = Array.from({ length: 1_000 }, (_, at) => line(at));
  writeFileSync(join(folder, "rows.jsonl"), [...lines, "", line(1_000), "null"].join("\n"));
  const { code, err } = run("import", "a.modelvault", "rows.jsonl");
  expect(err).toBe(
    'The first 1000 rows are stored, up to line 1000.\nmodelvault: line 1003 is no row as export prints them: { "collection": …, "row": … }\n',
  );
  expect(code).toBe(65);
  expect(run("inspect", "a.modelvault").out).toMatch(/\nbooks +1 +1000 /);
  writeFileSync(join(folder, "more.jsonl"), `\n${line(1_000)}\n\n`);
  expect(run("import", "a.modelvault", "more.jsonl").out).toBe("1 row stored.\n");
  expect(run("import", "a.modelvault", "missing.jsonl").err).toMatch(
    /^modelvault: the file "missing.jsonl" cannot be read: ENOENT.*\n$/,
  );
});

test("a plan that cannot be written where it should be, and drops that are no list, are told in a line", () => {
  const { folder, run } = commandLine();
  expect(run("plan", "a.modelvault", "--models", V1, "--out", "missing/plan.json")).toMatchObject({
    code: 73,
    err: expect.stringMatching(
      /\nmodelvault: the plan cannot be written to "missing\/plan.json": ENOENT.*\n$/,
    ),
  });
  const odd = join(folder, "odd.mjs");
  writeFileSync(
    odd,
    `export { Book } from ${JSON.stringify(V1)};\nexport const planOptions = { allowDrop: { fields: 5 } };`,
  );
  expect(run("plan", "a.modelvault", "--models", odd)).toMatchObject({
    code: 78,
    err: expect.stringMatching(/\nmodelvault: argument_invalid: "options.allowDrop.fields" must be .*\n$/),
  });
});

test("help tells of every command and option", async () => {
  const { code, out } = await runHere("--help");
  expect(code).toBe(0);
  for (const name of [
    "plan",
    "check",
    "apply",
    "history",
    "revert",
    "inspect",
    "verify",
    "copy",
    "compact",
    "restore",
    "salvage",
  ])
    expect(out).toContain(`\n  ${name} `);
  expect((await runHere("plan", "--help")).out).toContain("--exit-code");
  expect(out).toMatch(/\n {3}65 {2}bad data: .*\n/);
  const { code: none, out: nothing, err } = await runHere();
  expect([none, nothing, err]).toEqual([64, "", out]);
});
