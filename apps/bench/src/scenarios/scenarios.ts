/** All scenarios, in the order in which they are run and printed. Those of one family stand together. */
import { asyncFilters } from "./async/filters.ts";
import { asyncGetGathered, asyncGetTurn } from "./async/gets.ts";
import { asyncInsertGathered, asyncInsertTurn } from "./async/inserts.ts";
import { asyncInsertDelay, asyncOverlap, asyncScanDelay, asyncWriteTicks } from "./async/loop.ts";
import { commitFlat, durableCommit } from "./commits.ts";
import { memoryPerRow, openFirstGet } from "./fresh.ts";
import {
  count,
  cursorPage1,
  cursorPage1000,
  indexEquality,
  indexRange,
  orderedScan,
  pointGet,
} from "./reads.ts";
import type { Scenario } from "./scenario.ts";
import { validate } from "./validate.ts";
import {
  bytesCompacted,
  bytesLoaded,
  compact,
  firstQuery,
  openCheckpointed,
  openVault,
} from "./vault-file.ts";
import { batchedInsert, delete as remove, update } from "./writes.ts";

export const SCENARIOS: readonly Scenario[] = [
  pointGet,
  indexEquality,
  indexRange,
  orderedScan,
  count,
  cursorPage1,
  cursorPage1000,
  batchedInsert,
  update,
  remove,
  ...durableCommit,
  ...commitFlat,
  openFirstGet,
  openVault,
  firstQuery,
  bytesLoaded,
  openCheckpointed,
  compact,
  bytesCompacted,
  validate,
  memoryPerRow,
  asyncGetTurn,
  ...asyncGetGathered,
  asyncFilters,
  asyncOverlap,
  asyncWriteTicks,
  ...asyncInsertDelay,
  asyncInsertTurn,
  asyncInsertGathered,
  ...asyncScanDelay,
];

/** The scenarios of a name, or all whose names begin with it and a dash: "durable-commit" are three. */
export function scenariosNamed(name: string): readonly Scenario[] {
  return SCENARIOS.filter((scenario) => scenario.name === name || scenario.name.startsWith(`${name}-`));
}
