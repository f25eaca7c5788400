import { expect, test } from "vitest";
import { HELP, parseOptions } from "../src/options.ts";
import { SCENARIOS } from "../src/scenarios/scenarios.ts";

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test("everything is measured unless told, but for subjects that are run by name only", () => {
  const options = parseOptions([]);
  expect(options.scenarios).toEqual(SCENARIOS);
  expect(options.rounds).toBe(5);
  expect(names(options.subjects)).toContain("memory");
  expect(names(options.subjects)).not.toContain("better-sqlite3-memory");
});

test("scenarios are chosen by name or by what names begin with, in the order of the run", () => {
  expect(names(parseOptions(["--only", "durable-commit,count"]).scenarios)).toEqual([
    "count",
    "durable-commit-0",
    "durable-commit-10k",
    "durable-commit-100k",
  ]);
});

test("the type checker is measured unless other scenarios are named", () => {
  expect(parseOptions([]).typeCheck).toBe(true);
  expect(parseOptions(["--only", "count"]).typeCheck).toBe(false);
  expect(parseOptions(["--only", "type-check"])).toMatchObject({ typeCheck: true, scenarios: [] });
});

test("subjects are chosen by name", () => {
  const options = parseOptions([
    "--",
    "--subjects",
    "better-sqlite3-memory, memory",
    "--rounds",
    "3",
    "--json",
    "a.json",
  ]);
  expect(names(options.subjects)).toEqual(["memory", "better-sqlite3-memory"]);
  expect(options).toMatchObject({ rounds: 3, json: "a.json", quick: false });
});

test.each([
  { args: ["--only", "gets"], says: 'no scenario "gets"' },
  { args: ["--subjects", "mongo"], says: 'no subject "mongo"' },
  { args: ["--rounds", "0"], says: "--rounds takes a number from 1" },
  { args: ["--fast"], says: "--fast" },
])("$args is refused, saying what would do", ({ args, says }) => {
  expect(() => parseOptions(args)).toThrow(says);
});

test("the help names every scenario and subject", () => {
  for (const { name } of SCENARIOS) expect(HELP).toContain(name);
});
