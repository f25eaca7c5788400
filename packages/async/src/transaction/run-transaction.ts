/** From beginning to end of a transaction: the work, then commit or rollback, and what cuts it short. */
import { ModelVaultError } from "@modelvault/core";
import type { CallSite } from "./call-site.ts";
import { runInFrame } from "./frames.ts";

export interface Limits {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A transaction as far as its end is concerned. */
export interface Ending {
  /** Rejects when it is stopped from outside. */
  readonly stopped: Promise<never>;
  commit(): Promise<unknown>;
  rollback(): Promise<void>;
  stop(error: unknown): void;
}

/** Runs work that is not the caller's own code, and so is nobody's to join. */
export async function runApart<T>(site: CallSite & Ending, work: (tx: CallSite) => Promise<T>): Promise<T> {
  try {
    const result = await work(site);
    await site.commit();
    return result;
  } catch (error) {
    await site.rollback();
    throw error;
  }
}

/** Runs a callback as a transaction: committed when its promise is fulfilled, rolled back when it rejects, or is stopped. */
export async function runCallback<T>(
  site: Ending,
  joins: boolean,
  callback: () => T | PromiseLike<T>,
  limits: Limits,
): Promise<T> {
  const release = limit(site, limits);
  try {
    const running = runInFrame(site, joins, async () => callback());
    const result = await Promise.race([running, site.stopped]);
    release();
    await site.commit();
    return result;
  } catch (error) {
    release();
    await site.rollback();
    throw error;
  }
}

/** Stops a transaction when its time is over or its signal says so. Returns what ends the watch. */
export function limit(site: Ending, { timeoutMs, signal }: Limits): () => void {
  const abort = (): void => site.stop(signal?.reason);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          site.stop(
            new ModelVaultError(
              "transaction_timeout",
              `The transaction was open for ${timeoutMs} ms and has been rolled back: others wait for it. Do in it what belongs together, or give it a longer timeoutMs.`,
              { timeoutMs },
            ),
          );
        }, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
}
