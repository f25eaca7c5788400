/**
 * Many calls on one signal: a server gives each request one, and all calls of the request. The signal gets one listener, however many they are, so
 * that Node does not warn of a leak; with the last call it loses it, for it may live much longer.
 */
const listening = new WeakMap<AbortSignal, { readonly calls: Set<() => void>; readonly tell: () => void }>();

/** Calls `aborted` once when the signal aborts, after what was said before it. Returns what takes that back. */
export function onAbort(signal: AbortSignal, aborted: () => void): () => void {
  let found = listening.get(signal);
  if (found === undefined) {
    const calls = new Set<() => void>();
    const tell = (): void => {
      listening.delete(signal);
      for (const call of calls) call();
    };
    found = { calls, tell };
    listening.set(signal, found);
    signal.addEventListener("abort", tell, { once: true });
  }
  const { calls, tell } = found;
  // Of its own, as the same function may be given twice.
  const call = (): void => aborted();
  calls.add(call);
  return () => {
    calls.delete(call);
    if (calls.size > 0 || listening.get(signal)?.calls !== calls) return;
    listening.delete(signal);
    signal.removeEventListener("abort", tell);
  };
}
