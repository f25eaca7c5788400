import { memoryStore } from "@modelvault/core";
import { type StoreHarness, storeConformance, storeModelTest } from "@modelvault/store-testkit";
import { describe, it, vi } from "vitest";
import { type BatchPlace, openBatchStore } from "./support/batch-store.ts";
import { logHarness } from "./support/log-harness.ts";

const memory: StoreHarness<object> = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
  driver: () => memoryStore(),
  importModule: (url) => vi.importActual<object>(url),
};

const batches: StoreHarness<BatchPlace> = {
  name: "batches behind overlayTransaction",
  newLocation: () => ({ spaces: new Map(), revision: 0, open: false }),
  open: (place) => openBatchStore(place),
  dispose: () => undefined,
};

for (const harness of [memory, batches, logHarness("log")] as const) {
  storeConformance(harness, { describe, it });
  storeModelTest(harness, { describe, it });
}

// A driver that waits, so that what `busy` may say is tried both ways.
storeConformance(
  logHarness("log that waits", { traits: { busy: "waits" } }),
  { describe, it },
  { sections: ["traits", "freshness"] },
);
