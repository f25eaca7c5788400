import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { memoryStore, type StoreDriver } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { AsyncDatabase } from "../../src/index.ts";
import { workerExecArgv } from "../../src/link/worker-module.ts";
import { temporaryPaths, testDriver } from "../support/drivers.ts";
import { killWorkers, workerCount } from "../support/kill.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();

describe("opening", () => {
  test("rejects with what the driver throws, cause included, or says what is wrong with the driver", async () => {
    const failing = AsyncDatabase.open(testDriver("brokenStore"));
    await expect(failing).rejects.toEqual(coded("file_not_vault"));
    await expect(failing).rejects.toMatchObject({
      name: "ModelVaultError",
      details: { path: "x" },
      cause: { name: "TypeError", message: "deep" },
    });
    const invalid = coded("argument_invalid");
    await expect(AsyncDatabase.open(undefined as never)).rejects.toEqual(invalid);
    await expect(AsyncDatabase.open({ ...memoryStore(), factory: "nope" })).rejects.toEqual(invalid);
    const nowhere = new URL("./no-such-driver.mjs", import.meta.url).href;
    await expect(AsyncDatabase.open({ ...memoryStore(), moduleUrl: nowhere })).rejects.toMatchObject({
      code: "argument_invalid",
      details: { argument: "driver.moduleUrl", actual: nowhere },
      cause: { message: expect.stringContaining("no-such-driver") },
    });
    const unclonable = AsyncDatabase.open({ ...memoryStore(), args: [() => 1] });
    await expect(unclonable).rejects.toMatchObject({
      code: "argument_invalid",
      details: { argument: "driver.args" },
    });
    await expect(AsyncDatabase.openInMemory({ reader: 1 } as never)).rejects.toEqual(invalid);
    for (const wrong of [
      { integers: "exact" },
      { lockWaitMs: -1 },
      { observer: 1 },
      { readers: 1.5 },
      { maxQueued: 0 },
      { resourceLimits: 1 },
      { execArgv: "x" },
      { execArgv: ["--max-old-space-size=100"] },
    ])
      await expect(AsyncDatabase.openInMemory(wrong as never)).rejects.toEqual(invalid);
  });

  test("that fails leaves no worker, whatever the driver leaves behind", async () => {
    const before = workerCount();
    await expect(AsyncDatabase.open(testDriver("untidyStore"))).rejects.toEqual(coded("store_io"));
    await expect.poll(workerCount).toBe(before);
  });

  test("works in a process whose options are not for workers", () => {
    const program = fileURLToPath(new URL("../support/exit.mjs", import.meta.url));
    const flags = ["--max-old-space-size=512", "--stack-trace-limit=20", "--expose-gc", "--no-warnings"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "stored 1\n", stderr: "" });
  });

  test("keeps workers from what would lead them to sources, and gives them the other options they take", () => {
    expect(workerExecArgv(["--max-old-space-size=512", "--import", "./a.mjs"])).toBe(undefined);
    const sources = "modelvault-source";
    for (const condition of [
      [`--conditions=${sources}`],
      ["--conditions", sources],
      ["-C", sources],
      [`-C=${sources}`],
    ])
      expect(
        workerExecArgv(["--expose-gc", "-C", "x", ...condition, "--import=./a.mjs", "--title", "t"]),
      ).toEqual(["-C", "x", "--import=./a.mjs"]);
  });

  test("names the path, and reports to the observer", async () => {
    const path = pathOf("observed.modelvault");
    const reports: string[] = [];
    const db = await open(fileStore(path), {
      observer: {
        onOpen: ({ driver }) => reports.push(`open ${driver}`),
        onCommit: ({ revision }) => reports.push(`commit ${typeof revision}`),
        onQuery: ({ collection, rowsReturned }) => reports.push(`query ${collection} ${rowsReturned}`),
      },
    });
    expect(db.path).toBe(path);
    await db.register(BOOKS);
    await db.collection("books").all();
    expect(reports).toEqual(["open file", "commit number", "query books 0"]);
  });
});

describe("closing", () => {
  test("waits for what was asked before, transactions included, and takes nothing more", async () => {
    const db = await AsyncDatabase.open(fileStore(pathOf("drain.modelvault")));
    await db.register(BOOKS);
    const books = db.collection("books");
    const writes = Array.from({ length: 50 }, (_, n) => books.insert({ id: n, title: `Title ${n}` }));
    const transaction = db.transaction(async (tx) => {
      await new Promise((resolve) => setImmediate(resolve));
      await tx.collection("books").insert({ id: 100, title: "In" });
      await db.collection("books").insert({ id: 101, title: "Joined" });
    });
    const closing = db.close();
    expect(db.close()).toBe(closing);
    const refused = coded("database_closed");
    await expect(books.count()).rejects.toEqual(refused);
    await expect(db.transaction(async () => 1)).rejects.toEqual(refused);
    await expect(books.all()).rejects.toEqual(refused);
    await closing;
    await transaction;
    expect(await Promise.all(writes)).toHaveLength(50);
    await expect(books.get(1)).rejects.toEqual(refused);
    const again = await open(fileStore(db.path as string));
    expect(await again.collection("books").count()).toBe(52);
  });

  test("is not needed for the process to end, once nothing is pending", () => {
    const program = fileURLToPath(new URL("../support/exit.mjs", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "stored 1\n", stderr: "" });
  });
});

describe("calling off", () => {
  test("a call that waits never runs; one whose signal says so already is not made", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    const books = db.collection("books");
    const tx = await db.begin();
    const abort = new AbortController();
    const { signal } = abort;
    const waiting = [
      books.insert({ id: 1, title: "One" }, { signal }),
      books.insertMany([{ id: 2, title: "Two" }], { signal }),
      db.verify({ signal }),
    ];
    abort.abort("enough");
    for (const call of waiting) await expect(call).rejects.toBe("enough");
    await expect(books.get(1, { signal })).rejects.toBe("enough");
    await expect(books.all({ signal })).rejects.toBe("enough");
    await expect(books.iterate({ signal }).next()).rejects.toBe("enough");
    await tx.commit();
    expect(await books.count()).toBe(0);
    const calm = new AbortController();
    expect(await books.insert({ id: 3, title: "Three" }, { signal: calm.signal })).toBe(3);
    calm.abort();
    expect(await books.count()).toBe(1);
    await expect(books.get(3, { signal: 5 } as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(books.get(3, { sign: 5 } as never)).rejects.toEqual(coded("argument_invalid"));
  });

  test("a running query stops at its next chunk, and its snapshot is released", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(Array.from({ length: 3000 }, (_, n) => ({ id: n, title: `Title ${n}` })));
    const abort = new AbortController();
    let rows = 0;
    const reading = (async () => {
      for await (const _row of books.iterate({ signal: abort.signal }))
        if (++rows === 700) abort.abort(new Error("stop"));
    })();
    await expect(reading).rejects.toThrow("stop");
    expect(rows).toBeLessThan(3000);
    const stream = books.iterate();
    await stream.next();
    await expect(stream.throw?.(new Error("thrown in"))).rejects.toThrow("thrown in");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await Promise.all([1, 2, 3].map(() => books.iterate().next()))).toHaveLength(3);
  });
});

test("more calls than maxQueued are refused, those of an open transaction never", async () => {
  const db = await open(memoryStore(), { maxQueued: 10 });
  await db.register(BOOKS);
  const books = db.collection("books");
  const tx = await db.begin();
  const waiting = Array.from({ length: 10 }, (_, n) => books.insert({ id: n, title: `Title ${n}` }));
  await expect(books.count()).rejects.toEqual(coded("overloaded"));
  await expect(books.all()).rejects.toEqual(coded("overloaded"));
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => tx.collection("books").insert({ id: 100 + n, title: `In ${n}` })),
  );
  await tx.commit();
  await Promise.all(waiting);
  expect(await books.count()).toBe(30);
});

test("nor are more taken while a worker is started again", async () => {
  const db = await open(fileStore(pathOf("queue.modelvault")), { maxQueued: 10 });
  await db.register(BOOKS);
  await killWorkers();
  const calls = Array.from({ length: 12 }, () => db.collectionNames());
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 10 }, () => "fulfilled"),
    "rejected",
    "rejected",
  ]);
  expect(outcomes[11]).toMatchObject({ reason: { code: "overloaded" } });
});

describe("a worker that dies", () => {
  test("rejects what was in flight; the engine is started again, and every acknowledged write is there", async () => {
    const db = await open(fileStore(pathOf("killed.modelvault")));
    await db.register(BOOKS);
    const books = db.collection("books");
    for (let round = 0; round < 2; round++) {
      const acknowledged = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          books.insert({ id: round * 100 + n, title: `Title ${round} ${n}` }),
        ),
      );
      const tx = await db.begin();
      await tx.collection("books").insert({ id: 5000 + round, title: `Not committed ${round}` });
      const inFlight = [
        tx.collection("books").count(),
        books.insert({ id: 9000 + round, title: `In flight ${round}` }),
      ];
      const killed = killWorkers();
      for (const call of inFlight) await expect(call).rejects.toEqual(coded("worker_died"));
      await killed;
      await expect(tx.commit()).rejects.toEqual(coded("worker_died"));
      expect(await books.getMany(acknowledged)).not.toContain(undefined);
      expect(await books.has(5000 + round)).toBe(false);
      expect((await db.verify()).problems).toEqual([]);
    }
  });

  test("while it is being started again is started once more", async () => {
    const db = await open(fileStore(pathOf("again.modelvault")));
    await db.register(BOOKS);
    await db.collection("books").insert({ id: 1, title: "One" });
    const doomed = new Promise((resolve) => process.once("worker", (worker) => resolve(worker.terminate())));
    await killWorkers();
    const counting = db.collection("books").count();
    await doomed;
    expect(await counting).toBe(1);
  });

  test("ends a database in memory, of which nothing is left", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    await killWorkers();
    await expect(db.collectionNames()).rejects.toEqual(coded("worker_died"));
    await expect(db.transaction(async () => 1)).rejects.toEqual(coded("worker_died"));
    await db.close();
  });

  test("of memory says so, with Node's error as the cause", async () => {
    const driver: StoreDriver = testDriver("hungryStore");
    const db = await open(driver, {
      resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 8 },
    });
    await expect(db.verify()).rejects.toMatchObject({
      code: "worker_died",
      cause: { code: "ERR_WORKER_OUT_OF_MEMORY" },
    });
  });
});
