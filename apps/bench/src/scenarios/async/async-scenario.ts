/** What scenarios of asynchronous subjects have in common. */
import type { AsyncSubject } from "../../subjects/async/async-subject.ts";
import type { SubjectKind } from "../../subjects/subject.ts";
import { type Bench, OTHER_SURFACE } from "../scenario.ts";

/** Every asynchronous subject takes part. */
export function needsAsync(kind: SubjectKind): string | undefined {
  if (kind.asynchronous === undefined) return OTHER_SURFACE;
  return kind.asynchronous.idle === true ? OTHER_SURFACE : undefined;
}

/** Those whose reads run on another thread. */
export function needsReadsElsewhere(kind: SubjectKind): string | undefined {
  if (kind.asynchronous?.readsHere === true) return "reads on the caller's thread";
  return needsAsync(kind);
}

/** Those too that only wait. */
export function mayIdle(kind: SubjectKind): string | undefined {
  return kind.asynchronous?.idle === true ? undefined : needsReadsElsewhere(kind);
}

export function subjectOf({ asyncSubject }: Bench): AsyncSubject {
  if (asyncSubject === undefined) throw new Error("This family has no open asynchronous database.");
  return asyncSubject;
}

/** Repeats work, which says how many operations it did, until it was measured long enough. */
export async function measured(
  { now, roundMs }: Pick<Bench, "now" | "roundMs">,
  work: () => Promise<number>,
): Promise<{ readonly operations: number; readonly ms: number }> {
  let operations = 0;
  const start = now();
  do {
    operations += await work();
  } while (now() - start < roundMs);
  return { operations, ms: now() - start };
}
