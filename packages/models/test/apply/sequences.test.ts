/** Long lives of vaults on every driver: see `../support/life.ts`. `MODELVAULT_LIVES=1000` makes a campaign of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database, memoryStore } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { onTestFinished, test } from "vitest";
import type { Random } from "../support/evolving-model.ts";
import { type Home, play } from "../support/life.ts";

function folder(): string {
  const place = mkdtempSync(join(tmpdir(), "modelvault-lives-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

const HOMES: readonly (readonly [string, (random: Random) => Home])[] = [
  ["memory", () => ({ open: () => Database.open(memoryStore()), forgets: true })],
  [
    "a file",
    () => {
      const path = join(folder(), "a.modelvault");
      return { open: () => Database.open(fileStore(path)) };
    },
  ],
  [
    "LMDB",
    () => {
      const path = join(folder(), "a.lmdb");
      return { open: () => Database.open(lmdbStore(path)) };
    },
  ],
];

test.each(HOMES)("lives on %s", play);
