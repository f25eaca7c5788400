/** The testkit's suite on LMDB vaults, with other processes. */
import { type StoreHarness, storeConformance, storeModelTest } from "@modelvault/store-testkit";
import { describe, it } from "vitest";
import { lmdbHarness } from "../support/harness.ts";

storeConformance(lmdbHarness as StoreHarness, { describe, it });
storeModelTest(lmdbHarness as StoreHarness, { describe, it });
