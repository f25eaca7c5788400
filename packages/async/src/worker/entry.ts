/** Where a worker starts: opens the database with the driver it was named, says how that went, and serves. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Database, type DatabaseObserver, type StoreDriver } from "@modelvault/core";
import type {
  AnswerBatch,
  CallBatch,
  DriverReference,
  Leave,
  NotOpened,
  Opened,
  SingleAnswer,
  SingleCall,
  WorkerStart,
} from "../protocol/messages.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import { Asking } from "./asking.ts";
import { loadFunction } from "./load-function.ts";
import { Outbox } from "./outbox.ts";
import { Server } from "./server.ts";
import { ShapeBook } from "./shape-book.ts";

async function build({ moduleUrl, factory, args }: DriverReference): Promise<StoreDriver> {
  const make = await loadFunction(moduleUrl, factory, { module: "driver.moduleUrl", name: "driver.factory" });
  return make(...args) as StoreDriver;
}

function observerOf(observed: readonly string[], outbox: () => Outbox): DatabaseObserver {
  return Object.fromEntries(
    observed.map((method) => [method, (report: unknown) => outbox().add(["report", method, report])]),
  );
}

/** Leaves when told to; hands on what is to be done. */
function heed(message: CallBatch | SingleCall | Leave | undefined): CallBatch | undefined {
  if (message === undefined || "calls" in message) return message;
  if ("leave" in message) return process.exit(0);
  const [leastRevision, id, scope, op, collection, item] = message;
  return { calls: [["run", id, scope, op, collection, [item]]], leastRevision };
}

async function main(port: MessagePort, start: WorkerStart): Promise<void> {
  const outbox = new Outbox(new ShapeBook(), (batch: AnswerBatch | SingleAnswer, transfer) =>
    port.postMessage(batch, transfer),
  );
  let db: Database;
  let opened: Opened;
  try {
    const driver = await build(start.driver);
    let traits: { readonly persistent: boolean; readonly sharing: string } | undefined;
    const watched: StoreDriver = {
      ...driver,
      open() {
        const store = driver.open();
        traits = store.traits;
        return store;
      },
    };
    db = Database.open(watched, { ...start.options, observer: observerOf(start.observed, () => outbox) });
    const revision = db.revision();
    outbox.revision = revision;
    const persistent = traits?.persistent === true;
    opened = { opened: true, revision, persistent, shared: persistent && traits?.sharing === "writers" };
  } catch (error) {
    port.postMessage({ opened: false, error: errorToWire(error) } satisfies NotOpened);
    port.close();
    return;
  }
  // Behind the driver's own, so that the store is released when this is heard.
  process.on("exit", () => {
    Atomics.store(start.gone, 0, 1);
    Atomics.notify(start.gone, 0);
  });
  const server = new Server({
    db,
    outbox,
    asking: new Asking(start.asked, start.bell, outbox),
    reader: start.role === "reader",
    take: () =>
      start.role === "reader"
        ? undefined
        : heed(
            (receiveMessageOnPort(port) as { readonly message: CallBatch | SingleCall | Leave } | undefined)
              ?.message,
          ),
    later: (work) => setImmediate(work),
    now: () => performance.now(),
  });
  port.on("message", (message: CallBatch | SingleCall | Leave) => {
    const batch = heed(message);
    if (batch !== undefined) server.receive(batch);
  });
  port.postMessage(opened);
  outbox.flush();
}

if (parentPort !== null) await main(parentPort, workerData as WorkerStart);
