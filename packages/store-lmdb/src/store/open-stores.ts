/**
 * The stores that this thread has open, closed when it ends. lmdb 3.5.6 waits for itself for ever when an environment is torn down in the middle
 * of a write transaction, and nobody else could write meanwhile. The main thread also waits for the transactions of others, which end when it ends.
 * (`worker.terminate()` ends a worker without a word: whoever does it must let the worker close first.)
 */
import { isMainThread } from "node:worker_threads";
import { endTransactions } from "../native/transactions-open.ts";

interface Closable {
  /** Closes whatever is going on. */
  closeNow(): void;
}

const open: Set<Closable> = new Set();

process.on("exit", () => {
  for (const each of open) each.closeNow();
  if (isMainThread) endTransactions();
});

export function closeAtExit(store: Closable): void {
  open.add(store);
}

export function closedBefore(store: Closable): void {
  open.delete(store);
}
