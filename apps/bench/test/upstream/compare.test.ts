import { expect, it } from "vitest";
import { comparison } from "../../src/upstream/compare.ts";
import type { UpstreamFigures } from "../../src/upstream/job.ts";

const ours: UpstreamFigures = {
  commitsEmpty: 5000,
  insertRate: 200_000,
  fileBytes: 20_000_000,
  openSeconds: 0.1,
  commitsFull: 5000,
  rangeRate: 10_000,
  compactSeconds: 0.5,
  compactBytes: 20_000_000,
};

it("says how many times better ours is: more of a rate, less of time and bytes", () => {
  const table = comparison(ours, {
    commitsEmpty: 1000,
    insertRate: 50_000,
    fileBytes: 30_000_000,
    openSeconds: 2,
    commitsFull: 2.5,
    rangeRate: 20,
    compactSeconds: 5,
    compactBytes: 10_000_000,
  });
  const last = table.split("\n").map((line) => line.trim().split(/ {2,}/));
  expect(last[1]).toEqual(["durable commits, empty vault", "5,000/s", "1,000/s", "5.0 ×"]);
  expect(last[2]).toEqual(["durable commits, full vault", "5,000/s", "2.5/s", "2000 ×"]);
  expect(last[4]).toEqual(["file after that", "20.0 MB", "30.0 MB", "1.5 ×"]);
  expect(last[5]).toEqual(["open and get one row", "100 ms", "2.0 s", "20 ×"]);
  expect(last[8]).toEqual(["file after that", "20.0 MB", "10.0 MB", "0.5 ×"]);
});
