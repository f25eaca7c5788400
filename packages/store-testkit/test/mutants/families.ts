/** All mutants, by what is wrong with them. */
import { boundMutants } from "./bounds.ts";
import { bufferMutants } from "./buffers.ts";
import { countMutants } from "./counts.ts";
import { lifecycleMutants, revisionMutants } from "./lifecycle.ts";
import { driverMutants, maintenanceMutants } from "./maintenance.ts";
import { durabilityMutants, failureMutants, reopenMutants } from "./media.ts";
import type { Mutant } from "./mutant.ts";
import { orderMutants } from "./ordering.ts";
import { scanMutants } from "./scans.ts";
import { sharingMutants, traitMutants } from "./sharing.ts";
import { snapshotMutants } from "./snapshots.ts";
import { transactionMutants } from "./transactions.ts";
import { keyspaceMutants, valueMutants } from "./values.ts";

export const families: Readonly<Record<string, readonly Mutant[]>> = {
  "keys and values": valueMutants,
  bounds: boundMutants,
  ordering: orderMutants,
  keyspaces: keyspaceMutants,
  transactions: transactionMutants,
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
