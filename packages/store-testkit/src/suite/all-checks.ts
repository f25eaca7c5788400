/** Every check, in the order a driver author should read the failures: what comes first is what later checks build on. */
import { boundChecks } from "../checks/bounds.ts";
import { bufferChecks } from "../checks/buffers.ts";
import { countChecks } from "../checks/counts.ts";
import { driverChecks } from "../checks/driver-value.ts";
import { failureChecks } from "../checks/failures.ts";
import { handedOutChecks } from "../checks/handed-out.ts";
import { keyspaceChecks } from "../checks/keyspaces.ts";
import { lifecycleChecks } from "../checks/lifecycle.ts";
import { limitChecks } from "../checks/limits.ts";
import { maintenanceChecks } from "../checks/maintenance.ts";
import { netEffectChecks } from "../checks/net-effect.ts";
import { orderChecks } from "../checks/ordering.ts";
import { durabilityChecks, reopenChecks } from "../checks/reopening.ts";
import { revisionChecks } from "../checks/revisions.ts";
import { scanChecks } from "../checks/scans.ts";
import { elsewhereChecks, freshnessChecks } from "../checks/sharing.ts";
import { snapshotChecks } from "../checks/snapshots.ts";
import { traitChecks } from "../checks/traits.ts";
import { transactionChecks } from "../checks/transactions.ts";
import { valueChecks } from "../checks/values.ts";
import type { Check } from "./check.ts";

export const allChecks: readonly Check[] = [
  ...lifecycleChecks,
  ...valueChecks,
  ...boundChecks,
  ...orderChecks,
  ...keyspaceChecks,
  ...transactionChecks,
  ...netEffectChecks,
  ...countChecks,
  ...scanChecks,
  ...snapshotChecks,
  ...bufferChecks,
  ...handedOutChecks,
  ...revisionChecks,
  ...traitChecks,
  ...limitChecks,
  ...freshnessChecks,
  ...reopenChecks,
  ...durabilityChecks,
  ...failureChecks,
  ...elsewhereChecks,
  ...maintenanceChecks,
  ...driverChecks,
];
