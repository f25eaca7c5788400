/**
 * Random programs run on a driver and on plain sorted maps at once. A program that tells them apart is shrunk to one
 * that is as short as may be, and printed with the line that repeats it.
 */
import fc from "fast-check";
import { checkHarness } from "../harness/check-harness.ts";
import type { StoreHarness, TestRunner } from "../harness/harness.ts";
import { type Replay, replayLine, testSettings } from "../settings.ts";
import { runnerOf } from "../suite/runner.ts";
import { Trial } from "../suite/trial.ts";
import { programs } from "./commands.ts";
import { World } from "./world.ts";

export interface ModelOptions {
  /** Programs to run; by default 200 times `MODELVAULT_TEST_MULTIPLIER`. */
  readonly programs?: number;
  /** Longest program, in commands; 100 by default. */
  readonly commandsMax?: number;
  /** By default `MODELVAULT_TEST_SEED`, or one that is made up. */
  readonly seed?: number;
}

export interface ModelResult {
  readonly seed: number;
  readonly programs: number;
  /** What told the driver from the model, with the program and how to repeat it; absent when nothing did. */
  readonly failure?: Error;
}

const programsUsually = 200;
const commandsUsually = 100;
const testTimeoutMs = 600_000;

/** Runs random programs on a driver, one after another. A failing driver never makes it throw; a wrong harness does. */
export async function runStoreModel(harness: StoreHarness, options: ModelOptions = {}): Promise<ModelResult> {
  checkHarness(harness);
  const settings = testSettings();
  const { commandsMax = commandsUsually, seed = settings.seed } = options;
  const runs = options.programs ?? Math.ceil(programsUsually * settings.multiplier);
  const replay = options.seed === undefined ? settings.replay : undefined;
  const property = fc.asyncProperty(programs(commandsMax, replay?.commands), async (commands) => {
    const trial = new Trial(harness, seed);
    try {
      fc.modelRun(() => ({ model: new World(trial), real: undefined }), commands);
    } catch (error) {
      await trial.end().catch(() => undefined);
      throw error;
    }
    await trial.end();
  });
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(replay !== undefined && { path: replay.path, endOnFailure: true }),
  });
  const result = { seed, programs: details.numRuns };
  if (!details.failed) return result;
  const program = String(details.counterexample?.[0] ?? "");
  const path = { path: details.counterexamplePath ?? "0", commands: replayPathOf(program) };
  return { ...result, failure: explain(harness, seed, program, path, details.errorInstance) };
}

/**
 * Registers the model-based test with a test runner, by default the one whose `describe` and `it` are global.
 *
 * @throws argument_invalid when there is no runner
 */
export function storeModelTest(harness: StoreHarness, runner?: TestRunner, options: ModelOptions = {}): void {
  checkHarness(harness);
  const { describe, it } = runnerOf(runner);
  const { seed } = { ...testSettings(), ...options };
  describe(`${harness.name} behaves like plain sorted maps`, () => {
    it(
      `under random programs (${replayLine(seed)})`,
      async () => {
        const { failure } = await runStoreModel(harness, options);
        if (failure !== undefined) throw failure;
      },
      testTimeoutMs,
    );
  });
}

/** fast-check notes behind a program which of its commands were run. */
function replayPathOf(program: string): string {
  return /replayPath="([^"]*)"/.exec(program)?.[1] ?? "";
}

function explain(harness: StoreHarness, seed: number, program: string, path: Replay, error: unknown): Error {
  const happened = error instanceof Error ? error.message : String(error);
  const lines = program.replace(/\/\*.*\*\//, "").replace(/\),/g, ")\n    ");
  return new Error(
    `${harness.name} does not behave like plain sorted maps.\n  Found: ${happened}.\n  Program:\n    ${lines}\n` +
      `  Repeat: set ${replayLine(seed, path)}`,
    { cause: error },
  );
}
