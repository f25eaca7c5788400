import {
  type CommitReport,
  Database,
  type DatabaseObserver,
  ModelVaultError,
  memoryStore,
  type QueryReport,
  type StoreMaintenance,
} from "@modelvault/core";
import { describe, expect, it, vi } from "vitest";
import { driverOf, withParts } from "../support/shared-store.ts";
import { book, errorOf, openLibrary, openVault } from "../support/vault.ts";

describe("opening", () => {
  it("refuses what is no driver, and says what one looks like", () => {
    for (const driver of ["app.modelvault", null, undefined, {}, 5]) {
      const error = errorOf(() => Database.open(driver as never));
      expect(error).toMatchObject({ code: "argument_invalid", details: { argument: "driver" } });
      expect(error.message).toContain("memoryStore()");
    }
  });

  it("is the one way to a database", () => {
    const Constructor = Database as never as new () => Database;
    expect(errorOf(() => new Constructor()).code).toBe("argument_invalid");
  });

  it("refuses options it does not know or that have a wrong value", () => {
    const wrong: [unknown, string, string][] = [
      [{ integer: "bigint" }, "options.integer", 'Did you mean "integers"?'],
      [{ integers: "float" }, "options.integers", '"number" or "bigint"'],
      [{ lockWaitMs: -1 }, "options.lockWaitMs", "milliseconds"],
      [{ lockWaitMs: "5" }, "options.lockWaitMs", "milliseconds"],
      [{ lockWaitMs: Number.NaN }, "options.lockWaitMs", "milliseconds"],
      [{ observer: 1 }, "options.observer", "object"],
      [{ observer: { onOpen: 1 } }, "options.observer.onOpen", "a function"],
      [{ observer: { onCommitted: () => 1 } }, "options.observer.onCommitted", 'Did you mean "onCommit"?'],
      [{ now: 1 }, "options.now", "function"],
      [[], "options", "an object"],
      ["bigint", "options", "an object"],
    ];
    for (const [options, argument, text] of wrong) {
      const error = errorOf(() => Database.open(memoryStore(), options as never));
      expect(error).toMatchObject({ code: "argument_invalid", details: { argument } });
      expect(error.message).toContain(text);
    }
  });

  it("closes the store when it cannot read the catalogue", () => {
    const close = vi.fn();
    const store = memoryStore().open();
    const transaction = store.begin();
    transaction.put({ kind: "catalog" }, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]), new Uint8Array([9, 9, 9]));
    transaction.commit();
    expect(errorOf(() => Database.open(driverOf(withParts(store, { close })))).code).toBe(
      "catalog_payload_invalid",
    );
    expect(close).toHaveBeenCalledOnce();
  });

  it("gives each memory store its own content", () => {
    const driver = memoryStore();
    const first = Database.open(driver);
    const second = Database.open(driver);
    first.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    expect(second.collectionNames()).toEqual([]);
    first.close();
    second.close();
  });
});

describe("integers", () => {
  const fields = [
    { path: "id", type: "int64" },
    { path: "big", type: { optional: "uint64" } },
    { path: "at", type: { optional: "timestamp" } },
  ] as const;

  it("come back as numbers by default, and a value that does not fit is never rounded", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields });
    const rows = db.collection("t");
    rows.insert({ id: 1, big: 2n ** 64n - 1n });
    rows.insert({ id: 2, big: 7, at: 1_796_000_000_123_456 });
    expect(rows.get(2)).toEqual({ id: 2, big: 7, at: 1_796_000_000_123_456 });
    const error = errorOf(() => rows.get(1));
    expect(error).toMatchObject({ code: "integer_unsafe", details: { field: "big" } });
    expect(error.message).toContain("1");
    expect(rows.where("big", ">", 2 ** 53 - 1).count()).toBe(1);
    expect(
      rows
        .where("big", "=", 2n ** 64n - 1n)
        .select("id")
        .all(),
    ).toEqual([{ id: 1 }]);
    rows.update(2, { big: 8 });
    expect(db.verify().ok).toBe(true);
  });

  it("come back as bigints on request", () => {
    const db = openVault({ integers: "bigint" });
    db.register({ name: "t", primaryKey: "id", fields });
    const rows = db.collection("t");
    rows.insert({ id: 1, big: 2n ** 64n - 1n, at: -5 });
    expect(rows.get(1n)).toEqual({ id: 1n, big: 2n ** 64n - 1n, at: -5n });
  });
});

describe("an observer", () => {
  it("is told of opens, commits and queries, with durations by the given clock", () => {
    let time = 0;
    const onOpen = vi.fn();
    const commits: CommitReport[] = [];
    const queries: QueryReport[] = [];
    const db = openVault({
      now: () => (time += 2),
      observer: {
        onOpen,
        onCommit: (report) => commits.push(report),
        onQuery: (report) => queries.push(report),
      },
    });
    expect(onOpen).toHaveBeenCalledWith({ driver: "memory", collections: 0, durationMs: 2 });
    db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    db.collection("t").insert({ id: 1 });
    db.transaction(() => undefined);
    expect(commits.map(({ operations }) => operations)).toEqual([1, 1]);
    expect(commits.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(commits.map(({ durationMs }) => durationMs)).toEqual([2, 2]);
    db.collection("t").where("id", "=", 1).all();
    expect(queries).toHaveLength(1);
    expect(queries[0]).toMatchObject({ collection: "t", rowsExamined: 1, rowsReturned: 1 });
  });

  it("is told of conflicts, and passes them on", () => {
    const conflicts: string[] = [];
    const store = memoryStore().open();
    const db = Database.open(driverOf(store), {
      observer: { onConflict: ({ code }) => conflicts.push(code) },
    });
    const foreign = store.begin();
    expect(errorOf(() => db.transaction(() => 1)).code).toBe("store_busy");
    foreign.abort();
    expect(conflicts).toEqual(["store_busy"]);
    db.close();
  });

  it("is told of a commit that lost, which changed nothing", () => {
    const conflicts: string[] = [];
    const store = memoryStore().open();
    const losing = withParts(store, {
      begin: (options) => {
        const transaction = store.begin(options);
        const commit = (): never => {
          transaction.abort();
          throw new ModelVaultError("store_conflict", "Another writer was faster.");
        };
        return new Proxy(transaction, {
          get: (target, name) => {
            if (name === "commit") return commit;
            const part: unknown = Reflect.get(target, name);
            return typeof part === "function" ? part.bind(target) : part;
          },
        });
      },
    });
    const db = Database.open(driverOf(losing), {
      observer: { onConflict: ({ code }) => conflicts.push(code) },
    });
    const descriptor = { name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] } as const;
    expect(errorOf(() => db.register(descriptor)).code).toBe("store_conflict");
    expect(conflicts).toEqual(["store_conflict"]);
    expect(db.collectionNames()).toEqual([]);
    db.close();
  });

  it("that throws breaks nothing, and is heard in a microtask of its own", async () => {
    const observer: DatabaseObserver = {
      onCommit: () => {
        throw new Error("observer");
      },
    };
    const heard = await uncaughtIn(() => {
      const db = openVault({ observer });
      db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
      expect(db.collectionNames()).toEqual(["t"]);
    });
    expect(heard).toMatchObject([{ message: "observer" }]);
  });

  it("hears of a commit although the clock fails, and the clock's error is heard apart", async () => {
    const commits: CommitReport[] = [];
    let broken = false;
    const now = (): number => {
      if (broken) throw new Error("clock");
      return 0;
    };
    const heard = await uncaughtIn(() => {
      const db = openLibrary({
        observer: {
          onCommit(report) {
            commits.push(report);
            broken = false;
          },
        },
        now,
      });
      broken = true;
      expect(db.collection("books").insert(book("a"))).toBe("a");
    });
    expect(commits.at(-1)?.durationMs).toBeNaN();
    expect(heard.map((error) => (error as Error).message)).toEqual(["clock", "clock"]);
  });
});

/** What work throws outside of its own call. */
async function uncaughtIn(work: () => void): Promise<unknown[]> {
  const heard: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const listen = (error: unknown): void => void heard.push(error);
  process.on("uncaughtException", listen);
  try {
    work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("uncaughtException", listen);
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  return heard;
}

describe("the path", () => {
  it("is where the driver says the vault is", () => {
    expect(openVault().path).toBeUndefined();
    const db = Database.open({ ...memoryStore(), location: "app.modelvault" });
    db.close();
    expect(db.path).toBe("app.modelvault");
  });
});

describe("stats", () => {
  it("count rows and index entries by collection", () => {
    const db = openLibrary();
    db.collection("books").insertMany([book("a"), book("b", { year: null })]);
    expect(db.stats()).toMatchObject({
      driver: "memory",
      revision: 2,
      collections: [
        {
          name: "books",
          version: 1,
          rows: 2,
          indexes: [
            { name: "year_idx", unique: false, entries: 1 },
            { name: "title_unique", unique: true, entries: 2 },
            { name: "author.name_idx", unique: false, entries: 2 },
          ],
        },
      ],
    });
  });
});

describe("maintenance", () => {
  it("that a store cannot do is refused, not skipped", () => {
    const db = openVault();
    for (const [name, call] of [
      ["checkpoint", () => db.checkpoint()],
      ["compact", () => db.compact()],
      ["copyTo", () => db.copyTo("elsewhere")],
      ["snapshotBytes", () => db.snapshotBytes()],
    ] as const) {
      expect(errorOf(call)).toMatchObject({
        code: "unsupported_operation",
        details: { operation: name, driver: "memory" },
      });
    }
    expect(errorOf(() => db.copyTo("")).code).toBe("argument_invalid");
  });

  it("that a store can do is passed on, progress too", () => {
    const calls: unknown[] = [];
    const maintenance: StoreMaintenance = {
      checkpoint: () => void calls.push("checkpoint"),
      compact: (onProgress) => onProgress?.({ done: 1, total: 1, unit: "rows" }),
      snapshotBytes: () => Uint8Array.of(1, 2, 3),
      verify: () => ["page 3 is torn"],
      stats: () => ({ fileBytes: 12 }),
    };
    const db = Database.open(driverOf(withParts(memoryStore().open(), { maintenance })));
    db.checkpoint();
    db.compact((progress) => calls.push(progress));
    expect(calls).toEqual(["checkpoint", { done: 1, total: 1, unit: "rows" }]);
    expect(db.snapshotBytes()).toEqual(Uint8Array.of(1, 2, 3));
    expect(db.verify()).toMatchObject({
      ok: false,
      problems: [{ rule: "store", message: "page 3 is torn" }],
    });
    expect(db.stats().store).toEqual({ fileBytes: 12 });
    db.close();
  });
});
