/** The list of subjects, by the names that the command line, the tables and the JSON use. */
import { asyncFile, asyncLmdb, asyncLmdb2, asyncMemory } from "./async/async-modelvault.ts";
import { idle } from "./async/idle.ts";
import { lmdbJsAsync } from "./async/lmdb-js-async.ts";
import { sqliteWorker } from "./async/sqlite-worker.ts";
import { betterSqlite, betterSqliteMemory } from "./better-sqlite3.ts";
import { drizzle } from "./drizzle.ts";
import { lmdbJs, lmdbJsStructs } from "./lmdb-js.ts";
import { lmdbJsBytes } from "./lmdb-js-bytes.ts";
import { file, lmdb, memory } from "./modelvault.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import type { SubjectKind } from "./subject.ts";
import { zod } from "./zod.ts";

/** In the order in which they are run and printed: ours first. */
export const SUBJECTS: readonly SubjectKind[] = [
  memory,
  file,
  lmdb,
  asyncMemory,
  asyncFile,
  asyncLmdb,
  asyncLmdb2,
  betterSqlite,
  betterSqliteMemory,
  drizzle,
  nodeSqlite,
  lmdbJs,
  lmdbJsStructs,
  lmdbJsBytes,
  zod,
  sqliteWorker,
  lmdbJsAsync,
  idle,
];

/** Not measured unless asked for by name. */
export const EXTRA_SUBJECTS: ReadonlySet<string> = new Set([betterSqliteMemory.name, lmdbJsBytes.name]);

/** The subject of a name. @throws when there is none */
export function subjectKind(name: string): SubjectKind {
  const kind = SUBJECTS.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`There is no subject "${name}".`);
  return kind;
}
