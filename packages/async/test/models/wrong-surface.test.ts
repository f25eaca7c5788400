/** Functions of the one surface, given a handle of the other: refused by type, and by name. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import * as models from "@modelvault/models";
import { collection, defineModel, history, openWith, plan, planRevert, revert } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import * as asynchronous from "../../src/index.ts";
import {
  asyncApply,
  asyncCheck,
  asyncCollection,
  asyncHistory,
  asyncOpenWith,
  asyncPlan,
  asyncPlanRevert,
  asyncRevert,
} from "../../src/index.ts";
import { sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
const Book = defineModel("books", z.object({ id: z.string() }), { primaryKey: "id" });

function refusalOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error, "argument_invalid")) return error.message;
    throw error;
  }
  return undefined;
}

test("synchronous functions name the asynchronous ones, which exist", async () => {
  const db = await shelf.db();
  const empty = models.plan({ collectionNames: () => [], schema: () => null as never }, []);
  const refused: readonly (readonly [name: string, work: () => unknown])[] = [
    // @ts-expect-error An asynchronous database is none of the synchronous API.
    ["asyncCollection", () => collection(db, Book)],
    // @ts-expect-error
    ["asyncPlan", () => plan(db, [Book])],
    // @ts-expect-error
    ["asyncApply", () => models.apply(db, empty)],
    // @ts-expect-error
    ["asyncOpenWith", () => openWith(db, [Book])],
    // @ts-expect-error
    ["asyncHistory", () => history(db)],
    // @ts-expect-error
    ["asyncPlanRevert", () => planRevert(db)],
    // @ts-expect-error
    ["asyncRevert", () => revert(db)],
    // @ts-expect-error
    ["asyncCheck", () => empty.check(db)],
  ];
  for (const [name, work] of refused) {
    expect(refusalOf(work)).toContain(`use ${name} with it`);
    expect(asynchronous).toHaveProperty(name);
  }
  await db.transaction(async (tx) => {
    // @ts-expect-error
    expect(refusalOf(() => collection(tx, Book))).toContain("use asyncCollection");
  });
});

test("asynchronous functions name the synchronous ones", async () => {
  using db = Database.open(memoryStore());
  const empty = plan(db, []);
  const refused: readonly (readonly [name: string, work: () => Promise<unknown>])[] = [
    // @ts-expect-error A synchronous database is no asynchronous one.
    ["collection", () => asyncCollection(db, Book)],
    // @ts-expect-error
    ["plan", () => asyncPlan(db, [Book])],
    // @ts-expect-error
    ["apply", () => asyncApply(db, empty)],
    // @ts-expect-error
    ["openWith", () => asyncOpenWith(db, [Book])],
    // @ts-expect-error
    ["history", () => asyncHistory(db)],
    // @ts-expect-error
    ["planRevert", () => asyncPlanRevert(db)],
    // @ts-expect-error
    ["revert", () => asyncRevert(db)],
    // @ts-expect-error
    ["the method check of a plan", () => asyncCheck(db, empty)],
  ];
  for (const [name, work] of refused) {
    await expect(work()).rejects.toMatchObject({
      code: "argument_invalid",
      message: expect.stringContaining(`use ${name} of @modelvault/models`),
    });
    if (!name.includes(" ")) expect(models).toHaveProperty(name);
  }
});
