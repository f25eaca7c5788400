/**
 * Whether what tasks saw of one key can be explained by some order of their calls, each taking effect at one moment between its call and
 * its answer. A search over all such orders (Wing and Gong), for histories of a dozen calls or two.
 */

/** Value under a key; undefined: no row. */
export type Held = number | undefined;

export interface Event {
  readonly called: number;
  readonly answered: number;
  /** What it does: the value afterwards, and whether its answer agrees with the value before; undefined where it does not. */
  readonly apply: (before: Held) => { readonly after: Held } | undefined;
}

export const read = (seen: Held) => (before: Held) => (before === seen ? { after: before } : undefined);
export const put = (value: number, replaced: boolean) => (before: Held) =>
  (before !== undefined) === replaced ? { after: value } : undefined;
export const insert = (value: number, stored: boolean) => (before: Held) => {
  if ((before === undefined) !== stored) return undefined;
  return { after: stored ? value : before };
};
export const remove = (removed: boolean) => (before: Held) =>
  (before !== undefined) === removed ? { after: undefined } : undefined;
export const set = (value: number) => (_before: Held) => ({ after: value });

/** @returns whether there is such an order, from no row on */
export function isLinearizable(events: readonly Event[]): boolean {
  const dead = new Set<string>();
  const search = (left: readonly number[], value: Held): boolean => {
    if (left.length === 0) return true;
    const key = `${left.join()}:${value}`;
    if (dead.has(key)) return false;
    // Only a call that no other one was answered before can be next.
    const firstAnswer = Math.min(...left.map((at) => (events[at] as Event).answered));
    for (const at of left) {
      const event = events[at] as Event;
      if (event.called > firstAnswer) continue;
      const step = event.apply(value);
      if (
        step !== undefined &&
        search(
          left.filter((other) => other !== at),
          step.after,
        )
      )
        return true;
    }
    dead.add(key);
    return false;
  };
  return search(
    events.map((_, at) => at),
    undefined,
  );
}
