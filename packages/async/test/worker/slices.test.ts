/** The inside of a worker whose slices are over as soon as they begin, in this thread: what runs between the slices of what. */
import { MessageChannel } from "node:worker_threads";
import { Database, memoryStore } from "@modelvault/core";
import { expect, test } from "vitest";
import { type Answer, CALLED_OFF, type CallBatch, type Entry } from "../../src/protocol/messages.ts";
import { Asking } from "../../src/worker/asking.ts";
import { Outbox } from "../../src/worker/outbox.ts";
import { Server } from "../../src/worker/server.ts";
import { ShapeBook } from "../../src/worker/shape-book.ts";
import { answersOf } from "../support/answers.ts";
import { BOOKS } from "../support/shelf.ts";

interface Bench {
  readonly db: Database;
  /** Sends calls, without giving long ones another turn; returns the answers. */
  readonly send: (...calls: readonly Entry[]) => readonly Answer[];
  /** Gives long calls turn after turn until all is answered. */
  readonly drain: () => readonly Answer[];
  /** Has calls arrive behind those that are sent next. */
  readonly arrive: (...calls: readonly Entry[]) => void;
  /** How many turns there have been. */
  readonly turns: () => number;
}

const ROWS = 400;

/** A long query: it looks at every row. */
const NONE = { where: { op: "contains", path: "title", value: "zz" } };
const ALL = { where: { op: "contains", path: "title", value: "Title" } };

function bench(use: (bench: Bench) => void): void {
  const db = Database.open(memoryStore());
  db.register(BOOKS);
  db.collection("books").insertMany(Array.from({ length: ROWS }, (_, id) => ({ id, title: `Title ${id}` })));
  const answers: Answer[] = [];
  const outbox = new Outbox(new ShapeBook(), (batch) => answers.push(...answersOf(batch)));
  const { port1, port2 } = new MessageChannel();
  const asking = new Asking(port1, new Int32Array(new SharedArrayBuffer(4)), outbox);
  const later: (() => void)[] = [];
  const arrived: CallBatch[] = [];
  let time = 0;
  let turns = 0;
  const server = new Server({
    db,
    outbox,
    asking,
    reader: false,
    take: () => arrived.shift(),
    later: (work) => later.push(work),
    now: () => {
      time += 1000;
      return time;
    },
  });
  try {
    use({
      db,
      send(...calls) {
        server.receive({ calls, leastRevision: 0 });
        return answers.splice(0);
      },
      drain() {
        for (let work = later.shift(); work !== undefined; work = later.shift()) {
          turns++;
          work();
        }
        return answers.splice(0);
      },
      arrive: (...calls) => arrived.push({ calls, leastRevision: 0 }),
      turns: () => turns,
    });
    expect(db.verify().problems).toEqual([]);
    db.close();
  } finally {
    port1.close();
    port2.close();
  }
}

const idsOf = (answers: readonly Answer[]): unknown[] => answers.map(([, id]) => id);

test("short calls pass long ones; long ones take turns", () => {
  bench(({ send, drain, turns }) => {
    expect(send(["call", 1, 0, "countRows", ["books", NONE]])).toEqual([]);
    expect(send(["call", 2, 0, "countRows", ["books", ALL]])).toEqual([]);
    expect(idsOf(send(["run", 3, 0, "get", "books", [7]]))).toEqual([3]);
    expect(send(["run", 4, 0, "insert", "books", [{ id: 1000, title: "Title new" }]])).toEqual([
      ["values", 4, [1000]],
    ]);
    // The row that was stored meanwhile is in neither.
    expect(drain()).toEqual([
      ["values", 1, [0]],
      ["values", 2, [ROWS]],
    ]);
    expect(turns()).toBeGreaterThan(ROWS / 32);
  });
});

test("what comes to a transaction waits until its long query is done; others do not", () => {
  bench(({ db, send, drain }) => {
    send(["call", 1, 0, "begin", []]);
    expect(send(["call", 2, 1, "countRows", ["books", ALL]])).toEqual([]);
    expect(send(["run", 3, 1, "insert", "books", [{ id: 1000, title: "Title new" }]])).toEqual([]);
    expect(send(["call", 4, 1, "savepoint", []], ["call", 5, 4, "countRows", ["books", ALL]])).toEqual([]);
    expect(send(["call", 6, 4, "commit", []], ["call", 7, 1, "commit", []])).toEqual([]);
    expect(send(["call", 8, 0, "count", ["books"]])).toEqual([["values", 8, [ROWS]]]);
    expect(send(["run", 9, 0, "delete", "books", [0]])).toEqual([]);
    const answers = drain();
    expect(idsOf(answers)).toEqual([2, 3, 4, 5, 6, 7, 9]);
    expect(answers[0]).toEqual(["values", 2, [ROWS]]);
    expect(answers[3]).toEqual(["values", 5, [ROWS + 1]]);
    expect(db.collection("books").count()).toBe(ROWS);
  });
});

test("lists and iterations of a transaction are what it showed when they were asked for", () => {
  bench(({ send, drain }) => {
    send(["call", 1, 0, "begin", []]);
    for (const [id, op] of [
      [2, "rows"],
      [4, "iterate"],
    ] as const) {
      send(["call", id, 1, op, ["books", ALL]]);
      send(["call", id + 1, 1, "deleteRows", ["books", { where: { op: "<", path: "id", value: 10 * id } }]]);
      const rows: number[] = [];
      for (let answers = drain(); answers.length > 0; answers = [...send(["more", id, 9]), ...drain()])
        for (const answer of answers) if (answer[0] === "chunk") rows.push(answer[3].length);
      expect(rows.reduce((sum, count) => sum + count, 0)).toBe(op === "rows" ? ROWS : ROWS - 20);
    }
    send(["call", 9, 1, "rollback", []]);
  });
});

test("a large deletion lets reads in, which see nothing of it, and keeps later writes waiting", () => {
  bench(({ db, send, drain }) => {
    expect(send(["call", 1, 0, "deleteRows", ["books", ALL]])).toEqual([]);
    expect(send(["call", 2, 0, "count", ["books"]])).toEqual([["values", 2, [ROWS]]]);
    expect(idsOf(send(["run", 3, 0, "get", "books", [7]]))).toEqual([3]);
    expect(send(["run", 4, 0, "insert", "books", [{ id: 7, title: "Seven" }]])).toEqual([]);
    expect(drain()).toEqual([
      ["values", 1, [ROWS]],
      ["values", 4, [7]],
    ]);
    expect(db.collection("books").count()).toBe(1);
  });
});

test("so does a large group of writes", () => {
  bench(({ db, send, drain }) => {
    const rows = Array.from({ length: 100 }, (_, n) => ({ id: 1000 + n, title: `More ${n % 99}` }));
    expect(send(["run", 1, 0, "insert", "books", rows])).toEqual([]);
    expect(send(["call", 200, 0, "count", ["books"]])).toEqual([["values", 200, [ROWS]]]);
    expect(drain()).toEqual([
      ["values", 1, rows.slice(0, 99).map(({ id }) => id)],
      ["error", 100, expect.objectContaining({ code: "unique_violation" })],
    ]);
    expect(db.collection("books").count()).toBe(ROWS + 99);
  });
});

test("writes that arrive while a group runs join it; what else arrives is served", () => {
  bench(({ db, send, drain, arrive }) => {
    const before = db.revision();
    expect(
      send([
        "run",
        1,
        0,
        "insert",
        "books",
        [
          { id: 1000, title: "A" },
          { id: 1001, title: "B" },
        ],
      ]),
    ).toEqual([]);
    arrive(["run", 3, 0, "insert", "books", [{ id: 1002, title: "A" }]], ["run", 4, 0, "get", "books", [7]]);
    arrive(["run", 5, 0, "insert", "books", [{ id: 1003, title: "C" }]], ["call", 6, 0, "begin", []]);
    arrive(["run", 7, 0, "insert", "books", [{ id: 1004, title: "D" }]]);
    expect(drain()).toEqual([
      ["rows", 4, 0, [expect.any(Number)]],
      ["values", 1, [1000, 1001]],
      ["error", 3, expect.objectContaining({ code: "unique_violation" })],
      ["values", 5, [1003]],
      ["values", 6, [undefined]],
    ]);
    expect(db.revision()).toBe(before + 1);
    send(["call", 8, 6, "rollback", []]);
    expect(drain()).toEqual([]);
    expect(db.collection("books").count()).toBe(ROWS + 4);
  });
});

test("verification lets reads in; writes wait for it", () => {
  bench(({ send, drain, turns }) => {
    expect(send(["call", 1, 0, "verify", []])).toEqual([]);
    expect(idsOf(send(["run", 2, 0, "get", "books", [7]]))).toEqual([2]);
    expect(send(["run", 3, 0, "delete", "books", [7]])).toEqual([]);
    expect(drain()).toEqual([
      ["values", 1, [expect.objectContaining({ ok: true, rowsChecked: ROWS })]],
      ["values", 3, [true]],
    ]);
    expect(turns()).toBeGreaterThan(ROWS / 32);
  });
});

test("a long query that was called off ends at its next slice, and what waited for it goes on", () => {
  bench(({ send, drain }) => {
    send(["call", 1, 0, "begin", []]);
    const claim = new Int32Array(new SharedArrayBuffer(4));
    expect(send(["call", 2, 1, "countRows", ["books", ALL], claim])).toEqual([]);
    expect(send(["run", 3, 1, "delete", "books", [7]])).toEqual([]);
    Atomics.store(claim, 0, CALLED_OFF);
    expect(drain()).toEqual([["values", 3, [true]]]);
    expect(send(["call", 4, 1, "countRows", ["books", ALL]])).toEqual([]);
    expect(send(["run", 5, 1, "delete", "books", [8]])).toEqual([]);
    expect(send(["leave", 4])).toEqual([["values", 5, [true]]]);
    send(["call", 9, 1, "rollback", []]);
  });
});
