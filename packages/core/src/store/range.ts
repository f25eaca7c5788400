/** Bounds of scans, checked and answered in one place for all readers. */
import { ModelVaultError } from "../errors/error.ts";
import { compareKeys } from "./key-bytes.ts";
import type { KeyRange } from "./store.ts";

/**
 * Refuses two lower or two upper bounds. A bound given as `undefined` counts as absent.
 * @throws store_range_invalid
 */
export function checkRange(range: KeyRange): void {
  if (range.gt !== undefined && range.gte !== undefined) throw twoBounds("gt", "gte", "lower");
  if (range.lt !== undefined && range.lte !== undefined) throw twoBounds("lt", "lte", "upper");
}

/** Whether the bounds leave room for no key: they cross, or meet and one of them is exclusive. */
export function isEmptyRange(range: KeyRange): boolean {
  const lower = range.gt ?? range.gte;
  const upper = range.lt ?? range.lte;
  if (lower === undefined || upper === undefined) return false;
  const order = compareKeys(lower, upper);
  return order > 0 || (order === 0 && (range.gt !== undefined || range.lt !== undefined));
}

function twoBounds(first: string, second: string, side: string): ModelVaultError {
  return new ModelVaultError(
    "store_range_invalid",
    `The range of a scan has two ${side} bounds, "${first}" and "${second}"; give one of them.`,
    { bounds: [first, second] },
  );
}
