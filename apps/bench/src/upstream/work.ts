/** Our side of the comparison with upstream, in a process of its own; `../../upstream/upstream.py` is the other. One JSON argument, one JSON line. */
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import type { City } from "../data/cities.ts";
import type { UpstreamAnswer, UpstreamJob } from "./job.ts";

const job = JSON.parse(process.argv[2] ?? "{}") as UpstreamJob;
const rows = readFileSync(job.rows, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as City);
const more = rows.slice(-job.commits);
const path = join(job.folder, "ours.modelvault");

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Calls a second of a call that gets its number; the time may run out before the calls do. */
function rate(work: (at: number) => void, most: number, secondsMax: number): number {
  const start = performance.now();
  let done = 0;
  while (done < most && (done === 0 || performance.now() - start < secondsMax * 1000)) work(done++);
  return (done / (performance.now() - start)) * 1000;
}

function open(): Database {
  const db = Database.open(fileStore(path));
  db.register({ name: "cities", primaryKey: "id", fields: job.fields, indexes: job.indexes });
  return db;
}

function commit(db: Database, first: number): (at: number) => void {
  const cities = db.collection<City>("cities");
  return (at) => void cities.insert({ ...(more[at] as City), id: first + at });
}

let db = open();
const commitsEmpty = rate(commit(db, job.newIds), job.commits, job.secondsMax);
db.close();
rmSync(path);

db = open();
const insertRate = rows.length / seconds(() => void db.collection<City>("cities").insertMany(rows));
db.close();
const fileBytes = statSync(path).size;

const [first] = rows as [City];
const openSeconds = seconds(() => {
  db = Database.open(fileStore(path));
  if (db.collection<City>("cities").get(first.id)?.name !== first.name) throw new Error("a wrong row");
});
const commitsFull = rate(commit(db, 2 * job.newIds), job.commits, job.secondsMax);
const range = (at: number): City[] =>
  db
    .collection<City>("cities")
    .where("population", ">=", job.low + (at % 7))
    .where("population", "<", job.high)
    .orderBy("population")
    .limit(20)
    .all();
const rangeRate = rate((at) => void range(at), 2000, job.secondsMax);
const populations = range(0).map(({ population }) => population);
const compactSeconds = seconds(() => db.compact());
const compactBytes = statSync(path).size;
db.close();
const figures = {
  commitsEmpty,
  insertRate,
  fileBytes,
  openSeconds,
  commitsFull,
  rangeRate,
  compactSeconds,
  compactBytes,
};
console.log(JSON.stringify({ figures, populations } satisfies UpstreamAnswer));
