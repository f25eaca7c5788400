/** From beginning to end of a transaction or a view: the work, then commit, rollback or close, and what cuts it short. */
import { ModelVaultError } from "@modelvault/core";
import { onAbort } from "./abort-listeners.ts";
import { runInFrame } from "./frames.ts";

export interface Limits {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A transaction as far as its end is concerned. */
export interface Ending {
  /** Rejects when it is stopped from outside. */
  readonly stopped: Promise<never>;
  /** Fulfilled when it has ended, whichever way. */
  readonly over: Promise<void>;
  /** @throws transaction_closed, what stopped it */
  refuseEnded(): void;
  commit(): Promise<unknown>;
  rollback(): Promise<void>;
  stop(error: unknown): void;
}

/** A view as far as its end is concerned. */
interface Closing extends Pick<Ending, "stopped" | "refuseEnded" | "stop"> {
  close(): Promise<void>;
}

/** Runs work that is not the caller's own code, and so is nobody's to join. */
export async function runApart<S extends Ending, T>(site: S, work: (tx: S) => Promise<T>): Promise<T> {
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
    // Its signal may have spoken while word of its beginning was on the way.
    site.refuseEnded();
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

/** Runs a callback on a view, which is closed when the callback's promise is settled, or when it is stopped. */
export async function runView<T>(
  site: Closing,
  callback: () => T | PromiseLike<T>,
  limits: Limits,
): Promise<T> {
  const release = watch(site, limits, (timeoutMs) => ({
    code: "snapshot_closed",
    message: `The view was open for ${timeoutMs} ms and has been closed: the store keeps its state for as long as it is open. Read less in it, or give it a longer timeoutMs.`,
  }));
  try {
    site.refuseEnded();
    return await Promise.race([runInFrame(site, false, async () => callback()), site.stopped]);
  } finally {
    release();
    await site.close();
  }
}

/** Stops a transaction when its time is over or its signal says so. Returns what ends the watch. */
export function limit(site: Ending, limits: Limits): () => void {
  return watch(site, limits, (timeoutMs) => ({
    code: "transaction_timeout",
    message: `The transaction was open for ${timeoutMs} ms and has been rolled back: others wait for it. Do in it what belongs together, or give it a longer timeoutMs.`,
  }));
}

function watch(
  site: { stop(error: unknown): void },
  { timeoutMs, signal }: Limits,
  tooLong: (timeoutMs: number) => {
    readonly code: "transaction_timeout" | "snapshot_closed";
    readonly message: string;
  },
): () => void {
  const abort = (): void => site.stop(signal?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (timeoutMs !== undefined) {
    timer = setTimeout(() => {
      const { code, message } = tooLong(timeoutMs);
      site.stop(new ModelVaultError(code, message, { timeoutMs }));
    }, timeoutMs);
  }
  const release = signal === undefined ? undefined : onAbort(signal, abort);
  if (signal?.aborted === true) abort();
  return () => {
    clearTimeout(timer);
    release?.();
  };
}
