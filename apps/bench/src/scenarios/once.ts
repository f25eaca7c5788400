/**
 * Jobs that need a process nobody has used: how long the first answer takes after an open, and how much memory rows
 * take. Each gives one number.
 */
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { City } from "../data/cities.ts";
import type { Subject } from "../subjects/subject.ts";
import { subjectKind } from "../subjects/subjects.ts";
import { expectSame } from "./answers.ts";

export type OnceJob =
  /**
   * Milliseconds, code already loaded: from the call of open to the first row; or, that done, for the first query by an index, which finds
   * the row.
   */
  | {
      readonly job: "open-first-get" | "first-query";
      readonly subject: string;
      readonly folder: string;
      readonly row: City;
    }
  /** Bytes by which the process grows while it takes rows in; with no subject, what reading them alone does. */
  | {
      readonly job: "memory";
      readonly subject: string | undefined;
      readonly folder: string;
      readonly rowsFile: string;
    };

const WARM_UP_ROWS = 5_000;
const BATCH_ROWS = 1_000;

export async function runOnce(job: OnceJob): Promise<number> {
  return job.job === "memory" ? measureMemory(job) : measureOpen(job);
}

async function measureOpen(job: OnceJob & { job: "open-first-get" | "first-query" }): Promise<number> {
  const kind = subjectKind(job.subject);
  kind.versions(); // Loads the code, native parts too.
  const start = performance.now();
  const subject = await openOf(job.subject)(job.folder);
  const row = subject.get(job.row.id);
  const opened = performance.now();
  expectSame("the first row", row, job.row);
  let ms = opened - start;
  if (job.job === "first-query") {
    const asked = performance.now();
    const found = subject.equal(job.row.population);
    ms = performance.now() - asked;
    expectSame(
      "the row in the answer",
      found.find(({ id }) => id === job.row.id),
      job.row,
    );
  }
  await subject.close();
  return ms;
}

/**
 * A database is filled with some rows first and closed again, so that compiled code and the like are there before the
 * measurement starts. Rows then come in small batches from a file, so that no other copy of the data is alive.
 */
async function measureMemory(job: OnceJob & { job: "memory" }): Promise<number> {
  const fill = async (folder: string, rowsMax: number): Promise<Subject | undefined> => {
    const subject = job.subject === undefined ? undefined : await openOf(job.subject)(folder);
    let batch: City[] = [];
    let taken = 0;
    const flush = async (): Promise<void> => {
      await subject?.insert(batch);
      taken += batch.length;
      batch = [];
    };
    for await (const line of createInterface({ input: createReadStream(job.rowsFile) })) {
      batch.push(JSON.parse(line) as City);
      if (batch.length === BATCH_ROWS) await flush();
      if (taken >= rowsMax) break;
    }
    await flush();
    return subject;
  };
  const place = job.subject ?? "none";
  const folders = [join(job.folder, `${place}-warm-up`), join(job.folder, place)] as const;
  await (await fill(folders[0], WARM_UP_ROWS))?.close();
  const before = await residentBytes();
  const subject = await fill(folders[1], Number.POSITIVE_INFINITY);
  const after = await residentBytes();
  await subject?.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  return after - before;
}

async function residentBytes(): Promise<number> {
  // Several collections, with turns of the event loop between them, for what finalisers and other threads hold.
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage.rss();
}

function openOf(name: string): (folder: string) => Promise<Subject> {
  const { open } = subjectKind(name);
  if (open === undefined) throw new Error(`"${name}" has no database.`);
  return async (folder) => {
    await mkdir(folder, { recursive: true });
    return open(folder);
  };
}
