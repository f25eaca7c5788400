/** What differs between two states of a store in memory, keyspace by keyspace. */
import type { KeyspaceTable } from "./keyspaces.ts";
import type { Keyspace } from "./store.ts";
import type { Tree } from "./tree.ts";
import { type DifferenceVisitor, diffTrees } from "./tree-diff.ts";

/** A keyspace that was written between two states. Both must be open still when it is visited. */
export interface KeyspaceDifference {
  readonly space: Keyspace;
  /** Shows every difference, in key order; none where what was written comes to nothing. May be called again. */
  visit(visitor: DifferenceVisitor): void;
}

/** Keyspaces in which `after` may differ from `before`, in their order. */
export function diffKeyspaces(before: KeyspaceTable<Tree>, after: KeyspaceTable<Tree>): KeyspaceDifference[] {
  const differences: KeyspaceDifference[] = [];
  const note = (space: Keyspace, old: Tree | undefined, now: Tree | undefined): void => {
    if (old?.root === now?.root) return;
    differences.push({ space, visit: (visitor) => diffTrees(old, now, visitor) });
  };
  if (before === after) return differences;
  for (const [space, old] of before.entries()) {
    const now = after.get(space);
    if (now === undefined) note(space, old, now);
  }
  for (const [space, now] of after.entries()) note(space, before.get(space), now);
  return differences;
}
