import { collectionNoteKey, Database, memoryStore } from "@modelvault/core";
import { expect, it } from "vitest";
import { driverOf, lastingStore, withParts } from "../support/shared-store.ts";
import { errorOf, openVault } from "../support/vault.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

it("notes are kept over reopening, found by prefix in the order of their keys, and are nobody else's", () => {
  const { driver } = lastingStore();
  {
    using db = Database.open(driver);
    expect(db.note("a/1")).toBe(undefined);
    expect(db.notes("")).toEqual([]);
    db.setNote("a/1", undefined);
    expect(db.revision()).toBe(0);
    const value = bytes(1, 2);
    db.setNote("a/2", value);
    value.fill(9);
    db.setNote("a/10", bytes());
    db.setNote("b", bytes(3));
    db.setNote("a\u{1F600}", bytes(4));
    db.setNote("a\uffff", bytes(5));
  }
  using db = Database.open(driver);
  expect(db.note("a/2")).toEqual(bytes(1, 2));
  expect(db.notes("a/")).toEqual([
    ["a/10", bytes()],
    ["a/2", bytes(1, 2)],
  ]);
  // U+FFFF stands before what lies beyond it, unlike in JavaScript's order of UTF-16 units.
  expect(db.notes().map(([key]) => key)).toEqual(["a/10", "a/2", "a\uffff", "a\u{1F600}", "b"]);
  expect(db.collectionNames()).toEqual([]);
  db.setNote("a/2", undefined);
  db.setNote("a/2", undefined);
  expect(db.note("a/2")).toBe(undefined);
  expect(db.verify().problems).toEqual([]);
});

it("notes belong to transactions and views", () => {
  const db = openVault();
  db.setNote("x", bytes(1));
  expect(() =>
    db.transaction((tx) => {
      tx.setNote("x", bytes(2));
      expect(tx.note("x")).toEqual(bytes(2));
      throw new Error("no");
    }),
  ).toThrow("no");
  db.read((view) => {
    db.setNote("x", bytes(3));
    expect(view.note("x")).toEqual(bytes(1));
    expect(view.notes("x")).toEqual([["x", bytes(1)]]);
  });
  expect(db.note("x")).toEqual(bytes(3));
});

it("what is handed out is a copy", () => {
  const db = openVault();
  db.setNote("x", bytes(1));
  db.note("x")?.fill(7);
  db.notes("x")[0]?.[1].fill(7);
  expect(db.note("x")).toEqual(bytes(1));
});

it("keys and values of the wrong kind are refused", () => {
  const db = openVault();
  for (const key of ["", "\ud800", "ä".repeat(128), 5, undefined]) {
    expect(errorOf(() => db.note(key as string)).code).toBe("argument_invalid");
    expect(errorOf(() => db.setNote(key as string, bytes(1))).code).toBe("argument_invalid");
  }
  expect(errorOf(() => db.notes(5 as never)).code).toBe("argument_invalid");
  for (const value of ["x", null, [1], new Uint16Array(1)])
    expect(errorOf(() => db.setNote("x", value as never)).code).toBe("argument_invalid");
  const gone = bytes(1);
  structuredClone(gone, { transfer: [gone.buffer] });
  expect(errorOf(() => db.setNote("x", gone)).code).toBe("argument_invalid");
  db.setNote("ä".repeat(127), bytes(1));
});

it("values beyond the limit of the format or of the store are refused, and nothing is written", () => {
  const db = openVault();
  expect(errorOf(() => db.setNote("x", new Uint8Array(16 * 1024 * 1024 + 1)))).toMatchObject({
    code: "note_too_large",
    details: { note: "x", noteBytesMax: 16 * 1024 * 1024 },
  });
  expect(db.revision()).toBe(0);
  const store = memoryStore().open();
  const small = { ...store.traits, keyBytesMax: 40, valueBytesMax: 100 };
  using other = Database.open(driverOf(withParts(store, { traits: small })));
  expect(errorOf(() => other.setNote("x", new Uint8Array(200))).code).toBe("note_too_large");
  expect(errorOf(() => other.setNote("x".repeat(50), bytes(1))).code).toBe("note_too_large");
  expect(other.revision()).toBe(0);
  other.setNote("x", new Uint8Array(20));
});

it("notes of a collection go along when it is renamed, and with it when it is dropped", () => {
  using db = Database.open(memoryStore());
  for (const name of ["a", "b", "a/x"])
    db.register({ name, primaryKey: "id", fields: [{ path: "id", type: "string" }], indexes: [] });
  const note = (name: string, what = "count"): Uint8Array | undefined =>
    db.note(collectionNoteKey(what, name));
  db.setNote(collectionNoteKey("count", "a"), bytes(1));
  db.setNote(collectionNoteKey("rules", "a"), bytes(2));
  db.setNote(collectionNoteKey("count", "a/x"), bytes(3));
  // Left by somebody under a name that is free.
  db.setNote(collectionNoteKey("count", "c"), bytes(9));
  db.setNote(collectionNoteKey("other", "c"), bytes(9));
  db.setNote("tool/a", bytes(4));
  db.renameCollection("a", "c");
  expect([note("a"), note("c"), note("c", "rules"), note("c", "other"), note("a/x")]).toEqual([
    undefined,
    bytes(1),
    bytes(2),
    undefined,
    bytes(3),
  ]);
  expect(db.renameCollection("c", "c").changed).toBe(false);
  expect(note("c")).toEqual(bytes(1));
  const long = "x".repeat(500);
  db.renameCollection("c", long);
  expect(note(long)).toEqual(bytes(1));
  db.dropCollection(long);
  db.dropCollection("a/x");
  expect(db.notes().map(([key]) => key)).toEqual(["tool/a"]);
  expect(db.verify().problems).toEqual([]);
});
