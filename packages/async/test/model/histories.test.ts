/**
 * Random tasks run side by side on one database; what each of them saw is held against a model. Every key must be linearizable, every
 * transaction whole or nothing to everyone else. ASYNC_HISTORIES runs more of them: `ASYNC_HISTORIES=5000 npx vitest run packages/async/test/model`.
 */
import { isModelVaultError, memoryStore } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AsyncCollection, AsyncDatabase } from "../../src/index.ts";
import { temporaryPaths } from "../support/drivers.ts";
import { ownDatabases } from "../support/shelf.ts";
import { type Event, insert, isLinearizable, put, read, remove, set } from "./linearizable.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();
const HISTORIES = Number(process.env.ASYNC_HISTORIES ?? 120);

const KEYS = 3;
type Step =
  | { readonly kind: "get" | "put" | "insert" | "delete" | "first"; readonly key: number }
  | { readonly kind: "both" }
  | { readonly kind: "count" }
  | { readonly kind: "yield"; readonly turns: number }
  | {
      readonly kind: "transaction";
      readonly fate: "commit" | "throw";
      readonly how: "callback" | "by hand";
      readonly turns: number;
      readonly nested: boolean;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("get", "put", "insert", "delete", "first"),
      key: fc.nat(KEYS - 1),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "both" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "count" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("yield" as const), turns: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("transaction" as const),
      fate: fc.constantFrom("commit" as const, "throw" as const),
      how: fc.constantFrom("callback" as const, "by hand" as const),
      turns: fc.nat(2),
      nested: fc.boolean(),
    }),
  },
);
const tasks = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 5 });

type Rows = AsyncCollection<{ id: number; tag: number }>;

/** One run: its own keys, a clock of calls and answers, and what was seen. */
class History {
  readonly #db: AsyncDatabase;
  readonly #base: number;
  readonly #events: Event[][] = Array.from({ length: KEYS + 2 }, () => []);
  readonly #counter: number;
  #clock = 0;
  #tag = 0;
  #counted = 0;
  /** Tags of transactions that were rolled back: nobody else may see them. */
  readonly #gone = new Set<number>();

  constructor(db: AsyncDatabase, number: number) {
    this.#db = db;
    this.#base = number * 100;
    this.#counter = this.#base + 99;
  }

  async run(program: readonly (readonly Step[])[]): Promise<void> {
    const rows = this.#rows(this.#db);
    await rows.insert({ id: this.#counter, tag: 0 });
    await Promise.all(
      program.map(async (steps) => {
        for (const each of steps) await this.#do(each, rows);
      }),
    );
    expect((await rows.get(this.#counter))?.tag).toBe(this.#counted);
    for (const events of this.#events) expect(isLinearizable(events)).toBe(true);
  }

  #rows(db: Pick<AsyncDatabase, "collection">): Rows {
    return db.collection("rows");
  }

  async #do(each: Step, rows: Rows): Promise<void> {
    const tag = ++this.#tag;
    switch (each.kind) {
      case "yield":
        return turns(each.turns);
      case "count":
        this.#counted++;
        await rows.update(this.#counter, (row) => ({ ...row, tag: row.tag + 1 }));
        return;
      case "get":
        return this.#note(each.key, async () =>
          read(this.#visible((await rows.get(this.#base + each.key))?.tag)),
        );
      case "first":
        return this.#note(each.key, async () =>
          read(this.#visible((await rows.where("id", "=", this.#base + each.key).first())?.tag)),
        );
      case "put":
        return this.#note(each.key, async () => put(tag, await rows.put({ id: this.#base + each.key, tag })));
      case "delete":
        return this.#note(each.key, async () => remove(await rows.delete(this.#base + each.key)));
      case "insert":
        return this.#note(each.key, async () =>
          insert(tag, await stored(rows.insert({ id: this.#base + each.key, tag }))),
        );
      case "both":
        return this.#readBoth(rows);
      default:
        return this.#transact(each, tag);
    }
  }

  /** A call and its answer, on the clock. */
  async #note(key: number, call: () => Promise<Event["apply"]>): Promise<void> {
    const called = ++this.#clock;
    const apply = await call();
    this.#events[key]?.push({ called, answered: ++this.#clock, apply });
  }

  #visible(tag: number | undefined): number | undefined {
    if (tag !== undefined) expect(this.#gone.has(tag)).toBe(false);
    return tag;
  }

  /** Two rows that only transactions write, always with one tag. */
  async #readBoth(rows: Rows): Promise<void> {
    const called = ++this.#clock;
    const keys = [this.#base + KEYS, this.#base + KEYS + 1];
    const [first, second] =
      called % 2 === 0
        ? await rows.getMany(keys)
        : await this.#db.read(async (view) => {
            const one = await this.#rows(view).get(keys[0] as number);
            await turns(1);
            return [one, await this.#rows(view).get(keys[1] as number)];
          });
    const answered = ++this.#clock;
    expect(second?.tag).toBe(first?.tag);
    const tag = this.#visible(first?.tag);
    for (const key of [KEYS, KEYS + 1]) this.#events[key]?.push({ called, answered, apply: read(tag) });
  }

  async #transact(how: Extract<Step, { kind: "transaction" }>, tag: number): Promise<void> {
    const called = ++this.#clock;
    if (how.fate === "throw") this.#gone.add(tag);
    const work = async (rows: Rows, nest: (inner: () => Promise<void>) => Promise<void>): Promise<void> => {
      await rows.put({ id: this.#base + KEYS, tag });
      await turns(how.turns);
      if (how.nested) {
        await expect(
          nest(async () => {
            await rows.put({ id: this.#base + KEYS, tag: -1 });
            throw new Error("inner");
          }),
        ).rejects.toThrow("inner");
      }
      await rows.put({ id: this.#base + KEYS + 1, tag });
      expect((await rows.get(this.#base + KEYS))?.tag).toBe(tag);
      if (how.fate === "throw") throw new Error("rolled back");
    };
    const running =
      how.how === "callback"
        ? this.#db.transaction((tx) => work(this.#rows(this.#db), (inner) => tx.transaction(inner)))
        : this.#byHand(work);
    if (how.fate === "throw") {
      await expect(running).rejects.toThrow("rolled back");
      return;
    }
    await running;
    const answered = ++this.#clock;
    for (const key of [KEYS, KEYS + 1]) this.#events[key]?.push({ called, answered, apply: set(tag) });
  }

  async #byHand(
    work: (rows: Rows, nest: (inner: () => Promise<void>) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await using tx = await this.#db.begin();
    await work(this.#rows(tx), (inner) => tx.transaction(inner));
    await tx.commit();
  }
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}

async function stored(inserting: Promise<unknown>): Promise<boolean> {
  try {
    await inserting;
    return true;
  } catch (error) {
    if (isModelVaultError(error, "row_exists")) return false;
    throw error;
  }
}

async function check(db: AsyncDatabase, runs: number): Promise<void> {
  await db.register({
    name: "rows",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "tag", type: "int64" },
    ],
    indexes: [{ path: "tag" }],
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(tasks, async (program) => {
      await new History(db, ++number).run(program);
    }),
    { numRuns: runs },
  );
  expect((await db.verify()).problems).toEqual([]);
}

test("what tasks see of a database in memory can be explained by an order of their calls", async () => {
  await check(await open(memoryStore()), HISTORIES);
});

test("so can what they see of one in LMDB, with two readers", async () => {
  await check(await open(lmdbStore(pathOf("histories.lmdb")), { readers: 2 }), Math.ceil(HISTORIES / 4));
});

test("what cannot be explained is found", () => {
  const at = (called: number, answered: number, apply: Event["apply"]): Event => ({
    called,
    answered,
    apply,
  });
  expect(isLinearizable([at(1, 2, put(1, false)), at(3, 4, read(1))])).toBe(true);
  expect(isLinearizable([at(1, 4, put(1, false)), at(2, 3, read(undefined))])).toBe(true);
  // A stale read, a write that was lost, a row that was stored twice, a value that was never written.
  expect(isLinearizable([at(1, 2, put(1, false)), at(3, 4, read(undefined))])).toBe(false);
  expect(isLinearizable([at(1, 2, put(1, false)), at(3, 4, put(2, true)), at(5, 6, read(1))])).toBe(false);
  expect(isLinearizable([at(1, 4, insert(1, true)), at(2, 3, insert(2, true))])).toBe(false);
  expect(isLinearizable([at(1, 2, put(1, false)), at(3, 4, read(7))])).toBe(false);
  // Two reads that saw two writes in different orders.
  expect(
    isLinearizable([
      at(1, 9, set(1)),
      at(1, 9, set(2)),
      at(2, 3, read(1)),
      at(4, 5, read(2)),
      at(6, 7, read(1)),
    ]),
  ).toBe(false);
});
