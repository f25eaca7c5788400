/** The whole engine on memory, vault files and LMDB at once, against each other and the testkit's oracle. */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { memoryStore } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { runParity, type StoreHarness, testSettings } from "@modelvault/store-testkit";
import { expect, test } from "vitest";
import { lmdbHarness } from "../support/harness.ts";
import { makeFolder } from "../support/places.ts";

const memory: StoreHarness<object> = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
};

const file: StoreHarness<string> = {
  name: "file",
  newLocation: () => join(makeFolder(), "a.modelvault"),
  open: (path) => fileStore(path).open(),
  dispose: (path) => rmSync(dirname(path), { recursive: true, force: true }),
};

test("random programs give the same on memory, file, LMDB and the oracle", { timeout: 600_000 }, async () => {
  const drivers = [memory, file, lmdbHarness] as readonly StoreHarness[];
  const { differences } = await runParity({ drivers, operations: 3_000 * testSettings().multiplier });
  expect(differences.map(({ message }) => message)).toEqual([]);
});
