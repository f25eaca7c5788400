/** What the bench and the processes of its subjects say to each other. One question, one answer, in order. */
import type { OnceJob } from "../scenarios/once.ts";
import type { Reading } from "../scenarios/scenario.ts";
import type { HostJob } from "./host.ts";

export type Question =
  /** Whether a subject can take part, and in what versions. */
  | { readonly ask: "probe"; readonly subject: string }
  | { readonly ask: "start"; readonly job: HostJob }
  | { readonly ask: "check"; readonly scenario: string }
  | { readonly ask: "round"; readonly scenario: string }
  | { readonly ask: "once"; readonly job: OnceJob }
  | { readonly ask: "stop" };

export interface Answers {
  readonly probe: Readonly<Record<string, string>>;
  readonly start: null;
  readonly check: null;
  readonly round: Reading;
  readonly once: number;
  readonly stop: null;
}

export type Answer = { readonly value: unknown } | { readonly error: string };
