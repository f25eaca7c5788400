/**
 * Copies of the engine with one fault planted in each: the sources are copied, one text in one file is replaced by another, and
 * the copy is loaded beside the real one. A text that is no longer there fails loudly, for then the fault would be none.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { vi } from "vitest";

const core = fileURLToPath(new URL("../../../core/", import.meta.url));

/** A wrong line in the place of a right one. */
export interface PlantedFault {
  /** What the engine does wrong, as the name of a test. */
  readonly name: string;
  /** Below `packages/core/src`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly right: string;
  readonly wrong: string;
}

/** The engine with a fault in it, its memory store included. The copy is removed as soon as it is loaded. */
export async function engineWith({
  name,
  file,
  right,
  wrong,
}: PlantedFault): Promise<typeof import("@modelvault/core")> {
  // Real, for the runner knows modules by their real paths.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "modelvault-fault-"));
  try {
    cpSync(join(core, "src"), join(folder, "src"), { recursive: true });
    symlinkSync(join(core, "node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "src", "tsconfig.json"), "{}");
    const path = join(folder, "src", file);
    const source = readFileSync(path, "utf8");
    const found = source.split(right).length - 1;
    if (found !== 1)
      throw new Error(
        `"${name}" cannot be planted: packages/core/src/${file} holds its text ${found} times.\n${right}`,
      );
    writeFileSync(
      path,
      source.replace(right, () => wrong),
    );
    return await vi.importActual(pathToFileURL(join(folder, "src", "index.ts")).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
