/**
 * Engine parity: the same random programs on one or more drivers and on a naive oracle must give the same results, in the
 * same order, the same error codes and the same verification. What tells two of them apart is cut down and reported.
 */
import { ModelVaultError } from "@modelvault/core";
import type { StoreHarness, TestRunner } from "../harness/harness.ts";
import { replayLine, testSettings } from "../settings.ts";
import { runnerOf } from "../suite/runner.ts";
import { compareProgram, type Difference, type ParityEngine, signatureOf } from "./compare.ts";
import { makeProgram } from "./generate/program.ts";
import type { Entry } from "./play.ts";
import type { Program } from "./program.ts";
import { describeDifference, replayCommand } from "./report.ts";
import { shrinkProgram } from "./shrink.ts";

export interface ParityOptions {
  /** Drivers to hold beside the oracle, and beside each other; at least one. */
  readonly drivers: readonly StoreHarness[];
  /** Programs to play; without `programs` and `operations`: 200. */
  readonly programs?: number;
  /** Steps to play on each driver, inner ones counted; no further program is begun when they are used up. */
  readonly operations?: number;
  /** By default `MODELVAULT_TEST_SEED`, or one that is made up. */
  readonly seed?: number;
  /** Number of the first program, from 0. */
  readonly first?: number;
  /** Ends after as many different differences; 1 by default. */
  readonly differencesMax?: number;
  /** Whether differences are cut down; true by default. */
  readonly shrink?: boolean;
  /** The engine under test: `Database` of `@modelvault/core`, or of a changed copy. */
  readonly engine?: ParityEngine;
  /** Called behind each program. */
  readonly onProgress?: (programs: number, operations: number) => void;
}

export interface ParityResult {
  readonly seed: number;
  readonly programs: number;
  /** Steps on each driver, inner ones counted. */
  readonly operations: number;
  /** How often each kind of step occurred, and of these how often without an error. */
  readonly steps: Readonly<Record<string, { readonly count: number; readonly succeeded: number }>>;
  readonly differences: readonly ParityDifference[];
}

/** Two vaults that answered differently. */
export interface ParityDifference extends Difference {
  /** Number of the program of this seed, from 0. */
  readonly number: number;
  /** What is left of it. */
  readonly program: Program;
  /** A shell command that plays it again. */
  readonly replay: string;
  /** All of it for people, with a test to paste. */
  readonly message: string;
}

const programsUsually = 200;
const operationsUsually = 20_000;
const testTimeoutMs = 600_000;

/**
 * Plays random programs. A driver that differs, or fails in any other way, is a difference; it never makes this throw.
 *
 * @example
 * const { differences } = await runParity({ drivers: [harness], programs: 1000, seed: 1 });
 * @throws argument_invalid without a driver
 */
export async function runParity(options: ParityOptions): Promise<ParityResult> {
  const { drivers, seed = testSettings().seed, first = 0, differencesMax = 1, operations } = options;
  if (drivers.length === 0)
    throw new ModelVaultError("argument_invalid", "Parity needs at least one driver in drivers.", {
      argument: "drivers",
    });
  const { programs = operations === undefined ? programsUsually : Number.POSITIVE_INFINITY } = options;
  const tally = new Tally();
  const differences: ParityDifference[] = [];
  const seen = new Set<string>();
  for (let number = first; number < first + programs; number++) {
    if (operations !== undefined && tally.operations >= operations) break;
    const program = makeProgram(programSeed(seed, number));
    const { entries, difference } = await compareProgram(program, drivers, options.engine);
    tally.add(entries);
    options.onProgress?.(tally.programs, tally.operations);
    if (difference === undefined || seen.has(signatureOf(difference))) continue;
    seen.add(signatureOf(difference));
    differences.push(await cutDown(options, seed, number, program, difference));
    if (differences.length >= differencesMax) break;
  }
  return { seed, programs: tally.programs, operations: tally.operations, steps: tally.steps, differences };
}

/** Plays one program; the difference, if there is one. */
export async function replayParity(options: {
  readonly drivers: readonly StoreHarness[];
  readonly program: Program;
  readonly engine?: ParityEngine;
}): Promise<Difference | undefined> {
  return (await compareProgram(options.program, options.drivers, options.engine)).difference;
}

/**
 * Registers engine parity with a test runner, by default the one whose `describe` and `it` are global: as many programs as 20,000
 * operations take, times `MODELVAULT_TEST_MULTIPLIER`.
 *
 * @throws argument_invalid when there is no runner
 */
export function engineParity(
  harness: StoreHarness,
  runner?: TestRunner,
  options: Omit<ParityOptions, "drivers"> = {},
): void {
  const { describe, it } = runnerOf(runner);
  const { seed, multiplier } = testSettings();
  const operations = Math.ceil(operationsUsually * multiplier);
  describe(`the engine on ${harness.name} answers as the oracle does`, () => {
    it(
      `in random programs (${replayLine(options.seed ?? seed)})`,
      async () => {
        const { differences } = await runParity({ seed, operations, ...options, drivers: [harness] });
        const [difference] = differences;
        if (difference !== undefined) throw new Error(difference.message);
      },
      testTimeoutMs,
    );
  });
}

/** Seeds of programs lie far apart, so that those of neighbouring seeds differ. */
function programSeed(seed: number, number: number): number {
  return (Math.imul(seed, 0x85ebca6b) ^ Math.imul(number + 1, 0x9e3779b1)) | 0;
}

async function cutDown(
  { drivers, engine, shrink = true }: ParityOptions,
  seed: number,
  number: number,
  program: Program,
  found: Difference,
): Promise<ParityDifference> {
  let difference = found;
  const suspects = drivers.filter(({ name }, position) => position === 0 || name === found.driver);
  const smallest = shrink
    ? await shrinkProgram(program, async (candidate) => {
        const again = (await compareProgram(candidate, suspects, engine)).difference;
        if (again === undefined || signatureOf(again) !== signatureOf(found)) return false;
        difference = again;
        return true;
      })
    : program;
  const origin = `program ${number} of seed ${seed}${shrink ? `, cut down to ${smallest.steps.length} steps` : ""}`;
  return {
    ...difference,
    number,
    program: smallest,
    replay: replayCommand(smallest, difference.driver),
    message: describeDifference(smallest, difference, origin),
  };
}

class Tally {
  programs = 0;
  operations = 0;
  readonly steps: Record<string, { count: number; succeeded: number }> = {};

  add(entries: readonly Entry[]): void {
    this.programs++;
    this.operations += entries.length;
    for (const { step, outcome } of entries) {
      this.steps[step] ??= { count: 0, succeeded: 0 };
      const sum = this.steps[step];
      sum.count++;
      if ("value" in outcome) sum.succeeded++;
    }
  }
}
