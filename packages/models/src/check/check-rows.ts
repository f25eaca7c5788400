import type { ReadHandle } from "@modelvault/core";
import type { PlanData } from "../plan/plan-data.ts";
import type { RowSources } from "../rows/row-change.ts";
import { CheckReport } from "./check-report.ts";
export type CheckSource = ReadHandle;
export interface CheckOptions {
  readonly limit?: number;
}
export function checkRows(
  _db: CheckSource,
  data: PlanData,
  _sources: RowSources,
  _options: CheckOptions,
): CheckReport {
  return new CheckReport(data, []);
}
