/** What LMDB answers, told so that something can be done about it. */
import { constants } from "node:os";
import { expect, test } from "vitest";
import { lmdbError } from "../../src/native/codes.ts";

test("a process of another container with the same id is named as what it is: store_io", () => {
  const { code, message, details } = lmdbError(constants.errno.EAGAIN, "/data/app.lmdb", "open");
  expect(code).toBe("store_io");
  expect(message).toContain(`another process with the id ${process.pid}`);
  expect(details).toMatchObject({ path: "/data/app.lmdb", operation: "open" });
});
