import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { anyProgram, runProgram } from "./program.ts";

test("a memory store reads like naive maps, through commits, aborts, snapshots and open scans", () => {
  fc.assert(
    fc.property(anyProgram, (program) => {
      const store = new MemoryStore();
      runProgram(store, program);
      expect(store.maintenance.verify?.()).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
