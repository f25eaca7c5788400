/** The testkit's suite on LMDB vaults, with other processes. Pages are read directly from the first read on; elsewhere LMDB reads them first. */
import {
  type StoreHarness,
  storeConformance,
  storeModelTest,
  untriedChecks,
} from "@modelvault/store-testkit";
import { describe, expect, it } from "vitest";
import { directReads } from "../../src/read/direct-pages.ts";
import { lmdbHarness } from "../support/harness.ts";

directReads.after = -1;

storeConformance(lmdbHarness as StoreHarness, { describe, it });
storeModelTest(lmdbHarness as StoreHarness, { describe, it });

it("the harness leaves nothing untried that it could offer", () => {
  expect(untriedChecks(lmdbHarness as StoreHarness).filter(({ needs }) => needs.length > 0)).toEqual([]);
});
