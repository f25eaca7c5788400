/** The time of the present tick in milliseconds: calls by the thousand that are made in one tick look at the clock once. */
let time = 0;
let isFresh = false;

export function tickTime(): number {
  if (!isFresh) {
    time = performance.now();
    isFresh = true;
    queueMicrotask(forget);
  }
  return time;
}

function forget(): void {
  isFresh = false;
}
