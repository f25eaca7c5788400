/** Folders for tests, removed after the test that made them. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach } from "vitest";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "modelvault-file-"));
  folders.push(folder);
  return folder;
}

/** A place for a vault. */
export function newPlace(name = "test.modelvault"): string {
  return join(newFolder(), name);
}

/** A copy of a file in a folder of its own. */
export function copyOf(path: string): string {
  const copy = join(newFolder(), basename(path));
  copyFileSync(path, copy);
  return copy;
}

/** A file with these bytes. */
export function fileWith(bytes: Uint8Array): string {
  const path = newPlace();
  writeFileSync(path, bytes);
  return path;
}
