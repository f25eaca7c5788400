/** Our side of the asynchronous probe, in a process of its own; `../../upstream/asynchronous.py` is the other. One JSON argument, one JSON line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AsyncDatabase } from "@modelvault/async";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import type { City } from "../data/cities.ts";
import type { AsyncUpstreamFigures, AsyncUpstreamJob } from "./async-job.ts";

const job = JSON.parse(process.argv[2] ?? "{}") as AsyncUpstreamJob;
const rows = readFileSync(job.rows, "utf8")
  .trimEnd()
  .split("\n")
  .slice(0, job.rowCount)
  .map((line) => JSON.parse(line) as City);
const path = join(job.folder, "ours.modelvault");
const filled = Database.open(fileStore(path));
filled.register({ name: "cities", primaryKey: "id", fields: job.fields, indexes: job.indexes });
filled.collection<City>("cities").insertMany(rows);
filled.close();

const db = await AsyncDatabase.open(fileStore(path));
const cities = db.collection<City>("cities");
let newIds = job.newIds;

function rowAt(at: number): City {
  return rows[at % rows.length] as City;
}

async function get(at: number): Promise<void> {
  const { id } = rowAt(at);
  if ((await cities.get(id))?.id !== id) throw new Error("a wrong row");
}

async function insert(at: number): Promise<void> {
  await cities.insert({ ...rowAt(at), id: newIds + at });
}

function gathered(work: (at: number) => Promise<void>, count: number): (first: number) => Promise<unknown> {
  return (first) => Promise.all(Array.from({ length: count }, (_, at) => work(first + at)));
}

/** Operations a second of work that does `each` of them at a time, until the time is over. */
async function rate(work: (first: number) => Promise<unknown>, each: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (done === 0 || performance.now() - start < job.secondsMax * 1000) {
    await work(done);
    done += each;
  }
  return (done / (performance.now() - start)) * 1000;
}

/** Longest time in which the loop did not come round while work was done. */
async function longestGap(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let going = true;
  let last = performance.now();
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  going = false;
  watch();
  return longest;
}

async function scan(): Promise<void> {
  const found = await cities.all();
  if (found.length < rows.length) throw new Error("rows are missing");
}

async function manyGets(): Promise<void> {
  for (let times = 0; times < 20; times++) await gathered(get, 1000)(0);
}

const getsTurn = await rate(get, 1);
const gets40 = await rate(gathered(get, 40), 40);
const gets200 = await rate(gathered(get, 200), 200);
const gets1000 = await rate(gathered(get, 1000), 1000);
const scanGapMs = await longestGap(scan);
const insertsTurn = await rate(insert, 1);
newIds *= 2;
const inserts = await rate(gathered(insert, job.gathered), job.gathered);
newIds *= 2;
const insertGapMs = await longestGap(() => gathered(insert, job.gathered)(0));
let start = performance.now();
await manyGets();
const alone = performance.now() - start;
start = performance.now();
await Promise.all([manyGets(), wait(alone)]);
const overlap = (performance.now() - start) / alone;
await db.close();

const figures: AsyncUpstreamFigures = {
  getsTurn,
  gets40,
  gets200,
  gets1000,
  insertsTurn,
  inserts,
  scanGapMs,
  insertGapMs,
  overlap,
};
console.log(JSON.stringify({ figures }));
