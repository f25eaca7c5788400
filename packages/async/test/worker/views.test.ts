import { MessageChannel } from "node:worker_threads";
import { Database, memoryStore } from "@modelvault/core";
import { expect, test } from "vitest";
import type { Answer, Entry } from "../../src/protocol/messages.ts";
import { Asking } from "../../src/worker/asking.ts";
import { Outbox } from "../../src/worker/outbox.ts";
import { Server } from "../../src/worker/server.ts";
import { ShapeBook } from "../../src/worker/shape-book.ts";
import { answersOf } from "../support/answers.ts";

/** A worker's inside in this thread, and what it answers. */
function served(db: Database, use: (ask: (entry: Entry) => readonly Answer[]) => void): void {
  const answers: Answer[] = [];
  const outbox = new Outbox(new ShapeBook(), (batch) => answers.push(...answersOf(batch)));
  const { port1, port2 } = new MessageChannel();
  const asking = new Asking(port1, new Int32Array(new SharedArrayBuffer(4)), outbox);
  const server = new Server({
    db,
    outbox,
    asking,
    reader: true,
    take: () => undefined,
    later: setImmediate,
    now: () => 0,
  });
  try {
    use((entry) => {
      server.receive({ calls: [entry], leastRevision: 0 });
      return answers.splice(0);
    });
  } finally {
    port1.close();
    port2.close();
  }
}

test("a view whose opening nobody waits for any longer is closed, and no other", () => {
  using db = Database.open(memoryStore());
  served(db, (ask) => {
    expect(ask(["call", 1, 0, "openView", []])).toEqual([["values", 1, [0]]]);
    expect(ask(["call", 2, 0, "openView", []])).toEqual([["values", 2, [0]]]);
    expect(ask(["leave", 1])).toEqual([]);
    expect(ask(["call", 3, 1, "collectionNames", []])).toMatchObject([
      ["error", 3, { code: "transaction_closed" }],
    ]);
    expect(ask(["call", 4, 2, "collectionNames", []])).toEqual([["values", 4, [[]]]]);
  });
});
