/** What LMDB answers, told so that something can be done about it. */
import { constants } from "node:os";
import { expect, test, vi } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { lmdbError } from "../../src/native/codes.ts";
import { Environment } from "../../src/native/environment.ts";
import { newPlace } from "../support/places.ts";

test("a process of another container with the same id is named as what it is: store_io", () => {
  const { code, message, details } = lmdbError(constants.errno.EAGAIN, "/data/app.lmdb", "open");
  expect(code).toBe("store_io");
  expect(message).toContain(`another process with the id ${process.pid}`);
  expect(details).toMatchObject({ path: "/data/app.lmdb", operation: "open" });
});

/**
 * Some 1 in 30,000 commits of long values by several processes fails so: LMDB allots pages for its list of free pages while it splits a page of that
 * list, and looks at it. Nothing of the transaction is in the file, yet the store took no more writes.
 */
test.each([
  [-30798, "MDB_NOTFOUND"],
  [-30796, "MDB_CORRUPTED"],
  [-30779, "MDB_PROBLEM"],
])("a commit that LMDB gives up with %d is store_io, and the next one works", (number, errno) => {
  const rows = { kind: "rows", collection: 1 } as const;
  const store = lmdbStore(newPlace()).open();
  const put = (key: number): void => {
    const transaction = store.begin();
    transaction.put(rows, Uint8Array.of(key), Uint8Array.of(key));
    transaction.commit();
  };
  put(1);
  const spy = vi.spyOn(Environment.prototype, "commit").mockImplementationOnce(function (this: Environment) {
    this.abort();
    throw lmdbError(number, this.path, "commit to");
  });
  expect(() => put(2)).toThrow(
    expect.objectContaining({ code: "store_io", details: expect.objectContaining({ errno }) }),
  );
  spy.mockRestore();
  put(3);
  expect(Array.from(store.scan(rows), ([key]) => key[0])).toEqual([1, 3]);
  expect([store.revision(), store.count(rows)]).toEqual([2, 2]);
  store.close();
});

test("a commit that the system failed leaves a store that takes no more writes: store_poisoned", () => {
  const store = lmdbStore(newPlace()).open();
  const spy = vi.spyOn(Environment.prototype, "commit").mockImplementationOnce(function (this: Environment) {
    this.abort();
    throw lmdbError(constants.errno.EIO, this.path, "commit to");
  });
  const transaction = store.begin();
  transaction.put({ kind: "catalog" }, Uint8Array.of(1), Uint8Array.of(1));
  expect(() => transaction.commit()).toThrow(expect.objectContaining({ code: "store_io" }));
  spy.mockRestore();
  expect(() => store.begin()).toThrow(expect.objectContaining({ code: "store_poisoned" }));
  store.close();
});
