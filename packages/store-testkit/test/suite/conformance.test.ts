import { ModelVaultError, memoryStore } from "@modelvault/core";
import {
  runConformance,
  type StoreHarness,
  storeConformance,
  storeModelTest,
  type TestRunner,
} from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";
import { wrapped } from "../mutants/mutant.ts";
import { logHarness } from "../support/log-harness.ts";

/** A runner that only writes down what it is given. */
function notebook(): { runner: TestRunner; tests: Map<string, () => void | Promise<void>> } {
  const tests = new Map<string, () => void | Promise<void>>();
  const blocks: string[] = [];
  return {
    tests,
    runner: {
      describe: (name, body) => {
        blocks.push(name);
        body();
        blocks.pop();
      },
      it: (name, body) => {
        tests.set([...blocks, name].join(" › "), body);
      },
    },
  };
}

const memory: StoreHarness<object> = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
};

describe("the conformance suite", () => {
  test("registers a test for each check that can be made of the driver", async () => {
    const { runner, tests } = notebook();
    storeConformance(logHarness("log"), runner, { heavy: false });
    const results = await runConformance(logHarness("log"), { heavy: false });
    expect([...tests.keys()]).toEqual(
      results.map(({ section, name }) => `log keeps the store contract › ${section} › ${name}`),
    );
  });

  test("makes no check that the driver's traits or the harness leave no room for", async () => {
    const sections = new Set((await runConformance(memory, { heavy: false })).map(({ section }) => section));
    for (const section of ["reopen", "durability", "failures", "other processes", "driver value"]) {
      expect(sections).not.toContain(section);
    }
  });

  test("fails a registered test with the promise that is broken", async () => {
    const { runner, tests } = notebook();
    const broken = logHarness("empty-handed", {
      wrap: (store) => wrapped(store, { read: () => ({ get: () => undefined }) }),
    });
    storeConformance(broken, runner, { sections: ["keys and values"] });
    const body = tests.get(
      "empty-handed keeps the store contract › keys and values › a value is found under exactly its key",
    );
    await expect(Promise.resolve(body?.())).rejects.toThrow(
      /empty-handed breaks the store contract \(keys and values: a value is found under exactly its key\)\.\n {2}Promised: "The value under exactly this key\."\n {2}Found: get of a stored key is nothing; it should be <76616c7565>\./,
    );
  });

  test("reports every check of a driver that cannot even be opened", async () => {
    const dead: StoreHarness<object> = {
      ...memory,
      name: "dead",
      open: () => {
        throw new ModelVaultError("store_closed", "It never opens.");
      },
    };
    const results = await runConformance(dead, { heavy: false });
    expect(results.length).toBeGreaterThan(100);
    const first = results[0]?.failure;
    expect(first?.message).toContain(
      "the driver threw where it should not: ModelVaultError: It never opens.",
    );
    expect(first?.cause).toMatchObject({ code: "store_closed" });
  });

  test("closes every handle and disposes of every place, also of a check that fails", async () => {
    const open = new Set<object>();
    const places = new Set<object>();
    const counted: StoreHarness<object> = {
      name: "counted",
      newLocation: () => {
        const place = {};
        places.add(place);
        return place;
      },
      open: () => {
        const store = memoryStore().open();
        open.add(store);
        const close = store.close.bind(store);
        return Object.assign(store, {
          get: () => undefined,
          close: () => {
            open.delete(store);
            close();
          },
        });
      },
      dispose: async (place) => {
        await Promise.resolve();
        places.delete(place);
      },
    };
    const results = await runConformance(counted, { heavy: false });
    expect(results.some(({ failure }) => failure !== undefined)).toBe(true);
    expect([open.size, places.size]).toEqual([0, 0]);
  });

  test("needs a runner, and says so", () => {
    const error = caught(() => storeConformance(memory));
    expect(error).toMatchObject({ code: "argument_invalid", details: { argument: "runner" } });
    expect(caught(() => storeModelTest(memory))).toMatchObject({ code: "argument_invalid" });
  });

  test("finds a runner whose functions are global", () => {
    const { runner, tests } = notebook();
    Object.assign(globalThis, runner);
    try {
      storeConformance(memory, undefined, { sections: ["count"] });
    } finally {
      Object.assign(globalThis, { describe: undefined, it: undefined });
    }
    expect(tests.size).toBeGreaterThan(5);
  });
});

function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
