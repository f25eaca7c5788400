/**
 * How many write transactions the threads of this process have open, in memory that they share. lmdb 3.5.6 waits for itself for ever when a thread is
 * torn down in the middle of one, and threads are torn down without a word when the main thread ends: by `process.exit()`, or by an error that
 * nobody catches. So the main thread waits, when it ends, until none is open, and none begins from then on. It can do so for threads that were
 * started after it had loaded this package.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { ModelVaultError } from "@modelvault/core";

const KEY = "modelvault.store-lmdb.transactions";
const ENDING = 0;
const OPEN = 1;

/** How long to wait for one and the same number: a thread that was terminated in a transaction never ends it. */
const PATIENCE_MS = 30_000;

const words: Int32Array<SharedArrayBuffer> = sharedWords();

function sharedWords(): Int32Array<SharedArrayBuffer> {
  const found: unknown = getEnvironmentData(KEY);
  if (found instanceof SharedArrayBuffer) return new Int32Array(found);
  const made = new Int32Array(new SharedArrayBuffer(8));
  if (isMainThread) setEnvironmentData(KEY, made.buffer);
  return made;
}

/** Before LMDB is asked for a transaction. */
export function enterTransaction(): void {
  Atomics.add(words, OPEN, 1);
}

/** Before LMDB is asked for a transaction, and when it has given one, which may have taken a while. @throws store_closed */
export function refuseEnding(): void {
  if (Atomics.load(words, ENDING) === 0) return;
  throw new ModelVaultError("store_closed", "The process is ending: no transaction begins any more.");
}

/** When it is over, or was not given. */
export function leaveTransaction(): void {
  Atomics.sub(words, OPEN, 1);
  Atomics.notify(words, OPEN);
}

/** When the main thread ends, and has none open itself. */
export function endTransactions(): void {
  Atomics.store(words, ENDING, 1);
  for (let open = Atomics.load(words, OPEN); open > 0; open = Atomics.load(words, OPEN))
    if (Atomics.wait(words, OPEN, open, PATIENCE_MS) === "timed-out") return;
}
