/** The testkit's suite on vault files: on a disk that can fail, and on the real one. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { snapshotStore } from "@modelvault/store-file";
import {
  connectStore,
  type StoreElsewhere,
  type StoreHarness,
  storeConformance,
  storeModelTest,
  untriedChecks,
} from "@modelvault/store-testkit";
import { describe, expect, it } from "vitest";
import { FileWindow } from "../../src/log/file-window.ts";
import { checkFileOptions } from "../../src/options.ts";
import type { FilePort } from "../../src/port/file-port.ts";
import { nodePort } from "../../src/port/node-port.ts";
import { FileStore } from "../../src/vault/file-store.ts";
import { compareWithLog } from "../../src/vault/log-agreement.ts";
import { readVault } from "../../src/vault/read-vault.ts";
import { Vault } from "../../src/vault/vault.ts";
import { FakeDisk } from "../support/fake-disk.ts";
import { bridge, bridgedFileStore } from "../support/schema-bridge.mjs";

/** What the log says of the indexes must be what the rows say: core's suite cannot see that, upstream depends on it. */
function expectAgreement(port: FilePort, path: string): void {
  if (port.stat(path) === undefined) return;
  const file = port.open(path, "read");
  const read = readVault(file, false);
  read.image.build();
  expect(compareWithLog(new FileWindow(file), read.contents, read.checkpoint, read.image)).toEqual({
    corrections: [],
    rewrite: false,
  });
  file.close();
}

interface FakePlace {
  readonly disk: FakeDisk;
  readonly path: string;
}

const onFakeDisk: StoreHarness<FakePlace> = {
  name: "file on a fake disk",
  newLocation: () => ({ disk: new FakeDisk(), path: "/vaults/a.modelvault" }),
  open: ({ disk, path }) =>
    bridge(new FileStore(Vault.open(disk, path, checkFileOptions(path, {}), new Date(0)))),
  dispose: ({ disk, path }) => expectAgreement(disk, path),
  failNextWrite: ({ disk }) => {
    disk.failNext = "write";
  },
  failNextSync: ({ disk }) => {
    disk.failNext = "sync";
  },
  crash: ({ disk, path }) => ({ disk: disk.afterPowerLoss("none"), path }),
};

const newFile = (): string => join(mkdtempSync(join(tmpdir(), "modelvault-conformance-")), "a.modelvault");

const child = fileURLToPath(new URL("../support/elsewhere-child.mjs", import.meta.url));

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

const onRealDisk: StoreHarness<string> = {
  name: "file",
  newLocation: newFile,
  open: (path, options) => bridgedFileStore(path, options?.readOnly ? { mode: "read" } : {}).open(),
  dispose: (path) => {
    expectAgreement(nodePort, path);
    rmSync(dirname(path), { recursive: true, force: true });
  },
  openElsewhere,
  readOnly: true,
  newCopyTarget: () => {
    const destination = newFile();
    return { destination, location: destination };
  },
  openBytes: (bytes) => bridge(snapshotStore(bytes).open()),
  driver: (path) => bridgedFileStore(path),
  importModule: () => import("../support/schema-bridge.mjs"),
};

storeConformance(onFakeDisk as StoreHarness, { describe, it });
storeConformance(onRealDisk as StoreHarness, { describe, it });
storeModelTest(onFakeDisk as StoreHarness, { describe, it });

it("what one harness cannot offer, the other does", () => {
  const gaps = (harness: StoreHarness) =>
    untriedChecks(harness)
      .filter(({ needs }) => needs.length > 0)
      .map(({ section, name }) => `${section}: ${name}`);
  const onFake = new Set(gaps(onFakeDisk as StoreHarness));
  expect(gaps(onRealDisk as StoreHarness).filter((gap) => onFake.has(gap))).toEqual([]);
});
