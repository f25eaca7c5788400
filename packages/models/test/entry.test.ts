import * as entry from "@modelvault/models";
import { expect, test } from "vitest";

test("the package's entry loads from its sources", () => {
  expect(entry).toBeTypeOf("object");
});
