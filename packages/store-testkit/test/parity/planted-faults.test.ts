/** Faults that were planted in the engine, one at a time: the parity test must find each of them, and soon. */
import { memoryStore } from "@modelvault/core";
import { type ParityDifference, replayParity, runParity, type StoreHarness } from "@modelvault/store-testkit";
import { describe, expect, it } from "vitest";
import { plantedFaults } from "./faults.ts";
import { engineWith } from "./patched-engine.ts";

const programs = 500;

function inMemory(open: typeof memoryStore): StoreHarness {
  return {
    name: "memory",
    newLocation: () => ({}),
    open: () => open().open(),
    dispose: () => undefined,
  };
}

describe(`within ${programs} programs parity finds an engine that`, () => {
  for (const fault of plantedFaults) {
    it(fault.name, async () => {
      const copy = await engineWith(fault);
      const drivers = [inMemory(copy.memoryStore)];
      const found = await runParity({ drivers, engine: copy.Database, programs, seed: 1, shrink: false });
      expect(found.differences).toHaveLength(1);
      // The fault is what was found, and nothing else.
      const { program } = found.differences[0] as ParityDifference;
      expect(await replayParity({ drivers: [inMemory(memoryStore)], program })).toBeUndefined();
    });
  }
});

describe("a fault", () => {
  it("that cannot be planted fails loudly", async () => {
    const gone = { name: "gone", file: "index.ts", right: "no such text", wrong: "" };
    await expect(engineWith(gone)).rejects.toThrow(/cannot be planted/);
  });
});
