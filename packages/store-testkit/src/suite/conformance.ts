/**
 * The two ways to run the suite. `runConformance` tries every check and returns what came out, for programs;
 * `storeConformance` registers each check as a test of its own, for runners. Both run the same trials.
 */
import { ModelVaultError } from "@modelvault/core";
import { checkHarness } from "../harness/check-harness.ts";
import type { StoreHarness, TestRunner } from "../harness/harness.ts";
import { testSettings } from "../settings.ts";
import { allChecks } from "./all-checks.ts";
import type { Check, Facts } from "./check.ts";
import { BrokenPromise } from "./expectations.ts";
import { runnerOf } from "./runner.ts";
import { Trial } from "./trial.ts";

/** What came out of one check. */
export interface CheckResult {
  readonly section: string;
  readonly name: string;
  /** The sentences of the contract that the check holds a driver to. */
  readonly promises: readonly string[];
  /** Why it failed: the promise, what happened instead, and the driver's own error as `cause` if it threw one. */
  readonly failure?: Error;
  readonly durationMs: number;
}

export interface ConformanceOptions {
  /** Also the checks that take seconds or a lot of memory; true by default. */
  readonly heavy?: boolean;
  /** Only the checks of these sections; all by default. */
  readonly sections?: readonly string[];
}

const maintenanceParts = ["checkpoint", "compact", "copyTo", "snapshotBytes", "verify", "stats"] as const;

/** The longest a registered check may take before a runner that ends slow tests ends it. */
const checkTimeoutMs = 120_000;

/**
 * Runs every check that can be made of a driver, one after another, and returns what came out. A failing driver never
 * makes it throw.
 *
 * @throws argument_invalid when the harness or a section is not what it should be
 * @example
 * const failures = (await runConformance(harness)).filter((result) => result.failure);
 */
export async function runConformance(
  harness: StoreHarness,
  options: ConformanceOptions = {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of selectChecks(harness, options)) {
    const started = performance.now();
    const failure = await tryCheck(check, harness).then(
      () => undefined,
      (error: unknown) => explain(check, harness, error),
    );
    const durationMs = performance.now() - started;
    const { section, name, promises } = check;
    results.push({ section, name, promises, durationMs, ...(failure && { failure }) });
  }
  return results;
}

/**
 * Registers the conformance suite with a test runner: one test a check, in a block a section. By default the runner's
 * global `describe` and `it`.
 *
 * @throws argument_invalid when there is no runner, or the harness or a section is not what it should be
 */
export function storeConformance(
  harness: StoreHarness,
  runner?: TestRunner,
  options: ConformanceOptions = {},
): void {
  const { describe, it } = runnerOf(runner);
  const bySection = new Map<string, Check[]>();
  for (const check of selectChecks(harness, options)) {
    bySection.set(check.section, [...(bySection.get(check.section) ?? []), check]);
  }
  describe(`${harness.name} keeps the store contract`, () => {
    for (const [section, checks] of bySection) {
      describe(section, () => {
        for (const check of checks) {
          it(
            check.name,
            () =>
              tryCheck(check, harness).catch((error: unknown) => {
                throw explain(check, harness, error);
              }),
            checkTimeoutMs,
          );
        }
      });
    }
  });
}

function selectChecks(harness: StoreHarness, { heavy = true, sections }: ConformanceOptions): Check[] {
  checkHarness(harness);
  const known = new Set(allChecks.map(({ section }) => section));
  for (const section of sections ?? []) {
    if (known.has(section)) continue;
    throw new ModelVaultError(
      "argument_invalid",
      `There is no section "${section}" of the suite; there are ${[...known].join(", ")}.`,
      { argument: "sections", actual: section },
    );
  }
  const facts = factsIfOpens(harness);
  return allChecks.filter(
    (check) =>
      (heavy || !check.heavy) &&
      (sections === undefined || sections.includes(check.section)) &&
      (facts === undefined || check.applies === undefined || check.applies(facts)),
  );
}

/** Undefined when no store can be opened, so that every check tells why. */
function factsIfOpens(harness: StoreHarness): Facts | undefined {
  try {
    return factsOf(harness);
  } catch {
    return undefined;
  }
}

/** Opens one store to learn what it says of itself. */
export function factsOf(harness: StoreHarness): Facts {
  const place = harness.newLocation();
  const store = harness.open(place);
  const { traits, maintenance = {} } = store;
  const parts = maintenanceParts.filter((part) => typeof maintenance[part] === "function");
  store.close();
  Promise.resolve(harness.dispose(place)).catch(() => undefined);
  return { harness, traits, maintenance: new Set(parts) };
}

async function tryCheck(check: Check, harness: StoreHarness): Promise<void> {
  const trial = new Trial(harness, testSettings().seed);
  try {
    await check.run(trial);
  } catch (error) {
    // What the check found says more than what goes wrong in cleaning up after it.
    await trial.end().catch(() => undefined);
    throw error;
  }
  await trial.end();
}

function explain(check: Check, harness: StoreHarness, error: unknown): Error {
  const happened =
    error instanceof BrokenPromise ? error.message : `the driver threw where it should not: ${String(error)}`;
  const promises = check.promises.map((promise) => `"${promise}"`).join("\n  and: ");
  const failure = new Error(
    `${harness.name} breaks the store contract (${check.section}: ${check.name}).\n` +
      `  Promised: ${promises}\n  Found: ${happened}.\n  Seed: ${testSettings().seed}`,
    { cause: error },
  );
  if (error instanceof Error && error.stack !== undefined)
    failure.stack = `${failure.message}\n${framesOf(error.stack)}`;
  return failure;
}

/** The lines of a stack that say where. */
function framesOf(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
