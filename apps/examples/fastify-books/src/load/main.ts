/**
 * The service under load, on the asynchronous surface and on the synchronous one: requests per second, how long 99 of 100 of them take at most, and
 * how long the server's event loop is held up. Server and client are processes of their own.
 *
 *   npm run load -- [--seconds 5] [--stores lmdb,file] [--workloads read,create] [--surfaces async,sync] [--json FILE]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openWith } from "@modelvault/models";
import { type City, CityModel, CityRow } from "../city.ts";
import { sampleCities } from "../data/cities.ts";
import { driverFor, type StoreName } from "../vault.ts";
import { WORKLOADS } from "./workloads.ts";

interface Row {
  readonly workload: string;
  readonly service: string;
  readonly "requests/s": number;
  readonly "p50 ms": number;
  readonly "p99 ms": number;
  readonly "loop p99 ms": number;
  readonly "loop max ms": number;
  readonly "scans/s": number | "";
  readonly failed: number;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    stores: { type: "string", default: "lmdb,file" },
    workloads: { type: "string", default: Object.keys(WORKLOADS).join(",") },
    surfaces: { type: "string", default: "async,sync" },
    json: { type: "string" },
  },
});

const idle = await idleDelay();
console.log(
  `Event loop of an idle process: p99 ${idle.p99.toFixed(1)} ms, max ${idle.max.toFixed(1)} ms late. ${sampleCities.length} cities.`,
);
const rows: Row[] = [];
for (const store of values.stores.split(",") as StoreName[]) {
  const folder = mkdtempSync(join(tmpdir(), "cities-load-"));
  try {
    for (const surface of values.surfaces.split(",")) {
      const path = join(folder, `${surface}.${store}`);
      const db = openWith(driverFor(store, path), [CityModel], { onDiff: "apply" });
      db.collection<City>("cities").insertMany(sampleCities.map((city) => CityRow.parse(city)));
      db.close();
      rows.push(...(await measure(surface, store, path)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
rows.sort((a, b) => a.workload.localeCompare(b.workload));
console.table(rows);
for (const [name, { about }] of Object.entries(WORKLOADS)) console.log(`${name}: ${about}`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ idle, rows }, undefined, 2)}\n`);

async function measure(surface: string, store: StoreName, path: string): Promise<Row[]> {
  const server = fork(program("server.js"), [surface, store, path]);
  const { url } = (await answer(server)) as { url: string };
  const measured: Row[] = [];
  for (const workload of values.workloads.split(",")) {
    // Forgotten: the first requests find nothing compiled.
    await load(url, workload, "1");
    server.send("reset");
    await answer(server);
    const result = await load(url, workload, values.seconds);
    server.send("delay");
    const delay = (await answer(server)) as { p99: number; max: number };
    measured.push({
      workload,
      service: `${surface} ${store}`,
      "requests/s": Math.round(result.requests.average),
      "p50 ms": result.latency.p50,
      "p99 ms": result.latency.p99,
      "loop p99 ms": Math.round(delay.p99 * 10) / 10,
      "loop max ms": Math.round(delay.max * 10) / 10,
      "scans/s":
        result.beside === undefined ? "" : Math.round((result.beside / Number(values.seconds)) * 10) / 10,
      failed: result.non2xx + result.errors + result.timeouts,
    });
  }
  server.send("close");
  await once(server, "exit");
  return measured;
}

interface LoadResult {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly beside?: number;
}

async function load(url: string, workload: string, seconds: string): Promise<LoadResult> {
  const client = fork(program("client.js"), [url, workload, seconds]);
  const result = (await answer(client)) as LoadResult;
  client.disconnect();
  return result;
}

/** The next message of a child. @throws when it ends instead */
async function answer(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`A process ended with ${code}.`);
  });
  ended.catch(() => undefined);
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    answered.abort();
  }
}

function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function idleDelay(): Promise<{ p99: number; max: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await wait(1_000);
  delay.disable();
  return { p99: Math.max(0, delay.percentile(99) / 1e6 - 1), max: Math.max(0, delay.max / 1e6 - 1) };
}
