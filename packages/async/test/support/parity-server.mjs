// Keeps asynchronous databases for a thread that waits for each answer (`blocking-engine.ts`). Callbacks of transactions and views run there: while one does, its
// requests are served inside the callback here, so that they belong to it. Functions of rows are asked for in the middle of a statement, which stands still.
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { AsyncDatabase } from "@modelvault/async";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { readOut } from "../../dist/protocol/odd-values.js";
import { errorFromWire, errorToWire } from "../../dist/protocol/wire-errors.js";

const { port, bell, asked, answered } = workerData;
const drivers = { file: fileStore, lmdb: lmdbStore };
const handles = new Map();
let handleNext = 1;

const waiting = [];
const arrived = [];
port.on("message", (message) => {
  const taker = waiting.shift();
  if (taker === undefined) arrived.push(message);
  else taker(message);
});

function next() {
  const message = arrived.shift();
  return message === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(message);
}

function tell(message) {
  port.postMessage(message);
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

function kept(handle) {
  const id = handleNext++;
  handles.set(id, handle);
  return id;
}

/** Serves requests until the callback that makes them has an answer. */
async function serve() {
  for (;;) {
    const message = await next();
    if (message.kind === "answer") return message;
    await handle(message);
  }
}

function result({ value, error }) {
  if (error !== undefined) throw errorFromWire(error);
  return value;
}

/** A callback of a transaction or a view: it gets a handle. */
const around = (fn) => async (scope) => {
  tell({ kind: "ask", fn, args: [], scope: kept(scope) });
  return result(await serve());
};

/** A function of a row: this thread stands still until the other has answered. */
const inTheMiddle = (fn) => (row) => {
  const rung = Atomics.load(answered, 0);
  tell({ kind: "ask", fn, args: [row] });
  for (;;) {
    const received = receiveMessageOnPort(asked);
    if (received !== undefined) {
      const { promise, ...answer } = received.message;
      return promise ? Promise.resolve({}) : readOut(result(answer));
    }
    Atomics.wait(answered, 0, rung, 1000);
  }
};

function* yielded({ rows, throws }) {
  for (const row of rows) yield readOut(row);
  if (throws !== undefined) throw errorFromWire(throws);
}

function revived(arg, method) {
  if ("rows" in arg) return yielded(arg);
  const { value, fn } = arg;
  if (fn === undefined) return readOut(value);
  if (typeof fn === "number")
    return method === "transaction" || method === "read" ? around(fn) : inTheMiddle(fn);
  return {
    ...readOut(value),
    ...Object.fromEntries(Object.entries(fn).map(([name, id]) => [name, inTheMiddle(id)])),
  };
}

async function handle({ target, chain }) {
  try {
    let at =
      target === 0
        ? { open: (path, store, options) => AsyncDatabase.open(drivers[store](path), options) }
        : handles.get(target);
    for (const [method, args] of chain) {
      // Mistakes in a query are told with the first row here, there when the iteration is made.
      if (method === "iterate") await at.explain({ run: false });
      at = await at[method](...args.map((arg) => revived(arg, method)));
    }
    if (at instanceof AsyncDatabase || typeof at?.next === "function")
      tell({ kind: "done", handle: kept(at) });
    else tell({ kind: "done", value: at });
  } catch (error) {
    tell({ kind: "done", error: errorToWire(error) });
  }
}

for (;;) await handle(await next());
