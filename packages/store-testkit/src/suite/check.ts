/** One check of the conformance suite: a name that states behaviour, the promise it holds a driver to, and how. */
import type { StoreTraits } from "@modelvault/core";
import type { StoreHarness } from "../harness/harness.ts";
import type { Trial } from "./trial.ts";

/** What decides whether a check can be made of a driver. The traits are probed by checks of their own. */
export interface Facts {
  readonly harness: StoreHarness;
  readonly traits: StoreTraits;
  readonly maintenance: ReadonlySet<string>;
}

export interface Check {
  readonly section: string;
  readonly name: string;
  /** The sentences of the contract it holds a driver to. */
  readonly promises: readonly string[];
  /** Absent: every driver can be held to it. */
  readonly applies?: (facts: Facts) => boolean;
  /** Takes seconds or a lot of memory. */
  readonly heavy?: boolean;
  readonly run: (trial: Trial) => void | Promise<void>;
}

/** A check before it knows its section. */
export type Draft = Omit<Check, "section">;

/** Makes a check. Several promises: all that are broken when it fails. */
export function check(
  name: string,
  promises: string | readonly string[],
  run: Check["run"],
  more: Pick<Check, "applies" | "heavy"> = {},
): Draft {
  return { name, promises: typeof promises === "string" ? [promises] : promises, run, ...more };
}

/** Gathers checks under the name of their section. */
export function section(name: string, drafts: readonly Draft[]): readonly Check[] {
  return drafts.map((draft) => ({ section: name, ...draft }));
}
