import * as entry from "@modelvault/core";
import { expect, test } from "vitest";

test("the package's entry loads from its sources", () => {
  expect(entry).toBeTypeOf("object");
});
