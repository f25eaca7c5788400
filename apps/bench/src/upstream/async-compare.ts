/** The asynchronous surface beside upstream's, on vault files: gets and durable inserts, one after the other and gathered, and what is left of the event loop. */
import { layOut } from "../report/table.ts";
import type { AsyncUpstreamFigures, AsyncUpstreamJob } from "./async-job.ts";
import { fromHere, prepare, run } from "./sides.ts";

interface AsyncUpstreamAnswer {
  readonly figures: AsyncUpstreamFigures;
}

/** Runs both, one after the other, in a folder that is theirs. */
export function compareAsync(
  folder: string,
  python: string,
  quick: boolean,
): { readonly ours: AsyncUpstreamFigures; readonly theirs: AsyncUpstreamFigures } {
  const job: AsyncUpstreamJob = {
    ...prepare(folder, quick),
    rowCount: quick ? 1_000 : 10_000,
    gathered: quick ? 20 : 200,
  };
  const ours = run<AsyncUpstreamAnswer>(process.execPath, fromHere("async-work.js"), job);
  const theirs = run<AsyncUpstreamAnswer>(python, fromHere("../../upstream/asynchronous.py"), job);
  return { ours: ours.figures, theirs: theirs.figures };
}

/** The table. Each line says how many times better ours is. */
export function asyncComparison(ours: AsyncUpstreamFigures, theirs: AsyncUpstreamFigures): string {
  const rate = (value: number): string => `${Math.round(value).toLocaleString("en")}/s`;
  const time = (value: number): string => `${value.toFixed(1)} ms`;
  const times = (value: number): string => `${value.toFixed(2)} ×`;
  const lines: readonly (readonly [string, keyof AsyncUpstreamFigures, (value: number) => string])[] = [
    ["gets, one awaited after the other", "getsTurn", rate],
    ["gets, 40 gathered", "gets40", rate],
    ["gets, 200 gathered", "gets200", rate],
    ["gets, 1,000 gathered", "gets1000", rate],
    ["durable inserts, one after the other", "insertsTurn", rate],
    ["durable inserts, 200 gathered", "inserts", rate],
    ["event loop stands still while all rows are read", "scanGapMs", time],
    ["event loop stands still while 200 rows are inserted", "insertGapMs", time],
    ["20,000 gets beside a sleep as long", "overlap", times],
  ];
  const cells = lines.map(([label, name, form]) => {
    const better = form === rate ? ours[name] / theirs[name] : theirs[name] / Math.max(ours[name], 0.01);
    return [label, form(ours[name]), form(theirs[name]), `${better.toFixed(better < 10 ? 1 : 0)} ×`, ""];
  });
  return layOut([["", "async-file", "upstream's AsyncDatabase", "async-file is", ""], ...cells]);
}
