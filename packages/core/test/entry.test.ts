import { expect, test } from "vitest";
import * as entry from "@modelvault/core";

test("the package's entry loads from its sources", () => {
  expect(entry).toBeTypeOf("object");
});
