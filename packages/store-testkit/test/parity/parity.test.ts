/** The engine against the oracle on two kinds of driver, and the parity test itself: it must see, cut down and repeat. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import {
  engineParity,
  type ParityDifference,
  type ParityEngine,
  type ParityProgram,
  replayParity,
  runParity,
  type StoreHarness,
} from "@modelvault/store-testkit";
import { describe, expect, it } from "vitest";
import { makeProgram } from "../../src/parity/generate/program.ts";
import { logHarness } from "../support/log-harness.ts";

const memory: StoreHarness = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
};

engineParity(memory, { describe, it });
// Its transactions are overlays, and it is really closed and opened.
engineParity(logHarness("log"), { describe, it }, { operations: 8_000 });

/** An engine whose count is one too many where there are two rows or more. */
const miscounting: ParityEngine = {
  open: (driver, options) => {
    const db = Database.open(driver, options);
    const collection = db.collection.bind(db);
    db.collection = (name: string) => {
      const rows = collection(name);
      const count = rows.count.bind(rows);
      rows.count = () => count() + Number(count() > 1);
      return rows as never;
    };
    return db;
  },
};

describe("a program", () => {
  it("is the same for the same seed, and JSON", () => {
    for (let seed = 0; seed < 50; seed++) {
      const program = makeProgram(seed);
      expect(makeProgram(seed)).toEqual(program);
      expect(JSON.parse(JSON.stringify(program))).toEqual(program);
    }
  });

  it("does every kind of thing, most of them with success", async () => {
    const { steps } = await runParity({ drivers: [memory], programs: 150, seed: 3 });
    const kinds =
      "audit count delete drop evolve get getMany getOrThrow has hasCollection insert insertMany iterate leave names " +
      "next noCallback open page put query register rename reopen schema stats take transaction update updateAll verify view";
    expect(Object.keys(steps).sort()).toEqual(kinds.split(" "));
    // What is only there to be refused.
    for (const [kind, { succeeded }] of Object.entries(steps))
      if (kind !== "noCallback" && kind !== "open") expect(succeeded, kind).toBeGreaterThan(0);
  });
});

describe("a difference", () => {
  const find = async (): Promise<ParityDifference> => {
    const { differences } = await runParity({
      drivers: [memory],
      engine: miscounting,
      seed: 1,
      programs: 50,
    });
    expect(differences).toHaveLength(1);
    return differences[0] as ParityDifference;
  };

  it("is cut down to the steps it takes", async () => {
    const { program, step, driver } = await find();
    expect(driver).toBe("memory");
    expect(["count", "audit"]).toContain(step);
    expect(program.steps.length).toBeLessThanOrEqual(4);
    expect(program.steps.map((one) => one.do)).toContain("register");
  });

  it("is repeated by the line it prints", async () => {
    const { replay, at, message } = await find();
    const program = JSON.parse(/--replay '(.*)'$/.exec(replay)?.[1] ?? "") as ParityProgram;
    expect(await replayParity({ drivers: [memory], engine: miscounting, program })).toMatchObject({ at });
    expect(await replayParity({ drivers: [memory], program })).toBeUndefined();
    expect(message).toContain(replay);
    expect(message).toContain("await replayParity({ drivers: [harness], program })");
  });

  it("is what a driver makes that cannot be opened", async () => {
    const broken: StoreHarness = {
      ...memory,
      name: "broken",
      open: () => {
        throw new Error("no medium");
      },
    };
    const { differences } = await runParity({
      drivers: [memory, broken],
      programs: 1,
      seed: 1,
      shrink: false,
    });
    expect(differences).toMatchObject([{ driver: "broken", step: "open" }]);
  });

  it("is told from others of its kind, and each kind is told once", async () => {
    const { differences, programs } = await runParity({
      drivers: [memory],
      engine: miscounting,
      seed: 1,
      programs: 30,
      differencesMax: 10,
      shrink: false,
    });
    expect(programs).toBe(30);
    expect(new Set(differences.map(({ step }) => step)).size).toBe(differences.length);
  });
});

describe("a parity run", () => {
  it("needs a driver", async () => {
    const refusal = await runParity({ drivers: [] }).catch((error: unknown) => error);
    expect(isModelVaultError(refusal, "argument_invalid")).toBe(true);
  });

  it("ends when its operations are used up", async () => {
    const { operations, programs } = await runParity({ drivers: [memory], operations: 100, seed: 1 });
    expect(operations).toBeGreaterThanOrEqual(100);
    expect(programs).toBeLessThan(20);
  });
});
