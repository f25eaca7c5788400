/** Ends workers as a fault would, from outside: nothing in the package is told of it beforehand. Import it before a database is opened. */
import type { Worker } from "node:worker_threads";

const workers: Worker[] = [];
process.on("worker", (worker) => {
  workers.push(worker);
  worker.once("exit", () => {
    workers.splice(workers.indexOf(worker), 1);
  });
});

/** Ends the workers that live now: all of them, or those at some places in the order of their starting. */
export async function killWorkers(...places: readonly number[]): Promise<void> {
  const doomed = places.length === 0 ? [...workers] : places.map((place) => workers[place] as Worker);
  await Promise.all(doomed.map((worker) => worker.terminate()));
}

/** How many workers live now. */
export function workerCount(): number {
  return workers.length;
}
