/** Folders for tests, removed after the test that made them. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Memory where there is some: every commit of LMDB waits for the medium, and most tests are not about that. */
const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** An empty folder, to be removed by whoever asked. */
export function makeFolder(base: string = BASE): string {
  return mkdtempSync(join(base, "modelvault-lmdb-"));
}

/** An empty folder. */
export function newFolder(base?: string): string {
  const folder = makeFolder(base);
  folders.push(folder);
  return folder;
}

/** A place for a vault. */
export function newPlace(name = "test.lmdb"): string {
  return join(newFolder(), name);
}
