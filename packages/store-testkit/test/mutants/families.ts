/** All mutants, by what is wrong with them. */
import { boundMutants } from "./bounds.ts";
import { bufferMutants } from "./buffers.ts";
import { countMutants } from "./counts.ts";
import { keyspaceMutants } from "./keyspaces.ts";
import { lifecycleMutants } from "./lifecycle.ts";
import { driverMutants, maintenanceMutants } from "./maintenance.ts";
import { durabilityMutants, failureMutants, reopenMutants } from "./media.ts";
import type { Mutant } from "./mutant.ts";
import { orderMutants } from "./ordering.ts";
import { revisionMutants } from "./revisions.ts";
import { scanMutants } from "./scans.ts";
import { sharingMutants } from "./sharing.ts";
import { snapshotMutants } from "./snapshots.ts";
import { traitMutants } from "./traits.ts";
import { transactionEndMutants } from "./transaction-ends.ts";
import { transactionMutants } from "./transactions.ts";
import { valueMutants } from "./values.ts";

export const families: Readonly<Record<string, readonly Mutant[]>> = {
  "keys and values": valueMutants,
  bounds: boundMutants,
  ordering: orderMutants,
  keyspaces: keyspaceMutants,
  transactions: transactionMutants,
  "ends of transactions": transactionEndMutants,
  counts: countMutants,
  scans: scanMutants,
  snapshots: snapshotMutants,
  buffers: bufferMutants,
  revisions: revisionMutants,
  lifecycle: lifecycleMutants,
  traits: traitMutants,
  sharing: sharingMutants,
  reopening: reopenMutants,
  durability: durabilityMutants,
  failures: failureMutants,
  maintenance: maintenanceMutants,
  drivers: driverMutants,
};
