import { memoryStore } from "@modelvault/core";
import { type StoreHarness, storeConformance, storeModelTest } from "@modelvault/store-testkit";
import { describe, it } from "vitest";
import { logHarness } from "./support/log-harness.ts";

const memory: StoreHarness<object> = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
  driver: () => memoryStore(),
  importModule: (url) => import(/* @vite-ignore */ url),
};

storeConformance(memory, { describe, it });
storeConformance(logHarness("log"), { describe, it });
storeModelTest(memory, { describe, it });
storeModelTest(logHarness("log"), { describe, it });
