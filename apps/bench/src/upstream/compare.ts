/**
 * Vault files beside upstream's engine, release 0.16.0 for Python: each in a process of its own that times itself, one after the other, on
 * the same rows, schema, indexes and disk. Upstream is installed as `npm run interop` does; where it cannot be, that is said, and is an error.
 */
import { writeFileSync } from "node:fs";
import { layOut } from "../report/table.ts";
import { temporaryFolder } from "../run/folder.ts";
import { asyncComparison, compareAsync } from "./async-compare.ts";
import type { UpstreamAnswer, UpstreamFigures } from "./job.ts";
import { fromHere, prepare, run } from "./sides.ts";

/** What the interoperation tests find: the Python that has upstream, or why there is none. */
interface Environment {
  findUpstream(): { readonly python: string } | { readonly reason: string };
}

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
