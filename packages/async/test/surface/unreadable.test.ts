/** Arguments that cannot be read: what the synchronous surface says of them, the asynchronous one says too, and both name the argument. */
import { Database, memoryStore } from "@modelvault/core";
import { afterAll, describe, expect, test } from "vitest";
import { AsyncDatabase } from "../../src/index.ts";
import { type Operation, outcomeOf } from "../support/both.ts";

const asynchronous = await AsyncDatabase.openInMemory();
const synchronous = Database.open(memoryStore());
for (const db of [asynchronous, synchronous])
  await db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
afterAll(async () => {
  await asynchronous.close();
  synchronous.close();
});

function revoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

function throwing(name: PropertyKey, value: object = {}): never {
  return Object.defineProperty(value, name, {
    enumerable: true,
    get() {
      throw new Error("boom");
    },
  }) as never;
}

const CASES: Readonly<Record<string, readonly [code: string, names: string, operation: Operation]>> = {
  "a key": ["primary_key_invalid", '"id"', (db) => db.collection("t").get(revoked())],
  "a key with a getter": ["primary_key_invalid", '"id"', (db) => db.collection("t").get(throwing("id"))],
  "a key to look for": ["primary_key_invalid", '"id"', (db) => db.collection("t").has(revoked())],
  "a key to delete": ["primary_key_invalid", '"id"', (db) => db.collection("t").delete(revoked())],
  "a key to update": ["primary_key_invalid", '"id"', (db) => db.collection("t").update(revoked(), {})],
  "one of many keys": ["primary_key_invalid", '"id"', (db) => db.collection("t").getMany([revoked()])],
  "a list of keys": ["argument_invalid", "keys", (db) => db.collection("t").getMany(throwing(0, [1]))],
  "no list of keys": ["argument_invalid", "keys", (db) => db.collection("t").getMany(revoked())],
  "a row": ["row_unreadable", "the row", (db) => db.collection("t").insert(throwing("id"))],
  "no row": ["row_unreadable", "the row", (db) => db.collection("t").put(revoked())],
  "a row of many": ["row_unreadable", "Row 1", (db) => db.collection("t").insertMany([{ id: 1 }, revoked()])],
  "no rows": ["argument_invalid", "rows", (db) => db.collection("t").insertMany(revoked())],
  "a patch": ["row_unreadable", "the row", (db) => db.collection("t").update(1, throwing("id"))],
  "an operand": ["query_value_invalid", '"id"', (db) => db.collection("t").where("id", "=", revoked()).all()],
  operands: [
    "argument_invalid",
    "predicate",
    (db) => db.collection("t").where("id", "in", revoked()).count(),
  ],
  "an element of operands": [
    "argument_invalid",
    "predicate",
    (db) =>
      db
        .collection("t")
        .where("id", "in", throwing(0, [1]))
        .first(),
  ],
  "a predicate": ["argument_invalid", "predicate", (db) => db.collection("t").where(revoked()).exists()],
  "a part of it": ["argument_invalid", "predicate", (db) => db.collection("t").where(throwing("op")).all()],
  "a path": ["argument_invalid", "path", (db) => db.collection("t").orderBy(revoked()).all()],
  "selected paths": ["argument_invalid", "paths", (db) => db.collection("t").query().select(revoked()).all()],
  "a spec": ["argument_invalid", "spec", (db) => db.collection("t").query(revoked()).all()],
};

describe.each(Object.entries(CASES))("%s that cannot be read", (_, [code, names, operation]) => {
  test(`is refused by name, with ${code}`, async () => {
    // The synchronous surface may throw at the call that builds.
    const expected = await outcomeOf(async (db) => operation(db), synchronous);
    expect(expected).toMatchObject({ code, message: expect.stringContaining(names) });
    expect(await outcomeOf(operation, asynchronous)).toEqual(expected);
  });
});

test("options that cannot be read are refused by name", async () => {
  const options = await outcomeOf((db) => db.collection("t").get(1, revoked()), asynchronous);
  expect(options).toMatchObject({ code: "argument_invalid", message: expect.stringContaining("options") });
});
