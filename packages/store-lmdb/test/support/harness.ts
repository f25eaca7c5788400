/** LMDB vaults as the testkit sees them, other processes included. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectStore, type StoreElsewhere, type StoreHarness } from "@modelvault/store-testkit";
import { vi } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { lmdbError } from "../../src/native/codes.ts";
import { Environment } from "../../src/native/environment.ts";
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

/**
 * The next commit of a place ends as LMDB's does when a call to the system fails, which is before the file says anything new: nothing is kept, and the code
 * of the system comes back. (`npm run crash` makes real calls fail, by strace.)
 */
function failNextCommit(path: string, errno: number): void {
  const spy = vi.spyOn(Environment.prototype, "commit").mockImplementation(function (this: Environment) {
    spy.mockRestore();
    if (this.path !== path) {
      this.commit();
      return;
    }
    this.abort();
    throw lmdbError(errno, path, "commit to");
  });
}

export const lmdbHarness: StoreHarness<string> = {
  name: "lmdb",
  newLocation: newFile,
  open: (path, options) => lmdbStore(path, options?.readOnly ? { mode: "read" } : {}).open(),
  dispose: (path) => rmSync(dirname(path), { recursive: true, force: true }),
  openElsewhere,
  readOnly: true,
  failNextWrite: (path) => failNextCommit(path, constants.errno.ENOSPC),
  failNextSync: (path) => failNextCommit(path, constants.errno.EIO),
  // A commit that returned is in the file, whoever has it open; what is not committed is only there in pages that nothing points to.
  crash: (path) => {
    const left = newFile();
    copyFileSync(path, left);
    return left;
  },
  newCopyTarget: () => {
    const destination = newFile();
    return { destination, location: destination };
  },
  driver: (path) => lmdbStore(path),
  importModule: () => import("../../src/driver.ts"),
};
