/** LMDB vaults as the testkit sees them, other processes included. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectStore, type StoreElsewhere, type StoreHarness } from "@modelvault/store-testkit";
import { lmdbStore } from "../../src/index.ts";
import { makeFolder } from "./places.ts";

const child = fileURLToPath(new URL("elsewhere-child.mjs", import.meta.url));

const newFile = (): string => join(makeFolder(), "a.lmdb");

function openElsewhere(path: string): Promise<StoreElsewhere> {
  const process = fork(child, [path], { serialization: "advanced", execArgv: [] });
  const exited = once(process, "exit");
  return connectStore(
    {
      postMessage: (message) => process.send(message as object),
      on: (event, listener) => process.on(event, listener),
    },
    async () => {
      process.kill("SIGKILL");
      await exited;
    },
  );
}

export const lmdbHarness: StoreHarness<string> = {
  name: "lmdb",
  newLocation: newFile,
  open: (path, options) => lmdbStore(path, options?.readOnly ? { mode: "read" } : {}).open(),
  dispose: (path) => rmSync(dirname(path), { recursive: true, force: true }),
  openElsewhere,
  readOnly: true,
  newCopyTarget: () => {
    const destination = newFile();
    return { destination, location: destination };
  },
  driver: (path) => lmdbStore(path),
  importModule: () => import("../../src/driver.ts"),
};
