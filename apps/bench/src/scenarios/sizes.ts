/** How much of everything: as the targets ask, or small, to see that all works. */
export interface Sizes {
  /** Rows of the database that is read. */
  readonly rows: number;
  /** Rows of a batched insert. */
  readonly inserted: number;
  /** Rows that an update or a delete changes. */
  readonly changed: number;
  /** Rows that are there before single commits: a few, some, many. */
  readonly committed: readonly [number, number, number];
  /** Commits between two clean-ups, so that a database keeps its size, more or less. */
  readonly commits: number;
  /** Rows that are there when the commit's cost is compared: few and many. */
  readonly flat: readonly [number, number];
  /** Different questions of one kind that are asked in turn. */
  readonly probes: number;
  /** Rows that are scanned while the event loop is watched. */
  readonly scanned: number;
  /** Least time of one round in milliseconds. */
  readonly roundMs: number;
}

export const FULL: Sizes = {
  rows: 135_233,
  inserted: 100_000,
  changed: 10_000,
  committed: [0, 10_000, 100_000],
  commits: 500,
  flat: [10_000, 1_000_000],
  probes: 2_000,
  scanned: 1_000_000,
  roundMs: 250,
};

export const QUICK: Sizes = {
  rows: 6_000,
  inserted: 3_000,
  changed: 300,
  committed: [0, 500, 2_000],
  commits: 50,
  flat: [500, 5_000],
  probes: 200,
  scanned: 6_000,
  roundMs: 20,
};
