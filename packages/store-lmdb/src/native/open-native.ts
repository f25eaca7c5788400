/** Opening an environment of LMDB, and what has to be looked at when other processes open, close and write it at the same time. */
import { constants } from "node:os";
import { type NativeEnv, type NativeTxn, native } from "./addon.ts";
import { codeOf } from "./codes.ts";
import type { Figures } from "./figures.ts";

const NO_SUBDIR = 0x4000;
export const READ_ONLY = 0x2_0000;
const NO_READ_AHEAD = 0x80_0000;

export interface EnvironmentOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly mapBytes: number;
  readonly readersMax: number;
  readonly readAhead: boolean;
}

/** How often to look, a millisecond apart, whether a commit that is being written shows itself. */
const LOOKS = 16;
const OPENINGS_MAX = 200;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/**
 * Opens the file and begins a read transaction, which takes a place among the readers. Whoever closes a file as the last one destroys the locks in
 * the lock file, and another process that opened it at that moment, too late to be the first, has those: it gives them up, and opens anew.
 * @param keyBytes where keys are passed. @throws what the addon throws
 */
export function openNative(
  { path, readOnly, mapBytes, readersMax, readAhead }: EnvironmentOptions,
  keyBytes: Uint8Array,
): { readonly env: NativeEnv; readonly first: NativeTxn } {
  const options = { path, keyBytes, maxDbs: 1, maxReaders: readersMax, mapSize: mapBytes };
  const flags = NO_SUBDIR | (readOnly ? READ_ONLY : 0) | (readAhead ? 0 : NO_READ_AHEAD);
  for (let opening = 1; ; opening++) {
    const env = new native.Env();
    env.open(options, flags, 0);
    try {
      env.readerCheck();
      return { env, first: new native.Txn(env, READ_ONLY) };
    } catch (error) {
      env.close();
      if (codeOf(error) !== constants.errno.EINVAL || opening === OPENINGS_MAX) throw error;
    }
    Atomics.wait(PAUSE, 0, 0, 1);
  }
}

/** Whether the first transaction shows a state before the last commit, which may be about to show itself, or be hidden. */
export function hidesCommit(env: NativeEnv, first: NativeTxn, figures: Figures): boolean {
  // Later ones were not hidden by this opening.
  const { lastTxnId } = env.info();
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) Atomics.wait(PAUSE, 0, 0, 1);
    native.resetTxn(first.address);
    first.renew();
    if (figures.newestReader() >= lastTxnId) return false;
  }
  return true;
}
