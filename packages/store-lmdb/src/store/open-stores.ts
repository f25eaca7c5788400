/**
 * The stores that this thread has open, closed when it ends. lmdb 3.5.6 waits for itself for ever when an environment is torn down in the middle
 * of a write transaction, and nobody else could write meanwhile. (`worker.terminate()`, and `process.exit()` of the main thread, end a worker without
 * a word: whoever starts workers must let them close first.)
 */
interface Closable {
  /** Closes whatever is going on. */
  closeNow(): void;
}

const open: Set<Closable> = new Set();
let isWatching = false;

export function closeAtExit(store: Closable): void {
  open.add(store);
  if (isWatching) return;
  isWatching = true;
  process.on("exit", () => {
    for (const each of open) each.closeNow();
  });
}

export function closedBefore(store: Closable): void {
  open.delete(store);
}
