/** What scripts rely on: exit codes, what goes where, closed pipes, vaults in use, and being stopped in the middle. On the built program. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect, test } from "vitest";
import { commandLine, fixture, program } from "./run-cli.ts";

const V1 = fixture("models-1.mjs");
const rowOf = (isbn: unknown, collection = "books"): string =>
  `${JSON.stringify({ collection, row: { isbn, title: "t", writer: "w", year: 1 } })}\n`;

test.each([
  ["a key that is taken", rowOf("1"), "line 3: row_exists: "],
  ["a row that does not fit", rowOf(7), "line 3: validation_failed: "],
  ["a collection that is not there", rowOf("2", "tomes"), "line 3: collection_unknown: "],
  ["a value that is none", rowOf({ $bigint: "x" }), "line 3: argument_invalid: "],
  ["a list", "[1]\n", "line 3 is no row as export prints them"],
])("%s is bad data, told by its line", async (_name, line, says) => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  writeFileSync(join(folder, "rows.jsonl"), `${rowOf("1")}\n${line}`);
  const { code, out, err } = await here("import", "a.modelvault", "rows.jsonl");
  expect([code, out]).toEqual([65, ""]);
  expect(err).toContain(`modelvault: ${says}`);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect((await here("export", "a.modelvault")).out).toBe("");
});

test("what is not there, what is damaged and what is no plan each have their code, and say it in one line", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  writeFileSync(join(folder, "odd.modelvault"), "this is no vault, although it is called one");
  writeFileSync(join(folder, "plan.json"), '{"format":1}');
  writeFileSync(join(folder, "throws.mjs"), 'throw new Error("no models today");\n');
  writeFileSync(
    join(folder, "odd.mjs"),
    `export * from ${JSON.stringify(V1)};\nexport const planOptions = 5;\n`,
  );
  const cases: readonly (readonly [number, string, ...string[]])[] = [
    [66, "there is no vault", "export", "missing.modelvault"],
    [66, "collection_unknown", "inspect", "a.modelvault", "tomes"],
    [66, "collection_unknown", "export", "a.modelvault", "--collection", "tomes"],
    [66, "cannot be read", "import", "a.modelvault", "missing.jsonl"],
    [65, "file_not_vault", "verify", "odd.modelvault"],
    [65, "plan_invalid", "apply", "a.modelvault", "--plan", "plan.json"],
    [78, "no models today", "plan", "a.modelvault", "--models", "throws.mjs"],
    [78, "planOptions", "plan", "a.modelvault", "--models", "odd.mjs"],
    [64, "Did you mean --json?", "verify", "a.modelvault", "--jsn"],
    [1, "migration_irreversible", "revert", "a.modelvault", "--dry-run"],
  ];
  writeFileSync(join(folder, "rows.jsonl"), rowOf("1"));
  await here("import", "a.modelvault", "rows.jsonl");
  for (const [exit, says, ...words] of cases) {
    const { code, out, err } = await here(...words);
    expect([words, code, out]).toEqual([words, exit, ""]);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n {4}at /);
  }
});

test("--json puts JSON and nothing else on standard output", async () => {
  const { folder, here } = commandLine();
  const json = async (...words: string[]): Promise<unknown> =>
    JSON.parse((await here(...words, "--json")).out);
  expect(await json("plan", "a.modelvault", "--models", V1)).toMatchObject({ format: 1 });
  expect(await json("apply", "a.modelvault", "--models", V1)).toMatchObject({ changed: true, number: 1 });
  writeFileSync(join(folder, "rows.jsonl"), rowOf("1"));
  await here("import", "a.modelvault", "rows.jsonl");
  expect(await json("apply", "a.modelvault", "--models", V1)).toMatchObject({ changed: false, number: null });
  expect(await json("check", "a.modelvault", "--models", V1)).toMatchObject({ ok: true });
  expect(await json("history", "a.modelvault")).toMatchObject([{ number: 1 }]);
  expect(await json("inspect", "a.modelvault")).toMatchObject({ collections: [{ rows: 1 }] });
  expect(await json("verify", "a.modelvault")).toMatchObject({ ok: true });
  // What is refused is told on standard error, and there is no JSON that could be taken for an answer.
  expect(await here("revert", "a.modelvault", "--json")).toMatchObject({ code: 1, out: "" });
  await here("apply", "b.modelvault", "--models", V1);
  expect(await json("revert", "b.modelvault")).toMatchObject({ reverts: 1 });
});

test("a plan that is refused leaves no vault behind where there was none", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  const V2 = fixture("models-2.mjs");
  await here("plan", "a.modelvault", "--models", V2, "--drop-field", "books.isbn10", "--out", "plan.json");
  expect(await here("apply", "new.modelvault", "--plan", "plan.json", "--models", V2)).toMatchObject({
    code: 1,
    err: expect.stringContaining("plan_stale"),
  });
  expect(existsSync(join(folder, "new.modelvault"))).toBe(false);
});

test("a reader that goes ends an export, and no migration", async () => {
  const { folder, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  writeFileSync(
    join(folder, "rows.jsonl"),
    Array.from({ length: 3_000 }, (_, at) => rowOf(`${at}`)).join(""),
  );
  await here("import", "a.modelvault", "rows.jsonl");
  const piped = (command: string): { readonly codes: string; readonly err: string } => {
    const script = `"${process.execPath}" "${program}" ${command}; echo "\${PIPESTATUS[0]}" > codes`;
    const { stderr } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
    return { codes: readFileSync(join(folder, "codes"), "utf8").trim(), err: stderr };
  };
  expect(piped("export a.modelvault | head -n 1 > first")).toEqual({ codes: "141", err: "" });
  expect(readFileSync(join(folder, "first"), "utf8")).toMatch(/^\{"collection":"books",.*\}\n$/);
  expect(piped(`apply b.modelvault --models "${V1}" | true`)).toEqual({ codes: "0", err: "" });
  expect((await here("history", "b.modelvault")).out).toContain("1 step");
});

test("a vault that another program writes to is left alone, and can be looked at", async () => {
  const { folder, run, here } = commandLine();
  await here("apply", "a.modelvault", "--models", V1);
  using _db = Database.open(fileStore(join(folder, "a.modelvault")));
  const { code, out, err } = run("compact", "a.modelvault");
  expect([code, out]).toEqual([75, ""]);
  expect(err).toMatch(/^modelvault: [a-z_]+: .*\n$/);
  expect(run("inspect", "a.modelvault").code).toBe(0);
});

test.each(["a.modelvault", "a.lmdb"])(
  "a migration of %s that is stopped from the keyboard leaves the vault as it was",
  async (vault) => {
    const { folder, here } = commandLine();
    await here("apply", vault, "--models", V1);
    writeFileSync(join(folder, "rows.jsonl"), Array.from({ length: 20 }, (_, at) => rowOf(`${at}`)).join(""));
    await here("import", vault, "rows.jsonl");
    const before = (await here("export", vault)).out;
    // Stops itself in the middle of the rows, as Ctrl-C would.
    const odd = join(folder, "stopped.mjs");
    writeFileSync(
      odd,
      `export { Book, Author } from ${JSON.stringify(fixture("models-2.mjs"))};
export const planOptions = { fill: { "books.language": (row) => {
  if (row.isbn === "7") process.kill(process.pid, "SIGINT");
  return "en";
} }, allowDrop: { fields: ["books.isbn10"] } };
`,
    );
    const { signal, stdout } = spawnSync(process.execPath, [program, "apply", vault, "--models", odd], {
      cwd: folder,
      encoding: "utf8",
    });
    expect([signal, stdout]).toEqual(["SIGINT", ""]);
    expect((await here("export", vault)).out).toBe(before);
    expect(await here("verify", vault)).toMatchObject({ code: 0 });
    expect((await here("history", vault)).out.trim().split("\n")).toHaveLength(1);
    expect(
      await here("apply", vault, "--models", fixture("models-2.mjs"), "--drop-field", "books.isbn10"),
    ).toMatchObject({ code: 0 });
  },
);
