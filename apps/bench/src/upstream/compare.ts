/**
 * Vault files beside upstream's engine, release 0.16.0 for Python: each in a process of its own that times itself, one after the other, on
 * the same rows, schema, indexes and disk. Upstream is installed as `npm run interop` does; where it cannot be, that is said, and is an error.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FieldDescriptor } from "@modelvault/core";
import { loadCities } from "../data/cities.ts";
import { layOut } from "../report/table.ts";
import { temporaryFolder } from "../run/folder.ts";
import { CITIES } from "../subjects/modelvault.ts";
import { asyncComparison, compareAsync } from "./async-compare.ts";
import type { UpstreamAnswer, UpstreamFigures, UpstreamJob } from "./job.ts";

/** What the interoperation tests find: the Python that has upstream, or why there is none. */
interface Environment {
  findUpstream(): { readonly python: string } | { readonly reason: string };
}

/** A file beside this one. */
export const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compares, and prints; returns the exit code. */
export async function compareWithUpstream(quick: boolean, json: string | undefined): Promise<number> {
  const environment = (await import(
    new URL("../../../../tools/interop/environment.mjs", import.meta.url).href
  )) as Environment;
  const found = environment.findUpstream();
  if ("reason" in found) {
    console.error(`\n!!! NOT COMPARED WITH UPSTREAM: it cannot be installed here (${found.reason}).\n`);
    return 1;
  }
  const folder = await temporaryFolder();
  const asyncFolder = await temporaryFolder();
  try {
    const job = prepare(folder.path, quick);
    const ours = run<UpstreamAnswer>(process.execPath, fromHere("work.js"), job);
    const theirs = run<UpstreamAnswer>(found.python, fromHere("../../upstream/upstream.py"), job);
    if (JSON.stringify(ours.populations) !== JSON.stringify(theirs.populations)) {
      console.error(`The engines disagree: ${ours.populations} and ${theirs.populations}.`);
      return 1;
    }
    if (quick) console.log("A quick run: little data; the figures mean nothing.");
    console.log(comparison(ours.figures, theirs.figures));
    const asynchronous = compareAsync(asyncFolder.path, found.python, quick);
    console.log(`\n${asyncComparison(asynchronous.ours, asynchronous.theirs)}`);
    if (json !== undefined)
      writeFileSync(
        json,
        `${JSON.stringify({ quick, file: ours.figures, upstream: theirs.figures, async: asynchronous }, undefined, 2)}\n`,
      );
    return 0;
  } finally {
    await folder.remove();
    await asyncFolder.remove();
  }
}

/** Writes the rows, and says what is to be done with them. */
export function prepare(folder: string, quick: boolean): UpstreamJob {
  const rows = join(folder, "rows.ndjson");
  const cities = loadCities(quick ? 2_000 : 100_000);
  writeFileSync(rows, cities.map((city) => `${JSON.stringify(city)}\n`).join(""));
  const { fields = [], indexes = [] } = CITIES;
  return {
    folder,
    rows,
    fields: fields.map(withLists),
    indexes: indexes.map(({ path }) => ({ name: `${path}_idx`, path: [String(path)], kind: "index" })),
    commits: quick ? 20 : 1_000,
    secondsMax: quick ? 0.2 : 3,
    newIds: 1_000_000_000_000,
    low: 100_000,
    high: 200_000,
  };
}

/** A field with its path as upstream spells it, inside objects too. */
function withLists(field: FieldDescriptor): FieldDescriptor {
  const { path, type } = field;
  const inner = typeof type === "object" && "object" in type ? { object: type.object.map(withLists) } : type;
  return { ...field, path: typeof path === "string" ? [path] : path, type: inner };
}

/** Runs one side. @throws when it fails */
export function run<Answer>(program: string, script: string, job: UpstreamJob): Answer {
  const { status, stdout, stderr } = spawnSync(program, [script, JSON.stringify(job)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
  return JSON.parse(stdout) as Answer;
}

/** The table. Each line says how many times better ours is. */
export function comparison(ours: UpstreamFigures, theirs: UpstreamFigures): string {
  const rate = (value: number): string =>
    `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1)}/s`;
  const time = (value: number): string =>
    value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
  const size = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
  const lines: readonly (readonly [string, keyof UpstreamFigures, (value: number) => string])[] = [
    ["durable commits, empty vault", "commitsEmpty", rate],
    ["durable commits, full vault", "commitsFull", rate],
    ["rows inserted in one transaction", "insertRate", rate],
    ["file after that", "fileBytes", size],
    ["open and get one row", "openSeconds", time],
    ["range, order, limit 20", "rangeRate", rate],
    ["compaction", "compactSeconds", time],
    ["file after that", "compactBytes", size],
  ];
  const cells = lines.map(([label, name, form]) => {
    const more = form === rate ? ours[name] / theirs[name] : theirs[name] / ours[name];
    return [label, form(ours[name]), form(theirs[name]), `${more.toFixed(more < 10 ? 1 : 0)} ×`, ""];
  });
  return layOut([["", "file", "upstream 0.16.0", "file is", ""], ...cells]);
}
