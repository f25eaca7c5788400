/** Vaults for tests: opened in memory, and verified and closed after the test that opened them. */

import {
  Database,
  type DatabaseOptions,
  isModelVaultError,
  type ModelVaultError,
  memoryStore,
  type Row,
} from "@modelvault/core";
import { afterEach, expect } from "vitest";

const open: Database[] = [];

afterEach(() => {
  for (const db of open.splice(0)) {
    // A test that closed its vault, or broke its store on purpose, has said so by closing it.
    try {
      expect(db.verify().problems).toEqual([]);
    } catch (error) {
      if (!isModelVaultError(error, "database_closed")) throw error;
    } finally {
      db.close();
    }
  }
});

/** A vault in memory. */
export function openVault(options?: DatabaseOptions): Database {
  const db = Database.open(memoryStore(), options);
  open.push(db);
  return db;
}

/** A vault with a collection of books: key isbn, index on year, unique index on title, nested author. */
export function openLibrary(options?: DatabaseOptions): Database {
  const db = openVault(options);
  db.register({
    name: "books",
    primaryKey: "isbn",
    fields: [
      { path: "isbn", type: "string" },
      { path: "title", type: "string", constraints: [{ nonempty: true }] },
      { path: "year", type: { optional: "int64" } },
      { path: "tags", type: { list: "string" } },
      {
        path: "author",
        type: {
          object: [
            { path: "name", type: "string" },
            { path: "born", type: { optional: "int64" } },
          ],
        },
      },
    ],
    indexes: [{ path: "year" }, { path: "title", kind: "unique" }, { path: "author.name" }],
  });
  return db;
}

/** A row for the library; what is not given is made up from the key. */
export function book(isbn: string, more: Row = {}): Row {
  return { isbn, title: `Title ${isbn}`, year: 2000, tags: [], author: { name: "Ann" }, ...more };
}

/** The error a call throws; fails the test when it throws none or a foreign one. */
export function errorOf(call: () => unknown): ModelVaultError {
  try {
    call();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    return error;
  }
  throw new Error("expected the call to throw");
}
