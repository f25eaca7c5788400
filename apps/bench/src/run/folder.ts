/** Where subjects keep their files while they are measured. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A folder of its own for whatever a subject writes: beside the bench, because a system's folder for temporary files is
 * often kept in memory, where a sync costs nothing. BENCH_TMP names another place.
 */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const base = process.env.BENCH_TMP ?? fileURLToPath(new URL("../../.cache", import.meta.url));
  await mkdir(base, { recursive: true });
  const path = await mkdtemp(join(base, "run-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
