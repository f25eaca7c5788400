import { runStoreModel, type StoreHarness } from "@modelvault/store-testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { wrapped } from "../mutants/mutant.ts";
import { logHarness } from "../support/log-harness.ts";

/** Loses a key that is put twice in one transaction and then deleted. */
function forgetful(onBegin: () => void = () => undefined): StoreHarness<string> {
  return logHarness("forgetful", {
    wrap: (store) =>
      wrapped(store, {
        transaction: (transaction) => {
          onBegin();
          return { delete: (space, key) => (key.length === 2 ? undefined : transaction.delete(space, key)) };
        },
      }),
  });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the model-based test", () => {
  test("shrinks a program to the few commands that matter", async () => {
    const { failure } = await runStoreModel(forgetful(), { seed: 7 });
    const [, program = ""] = /Program:\n([\s\S]*)\n {2}Repeat:/.exec(failure?.message ?? "") ?? [];
    const commands = program.trim().split("\n");
    // A key that is put and deleted in one transaction, and a look at it: `rewrite` does the one, any reading command the other.
    expect(commands.length).toBeLessThanOrEqual(2);
    expect(program).toMatch(/^ *rewrite\(.*, delete/);
  });

  test("repeats one counterexample from the line it printed", async () => {
    const { failure } = await runStoreModel(forgetful(), { seed: 7 });
    const [, value] = /Repeat: set MODELVAULT_TEST_SEED=(\S+)/.exec(failure?.message ?? "") ?? [];
    vi.stubEnv("MODELVAULT_TEST_SEED", value);
    let transactions = 0;
    const again = await runStoreModel(forgetful(() => transactions++));
    expect(again.failure?.message).toBe(failure?.message);
    expect(transactions).toBeLessThan(10);
  });

  test("runs as many programs as it is told, and says which seed", async () => {
    expect(await runStoreModel(logHarness("log"), { programs: 3, commandsMax: 20, seed: 5 })).toEqual({
      seed: 5,
      programs: 3,
    });
    vi.stubEnv("MODELVAULT_TEST_MULTIPLIER", "0.02");
    expect((await runStoreModel(logHarness("log"))).programs).toBe(4);
  });
});
