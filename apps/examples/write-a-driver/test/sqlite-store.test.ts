import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { engineParity, type StoreHarness, storeConformance, storeModelTest } from "@modelvault/store-testkit";
import { describe, it, vi } from "vitest";
import { sqliteStore } from "../src/sqlite-store.ts";

const newLocation = (): string => join(mkdtempSync(join(tmpdir(), "vault-")), "test.sqlite");
const harness: StoreHarness<string> = {
  name: "sqlite",
  newLocation,
  open: (path) => sqliteStore(path).open(),
  dispose: (path) => rmSync(dirname(path), { recursive: true, force: true }),
  driver: sqliteStore,
  importModule: (url) => vi.importActual<object>(url),
  crash: (path) => {
    const copy = newLocation();
    copyFileSync(path, copy);
    return copy;
  },
};

storeConformance(harness, { describe, it });
storeModelTest(harness, { describe, it }, { programs: 60 });
engineParity(harness, { describe, it }, { operations: 4_000 });
