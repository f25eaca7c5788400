/** Makes mutants that open their places by a rule of their own. */

import type { Store } from "@modelvault/core";
import { logHarness } from "../support/log-harness.ts";
import type { Mutant } from "./mutant.ts";

/** A log harness whose places are opened by another rule. */
export function opened(
  name: string,
  open: (harness: ReturnType<typeof logHarness>, location: string) => Store,
  caughtBy: readonly string[],
): Mutant {
  const harness = logHarness(name);
  return { name, harness: { ...harness, open: (location) => open(harness, location) }, caughtBy };
}
