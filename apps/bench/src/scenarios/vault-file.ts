/** What matters of a vault in one file: how fast it opens again, with a checkpoint too, and how large it is and how fast that is mended. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { City } from "../data/cities.ts";
import type { Subject, SubjectKind } from "../subjects/subject.ts";
import type { Bench, Family, Scenario, Task } from "./scenario.ts";

const family = (name: string): Family => ({ name, database: "stored", rows: (sizes) => sizes.inserted });
const PLAIN = family("vault");
const CHECKPOINTED = family("checkpointed");
const COMPACTED = family("compacted");

/** Opens in one round. */
const OPENS = 3;

function needsVaultFile(kind: SubjectKind): string | undefined {
  return kind.vaultFile === true ? undefined : "asked of vault files only";
}

/** Runs one job in a new process, some times, and adds up what it answers. */
function inNewProcesses(job: "open-first-get" | "first-query", prepared: Task["check"]): Scenario["prepare"] {
  return (data: readonly City[]) => {
    const rows = data.slice(0, OPENS);
    return {
      check: prepared,
      async round({ kind, folder, once }) {
        let ms = 0;
        for (const row of rows) ms += await once({ job, subject: kind.name, folder, row });
        return { operations: rows.length, ms };
      },
    };
  };
}

const nothing = async (): Promise<void> => undefined;

export const openVault: Scenario = {
  name: "open-vault",
  family: PLAIN,
  unit: "opens",
  measures: "rate",
  about: "open a vault of 100,000 rows in a new process and get one row: the log is replayed",
  excludes: needsVaultFile,
  prepare: inNewProcesses("open-first-get", nothing),
};

export const openCheckpointed: Scenario = {
  name: "open-checkpointed",
  family: CHECKPOINTED,
  unit: "opens",
  measures: "rate",
  about: "the same after a checkpoint",
  excludes: needsVaultFile,
  prepare: inNewProcesses("open-first-get", (bench) => maintained(bench, "checkpoint")),
};

export const firstQuery: Scenario = {
  name: "first-query",
  family: PLAIN,
  unit: "queries",
  measures: "rate",
  about: "the first query by an index after opening a vault of 100,000 rows: the index is made",
  excludes: needsVaultFile,
  prepare: inNewProcesses("first-query", nothing),
};

export const compact: Scenario = {
  name: "compact",
  family: COMPACTED,
  unit: "compactions",
  measures: "rate",
  about: "write a vault of 100,000 rows anew and put it in its place",
  excludes: needsVaultFile,
  prepare: () => ({
    check: nothing,
    round: async (bench) => ({ operations: 1, ms: await timed(bench, "compact") }),
  }),
};

export const bytesLoaded: Scenario = sizeOf("bytes-loaded", "after two transactions of 50,000 rows", nothing);
export const bytesCompacted: Scenario = sizeOf("bytes-compacted", "after a compaction", (bench) =>
  maintained(bench, "compact"),
);

function sizeOf(name: string, when: string, prepared: Task["check"]): Scenario {
  return {
    name,
    family: name === "bytes-loaded" ? PLAIN : COMPACTED,
    unit: "bytes",
    measures: "bytes",
    about: `length of a closed vault file per row, two indexes included, ${when}`,
    excludes: needsVaultFile,
    prepare: (_data, sizes) => ({
      check: prepared,
      round: async ({ folder }) => ({ bytes: (await bytesIn(folder)) / sizes.inserted }),
    }),
  };
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

async function maintained(bench: Bench, what: "checkpoint" | "compact"): Promise<void> {
  await timed(bench, what);
}

/** Opens the family's database, does it, and closes it; the milliseconds it took. */
async function timed({ kind, folder, now }: Bench, what: "checkpoint" | "compact"): Promise<number> {
  const subject: Subject | undefined = await kind.open?.(folder);
  const start = now();
  subject?.maintain?.(what);
  const ms = now() - start;
  await subject?.close();
  return ms;
}
