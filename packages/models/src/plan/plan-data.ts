/** The plain data of a plan: what is printed, hashed, stored and sent. */
import type { CollectionDescriptor } from "@modelvault/core";
import { encodeExact } from "./exact-json.ts";
import { hashJson } from "./schema-hashes.ts";
import type { Step } from "./step.ts";
import type { Unused } from "./unused.ts";
import type { VariantNeed } from "./variant-needs.ts";

/** One collection that a plan touches. */
export interface CollectionChange {
  readonly name: string;
  /** The name it has in the vault the plan is for; left out for a collection that is created. */
  readonly from?: string;
  /** The whole schema after the plan; left out for a collection that is dropped. */
  readonly after?: CollectionDescriptor;
  /** What rows of one variant of a union need after the plan, which the schema does not say; left out where there are no unions. */
  readonly variants?: readonly VariantNeed[];
}

export interface PlanData {
  readonly format: 1;
  /** Hash of this plan: of everything else here. */
  readonly hash: string;
  /** Hash of the schemas that the plan is for, and of those that it arrives at: of the collections in `concerns`. */
  readonly base: string;
  readonly target: string;
  readonly concerns: readonly string[];
  readonly changes: readonly CollectionChange[];
  readonly steps: readonly Step[];
  /** Collections of the vault that no model names; the plan does not touch them. */
  readonly leftAlone: readonly string[];
  /** What the options give and no step takes; left out where there is nothing. */
  readonly unused?: readonly Unused[];
  /** Number of the entry in the vault's history that the plan reverts. */
  readonly reverts?: number;
  /** Hash of the plan of that entry. */
  readonly revertedHash?: string;
}

/** Everything but the hash, which is made here. Collections that are left alone and functions that are not used are not part of it. */
export function sealPlan(data: Omit<PlanData, "format" | "hash">): PlanData {
  const { leftAlone, unused = [], ...hashed } = data;
  const hash = hashJson(encodeExact({ format: 1, ...hashed }));
  return { format: 1, hash, ...hashed, leftAlone, ...(unused.length === 0 ? {} : { unused }) };
}
