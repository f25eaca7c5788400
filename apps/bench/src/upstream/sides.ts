/** The two sides of a comparison with upstream: what both are to do, and a process for each that does it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FieldDescriptor } from "@modelvault/core";
import { loadCities } from "../data/cities.ts";
import { CITIES } from "../subjects/modelvault.ts";
import type { UpstreamJob } from "./job.ts";

/** A file beside this one. */
export const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
