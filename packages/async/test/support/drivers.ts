/** Drivers of `test-drivers.mjs`, for a worker to open: here they stay closed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreDriver } from "@modelvault/core";
import { afterEach } from "vitest";

export function testDriver(factory: string, ...args: readonly unknown[]): StoreDriver {
  return {
    name: factory,
    moduleUrl: new URL("./test-drivers.mjs", import.meta.url).href,
    factory,
    args,
    open() {
      throw new Error("is opened in workers only");
    },
  };
}

/** Paths in folders that are removed after the test. */
export function temporaryPaths(): (name: string) => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return (name) => {
    const folder = mkdtempSync(join(tmpdir(), "modelvault-async-"));
    folders.push(folder);
    return join(folder, name);
  };
}
