import fc from "fast-check";
import { test } from "vitest";
import { BatchStore } from "./naive-store.ts";
import { anyProgram, runProgram } from "./program.ts";

test("a store of batches under an overlay reads like naive maps", () => {
  fc.assert(
    fc.property(anyProgram, (program) => runProgram(new BatchStore(), program)),
    { numRuns: 60 },
  );
});
