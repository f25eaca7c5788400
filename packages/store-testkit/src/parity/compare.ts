/** One program on the oracle and on every driver: the first step they differ in, or none. */
import { Database, type Store, type StoreDriver } from "@modelvault/core";
import type { StoreHarness } from "../harness/harness.ts";
import { Cursors } from "./oracle/find-rows.ts";
import { Ground } from "./oracle/state.ts";
import { OracleVault } from "./oracle/vault.ts";
import { agrees, OracleError, type Outcome, outcomeKind, outcomeOf } from "./outcome.ts";
import { type Entry, play } from "./play.ts";
import type { Program } from "./program.ts";
import type { OpenVault, ParityVault } from "./vault.ts";

/** The engine under test: `Database` of this package's core, or of a copy of it. */
export interface ParityEngine {
  open(driver: StoreDriver, options?: never): ParityVault;
}

/** The first step whose outcome is not what was expected. */
export interface Difference {
  /** Which driver. */
  readonly driver: string;
  /** Position of the step in the program, from the outside in. */
  readonly at: string;
  readonly step: string;
  /** What the oracle says; where it leaves the answer open, what the first driver says. */
  readonly expected: Outcome;
  readonly actual: Outcome;
}

/** Plays a program on the oracle. */
export function playOracle(program: Program): readonly Entry[] {
  const ground = new Ground();
  const cursors = new Cursors();
  return play(program, (options) => {
    const { integers, ...unknown } = (
      typeof options === "object" && options !== null ? options : {}
    ) as Record<string, unknown>;
    if (Object.keys(unknown).length > 0 || (integers !== "number" && integers !== "bigint"))
      throw new OracleError("argument_invalid");
    return new OracleVault(ground, cursors, integers);
  });
}

/** Plays a program on a driver, in a new place that is gone afterwards. */
export async function playDriver(
  program: Program,
  harness: StoreHarness,
  engine: ParityEngine = Database,
): Promise<readonly Entry[]> {
  const location = harness.newLocation();
  try {
    const { open, end } = openPlace(harness, location, engine);
    try {
      return play(program, open);
    } finally {
      end();
    }
  } finally {
    await harness.dispose(location);
  }
}

/** Opens a place again and again; one that does not last is kept open below, so that the engine starts anew all the same. */
function openPlace(
  harness: StoreHarness,
  location: unknown,
  engine: ParityEngine,
): { readonly open: OpenVault; end(): void } {
  let kept: Store | undefined;
  const driver: StoreDriver = {
    name: harness.name,
    moduleUrl: "",
    factory: "",
    args: [],
    open: () => {
      if (kept !== undefined) return withoutClose(kept);
      const store = harness.open(location);
      if (store.traits.persistent) return store;
      kept = store;
      return withoutClose(store);
    },
  };
  return {
    open: (options) => engine.open(driver, options as never),
    end: () => kept?.close(),
  };
}

function withoutClose(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "close") return () => undefined;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Looks for the first difference between what the oracle and the drivers made of a program. */
export async function compareProgram(
  program: Program,
  harnesses: readonly StoreHarness[],
  engine?: ParityEngine,
): Promise<{ readonly entries: readonly Entry[]; readonly difference: Difference | undefined }> {
  const expected = playOracle(program);
  let first: readonly Entry[] | undefined;
  for (const harness of harnesses) {
    let actual: readonly Entry[];
    try {
      actual = await playDriver(program, harness, engine);
    } catch (error) {
      // A driver that cannot even be opened, closed or removed differs from all others.
      const { outcome } = outcomeOf(() => {
        throw error;
      });
      const difference = {
        driver: harness.name,
        at: "",
        step: "open",
        expected: { value: "" },
        actual: outcome,
      };
      return { entries: expected, difference };
    }
    const difference = differenceOf(expected, first ?? actual, actual, harness.name);
    if (difference !== undefined) return { entries: expected, difference };
    first ??= actual;
  }
  return { entries: expected, difference: undefined };
}

function differenceOf(
  expected: readonly Entry[],
  first: readonly Entry[],
  actual: readonly Entry[],
  driver: string,
): Difference | undefined {
  for (const [position, entry] of actual.entries()) {
    const { at, step, outcome } = entry;
    const oracle = expected[position];
    if (oracle === undefined || oracle.at !== at)
      return { driver, at, step, expected: oracle?.outcome ?? { value: "no such step" }, actual: outcome };
    if (!agrees(oracle.outcome, outcome))
      return { driver, at, step, expected: oracle.outcome, actual: outcome };
    const other = first[position]?.outcome;
    // Where the oracle leaves the answer open, drivers still have to agree.
    if ("value" in oracle.outcome || other === undefined || agrees(other, outcome)) continue;
    return { driver, at, step, expected: other, actual: outcome };
  }
  const missing = expected[actual.length];
  if (missing === undefined) return undefined;
  const { at, step, outcome } = missing;
  return { driver, at, step, expected: outcome, actual: { value: "no such step" } };
}

/** Text by which two differences count as the same. */
export function signatureOf({ step, expected, actual }: Difference): string {
  return `${step}: ${outcomeKind(expected)} / ${outcomeKind(actual)}`;
}
