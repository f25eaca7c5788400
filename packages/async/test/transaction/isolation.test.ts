import { memoryStore } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AsyncDatabase } from "../../src/index.ts";
import { BOOKS, coded, ownDatabases, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
const open = ownDatabases();
let db: AsyncDatabase;

beforeEach(async () => {
  db = await shelf.db();
  await db.register(BOOKS);
  await db.collection("books").insert({ id: 1, title: "Emma" });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A clock for timeouts, which goes on when it is told to. */
function stoppedClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return (ms) => void vi.advanceTimersByTime(ms);
}

/** A gate that a test opens. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe("a transaction", () => {
  test("is joined by calls on the database inside its callback, however deep, and is committed as one", async () => {
    const result = await db.transaction(async (tx) => {
      await tx.collection("books").insert({ id: 2, title: "Kim" });
      const deeper = async (): Promise<void> => {
        await Promise.resolve();
        await db.collection("books").insert({ id: 3, title: "She" });
      };
      await Promise.all([deeper(), tx.collection("books").delete(1)]);
      expect(await db.collection("books").count()).toBe(2);
      expect(await db.collectionNames()).toEqual(["books"]);
      return "done";
    });
    expect(result).toBe("done");
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([2, 3]);
  });

  test("is rolled back when its callback rejects or throws", async () => {
    const insert = { id: 2, title: "Kim" };
    const failing = db.transaction(async (tx) => {
      await tx.collection("books").insert(insert);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const throwing = db.transaction(() => {
      throw new Error("at once");
    });
    await expect(throwing).rejects.toThrow("at once");
    expect(await db.collection("books").has(2)).toBe(false);
  });

  // Upstream's defect 11: its transactions belong to the handle, so while one task has one open, the inserts of every other task
  // join it; when the first task raises, rows that the others were told are stored are gone.
  test("never takes another task's write along: that waits, and survives the rollback", async () => {
    const begun = gate();
    const goOn = gate();
    const failing = db.transaction(async (tx) => {
      await tx.collection("books").insert({ id: 2, title: "Mine" });
      begun.open();
      await goOn.passed;
      throw new Error("rolled back");
    });
    await begun.passed;
    let settled = false;
    const other = db
      .collection("books")
      .insert({ id: 3, title: "Theirs" })
      .then((key) => {
        settled = true;
        return key;
      });
    // Reads of other tasks go on, and show committed state.
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([1]);
    expect(await db.collection("books").get(2)).toBeUndefined();
    expect(settled).toBe(false);
    goOn.open();
    await expect(failing).rejects.toThrow("rolled back");
    expect(await other).toBe(3);
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([1, 3]);
  });

  test("waits for those before it, in the order in which they came", async () => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0
          ? db.transaction(async (tx) => {
              order.push(n);
              await tx.collection("books").count();
            })
          : db
              .collection("books")
              .insert({ id: 100 + n, title: `Title ${n}` })
              .then(() => order.push(n)),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test("is no place for a task that outlives it", async () => {
    const ended = gate();
    let detached: Promise<unknown> = Promise.resolve();
    let outside: Promise<unknown> = Promise.resolve();
    await db.transaction(async () => {
      detached = ended.passed.then(() => db.collection("books").insert({ id: 4, title: "Late" }));
      outside = db.outside(() =>
        ended.passed.then(() => db.collection("books").insert({ id: 5, title: "Free" })),
      );
    });
    ended.open();
    await expect(detached).rejects.toEqual(coded("transaction_closed"));
    expect(await outside).toBe(5);
  });

  test("is over for its own handle when it has ended", async () => {
    const tx = await db.transaction(async (open) => open);
    await expect(tx.collection("books").count()).rejects.toEqual(coded("transaction_closed"));
    await expect(tx.transaction(async () => undefined)).rejects.toEqual(coded("transaction_closed"));
  });

  test("of one database is not that of another", async () => {
    const other = await open(memoryStore());
    await other.register(BOOKS);
    await expect(
      db.transaction(async () => {
        await other.collection("books").insert({ id: 9, title: "There" });
        throw new Error("here only");
      }),
    ).rejects.toThrow("here only");
    expect(await other.collection("books").has(9)).toBe(true);
  });

  test("refuses what cannot be done inside it", async () => {
    await db.transaction(async () => {
      const refused = coded("transaction_open");
      await expect(db.begin()).rejects.toEqual(refused);
      await expect(db.close()).rejects.toEqual(refused);
      await expect(db.verify()).rejects.toEqual(refused);
      await expect(db.compact()).rejects.toEqual(refused);
    });
    await expect(db.transaction(5 as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(db.transaction(async () => 1, { timeout: 5 } as never)).rejects.toEqual(
      coded("argument_invalid"),
    );
  });

  test("shows its own state in a view and by iteration", async () => {
    await db.transaction(async (tx) => {
      await tx.collection("books").insert({ id: 2, title: "Kim" });
      await db.read(async (view) => {
        expect(await view.collection("books").count()).toBe(2);
        await expect(view.collection("books").delete(1)).rejects.toEqual(coded("view_read_only"));
        await expect(view.collection("books").insertMany([])).rejects.toEqual(coded("view_read_only"));
      });
      const ids: unknown[] = [];
      for await (const row of tx.collection("books")) ids.push(row.id);
      expect(ids).toEqual([1, 2]);
    });
  });
});

describe("a transaction inside another", () => {
  test("is a savepoint: its failure leaves the rest", async () => {
    await db.transaction(async (tx) => {
      await tx.collection("books").insert({ id: 2, title: "Kim" });
      await expect(
        tx.transaction(async (inner) => {
          await inner.collection("books").insert({ id: 3, title: "She" });
          await db.collection("books").delete(1);
          throw new Error("inner");
        }),
      ).rejects.toThrow("inner");
      await db.transaction(async () => {
        await db.collection("books").insert({ id: 4, title: "Ivanhoe" });
      });
    });
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  test("keeps calls out that are not its own, until it has ended", async () => {
    await db.transaction(async (tx) => {
      const begun = gate();
      const goOn = gate();
      const inner = tx.transaction(async () => {
        await db.collection("books").insert({ id: 2, title: "Gone" });
        begun.open();
        await goOn.passed;
        throw new Error("inner");
      });
      await begun.passed;
      const beside = tx.collection("books").insert({ id: 3, title: "Stays" });
      const sibling = tx.transaction(async (own) =>
        own.collection("books").insert({ id: 4, title: "Stays too" }),
      );
      goOn.open();
      await expect(inner).rejects.toThrow("inner");
      await Promise.all([beside, sibling]);
    });
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([1, 3, 4]);
  });

  test("must be awaited by the one around it", async () => {
    let inner: Promise<unknown> = Promise.resolve();
    await expect(
      db.transaction(async (tx) => {
        const begun = gate();
        inner = tx.transaction(async () => {
          begun.open();
          await new Promise(() => undefined);
        });
        await begun.passed;
      }),
    ).rejects.toEqual(coded("transaction_open"));
    expect(await db.collection("books").count()).toBe(1);
    void inner;
  });
});

describe("a transaction begun by hand", () => {
  test("takes only calls on itself, and is committed by hand", async () => {
    const tx = await db.begin();
    await tx.collection("books").insert({ id: 2, title: "Kim" });
    const waiting = db.collection("books").insert({ id: 3, title: "She" });
    expect(await db.collection("books").has(2)).toBe(false);
    const revision = await tx.commit();
    expect(revision).toBeGreaterThan(0);
    expect(tx.ended).toBe(true);
    await waiting;
    expect(await db.collection("books").count()).toBe(3);
    await expect(tx.commit()).rejects.toEqual(coded("transaction_closed"));
    await tx.rollback();
  });

  test("is rolled back when it is left without a commit", async () => {
    {
      await using tx = await db.begin();
      await tx.collection("books").delete(1);
      await tx.transaction(async (inner) => inner.collection("books").insert({ id: 2, title: "Kim" }));
    }
    expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([1]);
  });
});

describe("limits of a transaction", () => {
  test("end it when its time is over, and let others go on", async () => {
    const pass = stoppedClock();
    const [inside, late] = [gate(), gate()];
    let tail: Promise<unknown> = Promise.resolve();
    const slow = db.transaction(
      async (tx) => {
        await tx.collection("books").insert({ id: 2, title: "Slow" });
        tail = late.passed.then(() => tx.collection("books").count());
        tail.catch(() => undefined);
        inside.open();
        await tail;
      },
      { timeoutMs: 20 },
    );
    const next = db.collection("books").insert({ id: 3, title: "Next" });
    await inside.passed;
    pass(20);
    await expect(slow).rejects.toEqual(coded("transaction_timeout"));
    expect(await next).toBe(3);
    late.open();
    await expect(tail).rejects.toEqual(coded("transaction_timeout"));
    expect(await db.collection("books").has(2)).toBe(false);
    await expect(db.transaction(async () => 1, { timeoutMs: 0 })).rejects.toEqual(coded("argument_invalid"));
  });

  test("end one begun by hand too", async () => {
    const pass = stoppedClock();
    const tx = await db.begin({ timeoutMs: 10 });
    const next = db.collection("books").insert({ id: 3, title: "Next" });
    pass(10);
    expect(await next).toBe(3);
    expect(tx.ended).toBe(true);
    const tooLate = coded("transaction_timeout");
    await expect(tx.collection("books").count()).rejects.toEqual(tooLate);
    await expect(tx.transaction(async () => 1)).rejects.toEqual(tooLate);
    await expect(tx.commit()).rejects.toEqual(tooLate);
    await tx.rollback();
  });

  test("are told to iterations in it, however they are made", async () => {
    await db
      .collection("books")
      .insertMany(Array.from({ length: 3000 }, (_, n) => ({ id: n + 10, title: `T ${n}` })));
    const pass = stoppedClock();
    const inside = gate();
    const rows: AsyncIterableIterator<unknown>[] = [];
    const stopped = db.transaction(
      async (tx) => {
        rows.push(tx.collection("books").iterate(), db.collection("books").iterate());
        for (const each of rows) await each.next();
        inside.open();
        await new Promise(() => undefined);
      },
      { timeoutMs: 100 },
    );
    await inside.passed;
    pass(100);
    await expect(stopped).rejects.toEqual(coded("transaction_timeout"));
    for (const each of rows)
      await expect(
        (async () => {
          for (;;) if ((await each.next()).done) return;
        })(),
      ).rejects.toEqual(coded("transaction_timeout"));
  });

  test("are told to calls of a savepoint inside it as well", async () => {
    const abort = new AbortController();
    let inner: Promise<unknown> = Promise.resolve();
    const outer = db.transaction(
      (tx) =>
        tx.transaction(async (savepoint) => {
          abort.abort(new Error("enough"));
          inner = savepoint.collection("books").delete(1);
          await inner;
        }),
      { signal: abort.signal },
    );
    await expect(outer).rejects.toThrow("enough");
    await expect(inner).rejects.toThrow("enough");
    expect(await db.collection("books").count()).toBe(1);
  });

  test("keep a callback from starting where the signal spoke after the worker had begun", async () => {
    let ran = false;
    for (const start of [
      (signal: AbortSignal) =>
        db.transaction(
          () => {
            ran = true;
          },
          { signal },
        ),
      (signal: AbortSignal) => db.begin({ signal }),
    ]) {
      const abort = new AbortController();
      const begun = start(abort.signal);
      // The call has gone out; its answer is in when this thread, held up meanwhile, goes on.
      await Promise.resolve();
      await Promise.resolve();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      abort.abort(new Error("late"));
      await expect(begun).rejects.toThrow("late");
    }
    expect(ran).toBe(false);
    expect(await db.collection("books").put({ id: 1, title: "Free" })).toBe(true);
  });

  test("are also what its signal says: waiting, it never begins; running, it is rolled back", async () => {
    const first = gate();
    const holding = db.transaction(async () => first.passed);
    const waitingAbort = new AbortController();
    let ran = false;
    const waiting = db.transaction(
      async () => {
        ran = true;
      },
      { signal: waitingAbort.signal },
    );
    waitingAbort.abort(new Error("no longer"));
    await expect(waiting).rejects.toThrow("no longer");
    first.open();
    await holding;
    expect(ran).toBe(false);

    const abort = new AbortController();
    const running = db.transaction(
      async (tx) => {
        await tx.collection("books").insert({ id: 2, title: "Kim" });
        abort.abort();
        await new Promise(() => undefined);
      },
      { signal: abort.signal },
    );
    await expect(running).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(await db.collection("books").has(2)).toBe(false);
    await expect(db.transaction(async () => 1, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("a view", () => {
  test("shows one state across awaits, whatever is committed meanwhile, for as long as it may live", async () => {
    const seen = await db.read(async (view) => {
      await db.collection("books").insert({ id: 2, title: "Kim" });
      const rows = await view.collection("books").all();
      const ids: unknown[] = [];
      for await (const row of view.collection("books").where("id", ">", 0)) ids.push(row.id);
      await expect(view.collection("books").put({ id: 9, title: "No" })).rejects.toEqual(
        coded("view_read_only"),
      );
      return [rows.length, await view.collection("books").count(), ids];
    });
    expect(seen).toEqual([1, 1, [1]]);
    const kept = await db.read((view) => view);
    await expect(kept.collection("books").count()).rejects.toEqual(coded("snapshot_closed"));
    const pass = stoppedClock();
    const [inside, late] = [gate(), gate()];
    let tail: Promise<unknown> = Promise.resolve();
    const slow = db.read(
      async (view) => {
        tail = late.passed.then(() => view.collection("books").count());
        tail.catch(() => undefined);
        inside.open();
        await tail;
      },
      { timeoutMs: 5 },
    );
    await inside.passed;
    pass(5);
    await expect(slow).rejects.toEqual(coded("snapshot_closed"));
    late.open();
    await expect(tail).rejects.toEqual(coded("snapshot_closed"));
  });

  test("whose callback never ends is closed when its time is over, and keeps no database open", async () => {
    const own = await open(memoryStore());
    await own.register(BOOKS);
    const pass = stoppedClock();
    const [entered, again] = [gate(), gate()];
    const never = (inside: () => void) => () => {
      inside();
      return new Promise<never>(() => undefined);
    };
    const stuck = own.read(never(entered.open), { timeoutMs: 10 });
    await entered.passed;
    pass(10);
    await expect(stuck).rejects.toEqual(coded("snapshot_closed"));
    await expect(stuck).rejects.toThrow("open for 10 ms");
    const inside = own.transaction(() => own.read(never(again.open), { timeoutMs: 5 }));
    await again.passed;
    pass(5);
    await expect(inside).rejects.toEqual(coded("snapshot_closed"));
    vi.useRealTimers();
    await own.close();
  });

  test("ends when its signal says so, and its calls hear why", async () => {
    const abort = new AbortController();
    const { signal } = abort;
    let late: Promise<unknown> = Promise.resolve();
    const stopped = db.read(
      async (view) => {
        abort.abort(new Error("enough"));
        late = view.collection("books").count();
        late.catch(() => undefined);
        await new Promise(() => undefined);
      },
      { signal },
    );
    await expect(stopped).rejects.toThrow("enough");
    await expect(late).rejects.toThrow("enough");
    let ran = false;
    const never = db.transaction(() =>
      db.read(
        () => {
          ran = true;
        },
        { signal },
      ),
    );
    await expect(never).rejects.toThrow("enough");
    expect(ran).toBe(false);
  });

  test("gives the lists that were asked for before its end, and ends its iterations", async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({
      id: n + 10,
      title: `Title ${n} ${"y".repeat(100)}`,
    }));
    await db.collection("books").insertMany(rows);
    const { all, many, iteration } = await db.read(async (view) => {
      const books = view.collection("books");
      const iteration = books.iterate();
      await iteration.next();
      return { all: { promise: books.all() }, many: { promise: books.getMany([2999, 1]) }, iteration };
    });
    expect(await all.promise).toHaveLength(3001);
    expect(await many.promise).toMatchObject([{ id: 2999 }, { id: 1 }]);
    await expect(iteration.next()).rejects.toEqual(coded("snapshot_closed"));
  });

  test("is no place to close the database from, which waits for it", async () => {
    const own = await open(memoryStore());
    await own.read(async () => {
      await expect(own.close()).rejects.toEqual(coded("transaction_open"));
    });
    await own.close();
  });
});
