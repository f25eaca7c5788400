/** Modules of models, in JavaScript and TypeScript, and what the program says where Node cannot load one. On the built program. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { commandLine, fixture, program } from "./run-cli.ts";

test("a module of TypeScript that Node cannot load is refused with what to do about it", () => {
  const { folder, run } = commandLine();
  // More than JavaScript with types: an enum makes code.
  writeFileSync(
    join(folder, "models.ts"),
    'enum Kind { Book = "book" }\nexport const kind: Kind = Kind.Book;\n',
  );
  const { code, out, err } = run("plan", "a.modelvault", "--models", "models.ts");
  expect([code, out]).toEqual([78, ""]);
  expect(err).toMatch(/models\.ts" cannot be loaded: /);
  expect(err).toContain(`Node ${process.versions.node} does not load it as it is. Node from 22.18 on`);
  expect(err).toContain('NODE_OPTIONS="--import tsx" modelvault');
});

test("other troubles of a module are told without that", () => {
  const { run } = commandLine();
  expect(run("plan", "a.modelvault", "--models", "missing.mjs").err).not.toContain("tsx");
});

test("one that Node can load, by itself or with a hook, is loaded", () => {
  const { folder } = commandLine();
  // It happens to have no types to strip.
  writeFileSync(join(folder, "models.ts"), `export * from ${JSON.stringify(fixture("models-1.mjs"))};\n`);
  const hook = pathToFileURL(fixture("load-typescript.mjs")).href;
  const words = [program, "plan", "a.modelvault", "--models", "models.ts"];
  const { status, stdout } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: `--import ${hook}` },
  });
  expect([status, stdout]).toEqual([0, expect.stringContaining("+ books: create the collection (5 fields")]);
});

test("the program tells its version", () => {
  const { run } = commandLine();
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  expect(run("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
  expect(run("-v").out).toBe(`${version}\n`);
});
