/** Opening with models, history and reverting on the asynchronous surface: each as its counterpart of the synchronous API. */
import { Database, memoryStore } from "@modelvault/core";
import {
  apply,
  collection,
  defineModel,
  history,
  openWith,
  type Plan,
  plan,
  planFromJson,
  planRevert,
  revert,
} from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type AsyncDatabase,
  asyncApply,
  asyncCollection,
  asyncHistory,
  asyncOpenWith,
  asyncPlan,
  asyncPlanRevert,
  asyncRevert,
} from "../../src/index.ts";
import { temporaryPaths } from "../support/drivers.ts";
import { coded, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
const pathOf = temporaryPaths();

const V1 = defineModel("books", z.object({ id: z.string() }), { primaryKey: "id" });
const SAFE = defineModel("books", z.object({ id: z.string(), note: z.string().optional() }), {
  primaryKey: "id",
});
const DATA = defineModel("books", z.object({ id: z.string(), note: z.string().default("none") }), {
  primaryKey: "id",
});

/** A database without collections and without memories. */
async function emptied(): Promise<AsyncDatabase> {
  const db = await shelf.db();
  for (const [key] of await db.notes()) await db.setNote(key, undefined);
  return db;
}

describe("opening with models", () => {
  test("a driver or a database that is open; what is as the models say is left alone", async () => {
    const path = pathOf("open.modelvault");
    const first = await asyncOpenWith(fileStore(path), [V1], { onDiff: "apply", program: "test 1" });
    await (await asyncCollection(first, V1)).insert({ id: "a" });
    const revision = await first.revision();
    expect(await asyncOpenWith(first, [V1])).toBe(first);
    expect(await first.revision()).toBe(revision);
    await first.close();
    // The database that it opened is closed again, or the next one could not be.
    await expect(asyncOpenWith(fileStore(path), [SAFE])).rejects.toMatchObject({
      code: "models_differ",
      message: expect.stringContaining('+ books: add field "note" (optional string)'),
    });
    const second = await asyncOpenWith(fileStore(path), [SAFE], { onDiff: "apply-safe", program: "test 2" });
    expect((await asyncHistory(second)).map(({ program }) => program)).toEqual(["test 1", "test 2"]);
    await expect(asyncOpenWith(second, [DATA], { onDiff: "apply-safe" })).rejects.toMatchObject({
      code: "models_differ",
      details: { safety: "data" },
    });
    await asyncOpenWith(second, [DATA], { onDiff: "apply" });
    expect(await second.collection("books").all()).toEqual([{ id: "a", note: "none" }]);
    await second.close();
    using sync = openWith(fileStore(path), [DATA]);
    expect(history(sync)).toHaveLength(3);
  });

  test("refuses options and places that make no sense, and nothing is applied when its signal says so", async () => {
    const db = await emptied();
    await expect(asyncOpenWith(db, [V1], { onDiff: "later" as never })).rejects.toEqual(
      coded("argument_invalid"),
    );
    await expect(asyncOpenWith(db, [V1], null as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(asyncOpenWith(db, [{} as never])).rejects.toEqual(coded("argument_invalid"));
    await expect(asyncOpenWith(null as never, [V1])).rejects.toEqual(coded("argument_invalid"));
    const thrown = new Error("not now");
    const onDiff = "apply";
    await expect(asyncOpenWith(db, [V1], { onDiff, signal: AbortSignal.abort(thrown) })).rejects.toBe(thrown);
    await expect(
      asyncOpenWith(memoryStore(), [V1], { onDiff, signal: AbortSignal.abort(thrown) }),
    ).rejects.toBe(thrown);
    expect(await db.collectionNames()).toEqual([]);
  });

  test("services that start at the same time do it once", async () => {
    const db = await emptied();
    await Promise.all([1, 2, 3].map(() => asyncOpenWith(db, [V1], { onDiff: "apply" })));
    expect(await asyncHistory(db)).toHaveLength(1);
  });
});

describe("reverting", () => {
  test("undoes the last migration, and says why where it cannot, as the synchronous API", async () => {
    const db = await emptied();
    using sync = Database.open(memoryStore());
    const now = () => 5;
    for (const model of [V1, SAFE]) {
      await asyncApply(db, await asyncPlan(db, [model]), { now });
      apply(sync, plan(sync, [model]), { now });
    }
    expect(await asyncHistory(db)).toEqual(history(sync));
    expect(await db.read((view) => asyncHistory(view))).toEqual(history(sync));
    const planned: Plan = await asyncPlanRevert(db);
    expect(planned.toJSON()).toEqual(planRevert(sync).toJSON());
    await (await asyncCollection(db, SAFE)).insert({ id: "a", note: "used" });
    collection(sync, SAFE).insert({ id: "a", note: "used" });
    await expect(asyncRevert(db)).rejects.toMatchObject({
      code: "migration_irreversible",
      message: expect.stringContaining("rows have values in it by now"),
    });
    expect(() => revert(sync)).toThrow("rows have values in it by now");
    await db.collection("books").delete("a");
    const undone = await db.transaction((tx) => asyncRevert(tx, { now, program: "undo" }));
    expect(undone).toMatchObject({ changed: true, entry: { number: 3, reverts: 2, program: "undo" } });
    expect((await asyncPlan(db, [V1])).isEmpty).toBe(true);
    await asyncRevert(db, { now });
    expect(await db.collectionNames()).toEqual([]);
    await expect(asyncPlanRevert(db)).rejects.toEqual(coded("migration_irreversible"));
    expect((await asyncHistory(db)).map(({ reverts }) => reverts)).toEqual([undefined, undefined, 2, 1]);
  });
});

test("notes of a renamed collection are known under its new name while it is changed", async () => {
  const union = (...kinds: readonly [string, ...string[]]) =>
    z.object({
      id: z.string(),
      what: z.discriminatedUnion("kind", [
        z.object({ kind: z.enum(kinds) }),
        z.object({ kind: z.literal("ticket"), cents: z.int() }),
      ]),
    });
  const Before = defineModel("before", union("free"), { primaryKey: "id" });
  const After = defineModel(
    "after",
    z.object({
      id: z.string(),
      what: z.object({ kind: z.enum(["free", "ticket"]), cents: z.int().optional() }),
    }),
    { primaryKey: "id", renamedFrom: "before" },
  );
  const db = await emptied();
  using sync = Database.open(memoryStore());
  const now = () => 5;
  for (const model of [Before, After]) {
    await asyncApply(db, await asyncPlan(db, [model]), { now });
    apply(sync, plan(sync, [model]), { now });
    expect(await db.notes()).toEqual(sync.notes());
  }
});

test("a plan that came as JSON is applied, an empty one without a transaction", async () => {
  const db = await emptied();
  const json = JSON.stringify(await asyncPlan(db, [V1]));
  expect(await asyncApply(db, planFromJson(JSON.parse(json)))).toMatchObject({ changed: true });
  const revision = await db.revision();
  expect(await asyncApply(db, await asyncPlan(db, [V1]))).toEqual({ changed: false });
  expect(await db.revision()).toBe(revision);
  await expect(asyncApply(db, {} as never)).rejects.toEqual(coded("argument_invalid"));
  await expect(asyncApply(db, await asyncPlan(db, [V1]), { program: 5 as never })).rejects.toEqual(
    coded("argument_invalid"),
  );
});
