import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";

const Note = defineModel("notes", z.object({ id: z.uuid(), text: z.string().min(1) }), {
  primaryKey: "id",
  generate: "uuidv7",
});
const Ticket = defineModel("tickets", z.object({ number: z.int(), text: z.string().min(1) }), {
  primaryKey: "number",
  generate: "autoincrement",
});

const open = () => Database.open(memoryStore());
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
};

describe("uuidv7", () => {
  test("rows without a key get one, which insert returns; rows with a key keep it", () => {
    using db = open();
    const notes = collection(db, Note);
    const id = notes.insert({ text: "a" });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(notes.get(id)).toEqual({ id, text: "a" });
    const own = "0189abcd-1234-7abc-9def-0123456789ab";
    expect(notes.insert({ id: own, text: "b" })).toBe(own);
    notes.insertMany([{ text: "c" }, { text: "d" }]);
    notes.put({ text: "e" });
    expect(notes.count()).toBe(5);
    expect(
      notes
        .where("text", "in", ["a", "c", "d", "e"])
        .orderBy("id")
        .all()
        .map(({ text }) => text),
    ).toEqual(["a", "c", "d", "e"]);
    expect(codeOf(() => notes.insert({ id: null as never, text: "x" }))).toBe("validation_failed");
    expect(codeOf(() => notes.insert("x" as never))).toBe("validation_failed");
  });

  test("an update function may leave the key out", () => {
    using db = open();
    const notes = collection(db, Note);
    const id = notes.insert({ text: "a" });
    expect(notes.update(id, ({ text }) => ({ text: `${text}!` }))).toEqual({ id, text: "a!" });
  });

  test("a key that is text takes them too", () => {
    using db = open();
    const Text = defineModel("texts", z.object({ id: z.string() }), { primaryKey: "id", generate: "uuidv7" });
    expect(collection(db, Text).insert({})).toHaveLength(36);
  });
});

describe("autoincrement", () => {
  test("rows are numbered from 1", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    expect(tickets.insert({ text: "a" })).toBe(1);
    expect(tickets.insert({ text: "b" })).toBe(2);
    expect(tickets.insertMany([{ text: "c" }, { text: "d" }])).toBe(2);
    expect(tickets.all().map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  test("a number is not given out again when its row is deleted", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    tickets.insertMany([{ text: "a" }, { text: "b" }]);
    tickets.query().delete();
    expect(collection(db, Ticket).insert({ text: "c" })).toBe(3);
  });

  test("a key that a row brings along is counted, and deleted is not given out either", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    tickets.insert({ number: 10, text: "a" });
    expect(tickets.insert({ text: "b" })).toBe(11);
    tickets.put({ number: 20, text: "c" });
    tickets.delete(20);
    expect(tickets.insert({ text: "d" })).toBe(21);
    tickets.insert({ number: 5, text: "e" });
    expect(tickets.insert({ text: "f" })).toBe(22);
    tickets.insert({ number: -3, text: "g" });
    tickets.insertMany([{ text: "h" }, { number: 30, text: "i" }, { text: "j" }]);
    expect(tickets.orderBy("number", "desc").first()?.number).toBe(31);
  });

  test("rows of other programs are stepped over", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    tickets.insert({ text: "a" });
    db.collection("tickets").insertMany([
      { number: 3, text: "x" },
      { number: 7, text: "y" },
    ]);
    expect([1, 2].map(() => tickets.insert({ text: "b" }))).toEqual([2, 8]);
  });

  test("the numbers go on from rows that were there before", () => {
    using db = open();
    db.register(Ticket.descriptor);
    db.collection("tickets").insert({ number: 41, text: "x" });
    expect(collection(db, Ticket).insert({ text: "a" })).toBe(42);
  });

  test("what is rolled back was not given out; savepoints and refused rows among it", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    expect(() =>
      db.transaction(() => {
        tickets.insert({ text: "a" });
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(codeOf(() => tickets.insert({ text: "" }))).toBe("validation_failed");
    expect(codeOf(() => tickets.insertMany([{ text: "a" }, { text: "" }]))).toBe("validation_failed");
    const numbers = db.transaction((tx) => {
      const inside = collection(tx, Ticket);
      const first = inside.insert({ text: "b" });
      expect(() =>
        tx.transaction((nested) => {
          collection(nested, Ticket).insert({ text: "c" });
          throw new Error("no");
        }),
      ).toThrow("no");
      expect(codeOf(() => inside.insert({ number: 50, text: "" }))).toBe("validation_failed");
      return [first, inside.insert({ text: "d" })];
    });
    expect(numbers).toEqual([1, 2]);
    expect(db.verify().problems).toEqual([]);
  });

  test("two handles of one store never give out one number twice", () => {
    const store = memoryStore();
    using one = Database.open(store);
    const a = collection(one, Ticket);
    const b = one.transaction((tx) => collection(tx, Ticket).insert({ text: "a" }));
    expect([b, a.insert({ text: "b" })]).toEqual([1, 2]);
  });

  test("a renamed collection goes on with its numbers", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    tickets.insertMany([{ text: "a" }, { text: "b" }]);
    tickets.delete(2);
    db.renameCollection("tickets", "cases");
    const Case = defineModel("cases", Ticket.schema, {
      primaryKey: "number",
      generate: "autoincrement",
      renamedFrom: "tickets",
    });
    expect(collection(db, Case).insert({ text: "c" })).toBe(3);
  });

  test("bigint keys are counted as bigints", () => {
    using db = open();
    const Wide = defineModel("wide", z.object({ id: z.int64() }), {
      primaryKey: "id",
      generate: "autoincrement",
    });
    const wide = collection(db, Wide);
    expect([wide.insert({}), wide.insert({ id: 2n ** 60n }), wide.insert({})]).toEqual([
      1n,
      2n ** 60n,
      2n ** 60n + 1n,
    ]);
    wide.insert({ id: 2n ** 63n - 1n });
    expect(codeOf(() => wide.insert({}))).toBe("key_exhausted");
    expect(wide.count()).toBe(4);
  });

  test("a number that JavaScript does not hold exactly is never given out", () => {
    using db = open();
    const tickets = collection(db, Ticket);
    tickets.insert({ number: Number.MAX_SAFE_INTEGER, text: "a" });
    expect(codeOf(() => tickets.insert({ text: "b" }))).toBe("key_exhausted");
  });

  test("a view writes nothing", () => {
    using db = open();
    collection(db, Ticket);
    expect(codeOf(() => db.read((view) => collection(view, Ticket).insert({ text: "a" })))).toBe(
      "view_read_only",
    );
  });
});

test.each<[string, object]>([
  ["a way that there is not", { primaryKey: "number", generate: "serial" }],
  ["uuids for numbers", { primaryKey: "number", generate: "uuidv7" }],
  ["numbers for text", { primaryKey: "text", generate: "autoincrement" }],
])("%s is refused by name", (_name, options) => {
  try {
    defineModel("tickets", Ticket.schema, options as { primaryKey: "number" });
    expect.unreachable();
  } catch (error) {
    if (!isModelVaultError(error, "argument_invalid")) throw error;
    expect(error.details.argument).toBe("options.generate");
  }
});
