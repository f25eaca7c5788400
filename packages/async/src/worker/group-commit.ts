/**
 * Writes that wait at the same time share one transaction of the store, and so one sync: they run one after another, each all or
 * nothing on its own; a refused one leaves no trace and the rest go on; then all are committed at once. A failed commit fails all.
 */
import type { Database, OpenTransaction } from "@modelvault/core";

/** One write. It must leave the transaction as it was when it throws, or leave it broken. */
export type Write = (tx: OpenTransaction) => unknown;

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs writes as one group. Returns an outcome for each, in their order, none of which says "done" before the commit has.
 *
 * A write that breaks the transaction (a full store, no stack left) is rejected alone: the others are run again without it. They
 * are plain data, nothing of the first attempt was kept, and nobody was told of it.
 */
export function commitGroup(db: Database, writes: readonly Write[]): Outcome[] {
  const outcomes: Outcome[] = new Array(writes.length);
  let left = writes.map((_, at) => at);
  while (left.length > 0) {
    const breaking = tryGroup(db, writes, left, outcomes);
    if (breaking === undefined) return outcomes;
    left = left.filter((at) => at !== breaking);
  }
  return outcomes;
}

/** One attempt; returns the write that broke it, if any. */
function tryGroup(
  db: Database,
  writes: readonly Write[],
  left: readonly number[],
  outcomes: Outcome[],
): number | undefined {
  let tx: OpenTransaction;
  try {
    tx = db.begin();
  } catch (error) {
    for (const at of left) outcomes[at] = { error };
    return undefined;
  }
  for (const at of left) {
    try {
      outcomes[at] = { value: (writes[at] as Write)(tx) };
    } catch (error) {
      outcomes[at] = { error };
      if (!tx.broken) continue;
      tx.rollback();
      return at;
    }
  }
  try {
    // Where nothing was done, nothing is committed: a refused write leaves no revision behind.
    if (left.some((at) => "value" in (outcomes[at] as Outcome))) tx.commit();
    else tx.rollback();
  } catch (error) {
    for (const at of left) if ("value" in (outcomes[at] as Outcome)) outcomes[at] = { error };
  }
  return undefined;
}
