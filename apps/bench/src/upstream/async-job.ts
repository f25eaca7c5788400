/** The probe of the asynchronous surfaces: what both engines are asked to do, and what they answer. */
import type { UpstreamJob } from "./job.ts";

export interface AsyncUpstreamJob extends UpstreamJob {
  /** Rows that are there: the first of the file. Upstream's commits take longer the more there are. */
  readonly rowCount: number;
  /** Rows inserted at once. */
  readonly gathered: number;
}

/** Rates are a second. */
export interface AsyncUpstreamFigures {
  readonly getsTurn: number;
  readonly gets40: number;
  readonly gets200: number;
  readonly gets1000: number;
  readonly insertsTurn: number;
  /** Many at once, until all are durable. */
  readonly inserts: number;
  /** Longest time in which the event loop did not come round. */
  readonly scanGapMs: number;
  readonly insertGapMs: number;
  /** 20,000 gets beside a sleep as long as they take alone: 1 is a whole overlap, 2 none. */
  readonly overlap: number;
}
