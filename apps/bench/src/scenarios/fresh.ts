/** What is measured in a new process each time: the first answer after an open, and the memory that rows take. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { City } from "../data/cities.ts";
import { type Family, needsDatabase, type Scenario } from "./scenario.ts";

const STORED: Family = { name: "open", database: "stored", rows: (sizes) => sizes.rows };
const MEMORY: Family = { name: "memory", database: "none", rows: () => 0 };

/** Opens in one round: each is short, and the first of them finds the disk's cache cold. */
const OPENS = 3;

export const openFirstGet: Scenario = {
  name: "open-first-get",
  family: STORED,
  unit: "opens",
  measures: "rate",
  about: "open a database of all rows in a new process and get one row; loading the code is not counted",
  excludes: (kind) =>
    needsDatabase(kind) ?? (kind.persistent ? undefined : "keeps nothing that could be opened again"),
  prepare(data) {
    const rows = data.slice(0, OPENS);
    return {
      async check() {
        // Each round compares its first row.
      },
      async round({ kind, folder, once }) {
        let ms = 0;
        for (const row of rows) ms += await once({ job: "open-first-get", subject: kind.name, folder, row });
        return { operations: rows.length, ms };
      },
    };
  },
};

export const memoryPerRow: Scenario = {
  name: "memory-per-row",
  family: MEMORY,
  unit: "bytes",
  measures: "bytes",
  comparesBy: "persistent",
  about:
    "growth of the resident set of a new process per row, two indexes included, reading the rows' file deducted",
  excludes: needsDatabase,
  prepare(data) {
    // Only the file is kept, so that this process holds no rows while another is measured.
    let lines: string[] = data.map((city: City) => JSON.stringify(city));
    const rowCount = lines.length;
    return {
      async check({ folder }) {
        await mkdir(folder, { recursive: true });
        const file = createWriteStream(join(folder, "rows.ndjson"));
        for (const line of lines) file.write(`${line}\n`);
        file.end();
        await finished(file);
        lines = [];
      },
      async round({ kind, folder, once }) {
        const job = { job: "memory", folder, rowsFile: join(folder, "rows.ndjson") } as const;
        const reading = await once({ ...job, subject: undefined });
        const storing = await once({ ...job, subject: kind.name });
        return { bytes: (storing - reading) / rowCount };
      },
    };
  },
};
