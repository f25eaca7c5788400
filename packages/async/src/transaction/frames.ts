/**
 * Which transaction the code that runs now belongs to. A frame goes along with a callback's asynchronous work, so a call made anywhere
 * inside it is known as its own, and one of another task never is. Frames of nested transactions hang on each other.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Frame {
  /** The transaction: known by what it is, not by what it can do. */
  readonly site: object;
  /** Whether calls on the database join this transaction. */
  readonly joins: boolean;
  readonly outer: Frame | undefined;
}

const storage = new AsyncLocalStorage<Frame | undefined>();

export function currentFrame(): Frame | undefined {
  return storage.getStore();
}

/** Runs a callback inside a transaction. */
export function runInFrame<T>(site: object, joins: boolean, callback: () => T): T {
  return storage.run({ site, joins, outer: storage.getStore() }, callback);
}

/** Runs a callback outside of every transaction. */
export function runOutside<T>(callback: () => T): T {
  return storage.run(undefined, callback);
}

/** Whether the code that runs now is inside a callback of this transaction or of one nested in it. */
export function isInside(site: object): boolean {
  for (let frame = storage.getStore(); frame !== undefined; frame = frame.outer)
    if (frame.site === site) return true;
  return false;
}
