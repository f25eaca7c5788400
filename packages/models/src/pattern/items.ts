/** The parts of a pattern between two bars: atoms with their quantifiers, and how they are spelled. */

/** One atom and its quantifier. */
export interface Item {
  /** `wide`: an atom that can match half of a character above U+FFFF. `pair`: such a character itself, two units. */
  readonly kind: "atom" | "wide" | "pair" | "group" | "anchor" | "dropped";
  readonly text: string;
  readonly min: number;
  /** Infinity: no upper bound. */
  readonly max: number;
}

export function once(kind: Item["kind"], text: string): Item {
  return { kind, text, min: 1, max: 1 };
}

/**
 * Whether what an item takes begins and ends at whole characters: beside it are anchors, atoms that cannot match half
 * of a character and are always there, or (outside of groups) the ends of the pattern.
 */
export function isolated(items: readonly Item[], index: number, depth: number): boolean {
  return [items[index - 1], items[index + 1]].every((neighbour) => {
    if (neighbour === undefined) return depth === 0;
    return (
      neighbour.kind === "anchor" ||
      neighbour.kind === "pair" ||
      (neighbour.kind === "atom" && neighbour.min > 0)
    );
  });
}

export function spellQuantifier(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === max) return min === 1 ? "" : `{${min}}`;
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`;
}
