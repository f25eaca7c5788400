/**
 * What a test run takes from its environment. `MODELVAULT_TEST_SEED` fixes everything random (a failing test prints the
 * value that repeats it), `MODELVAULT_TEST_MULTIPLIER` makes every random test try that many times as much.
 */
import { ModelVaultError } from "@modelvault/core";

export interface TestSettings {
  /** Integer from 0 to 2^31-1. */
  readonly seed: number;
  /** How many times as many runs as usual; above 0, 1 by default. */
  readonly multiplier: number;
  /** The one counterexample to repeat: what follows the seed, in fast-check's own notation. */
  readonly replay?: Replay;
}

export interface Replay {
  readonly path: string;
  readonly commands: string;
}

const SEED = "MODELVAULT_TEST_SEED";
const MULTIPLIER = "MODELVAULT_TEST_MULTIPLIER";
const seedsMax = 2 ** 31;
/** One seed for a whole process, so that every test of a run is repeated by one variable. */
let processSeed: number | undefined;

/**
 * The settings of this run.
 * @throws argument_invalid when a variable holds something else than it should
 */
export function testSettings(
  env: Readonly<Record<string, string | undefined>> = environment(),
): TestSettings {
  return { ...seedOf(env[SEED]), multiplier: multiplierOf(env[MULTIPLIER]) };
}

/** The value of `MODELVAULT_TEST_SEED` that repeats a run, or one counterexample of it, as an assignment. */
export function replayLine(seed: number, replay?: Replay): string {
  return `${SEED}=${seed}${replay === undefined ? "" : `/${replay.path}/${replay.commands}`}`;
}

function environment(): Readonly<Record<string, string | undefined>> {
  return typeof process === "undefined" ? {} : process.env;
}

function seedOf(text: string | undefined): Pick<TestSettings, "seed" | "replay"> {
  if (text === undefined || text === "") {
    processSeed ??= Math.floor(Math.random() * seedsMax);
    return { seed: processSeed };
  }
  const match = /^(\d{1,10})(?:\/([\d:]+)\/([\w+/=:]*))?$/.exec(text);
  const seed = Number(match?.[1]);
  if (match === null || seed >= seedsMax) {
    throw new ModelVaultError(
      "argument_invalid",
      `${SEED} must be an integer from 0 to ${seedsMax - 1}, or what a failing test printed; it is "${text}".`,
      { argument: SEED, actual: text },
    );
  }
  const [, , path, commands] = match;
  return path === undefined || commands === undefined ? { seed } : { seed, replay: { path, commands } };
}

function multiplierOf(text: string | undefined): number {
  if (text === undefined || text === "") return 1;
  const multiplier = Number(text);
  if (!(multiplier > 0 && multiplier <= 1e6)) {
    throw new ModelVaultError(
      "argument_invalid",
      `${MULTIPLIER} must be a number above 0 and at most 1,000,000; it is "${text}".`,
      { argument: MULTIPLIER, actual: text },
    );
  }
  return multiplier;
}
