/**
 * The crash matrix: every reference scenario with every fault. After each fault the vault is opened as if by the next program: it must
 * open, verify clean, and hold every acknowledged commit, and the unacknowledged one whole or not at all.
 */
import { type Database, isModelVaultError } from "@modelvault/core";
import type { FileStoreOptions } from "@modelvault/store-file";
import {
  type Content,
  type CrashScenario,
  type CrashStep,
  contentOfVault,
  crashScenarios,
  nextSteps,
  sameContent,
} from "./crash-scenarios.ts";
import { FakeDisk, type Fault, randomFrom } from "./fake-disk.ts";
import { openOn } from "./open-on.ts";

/** One line of the matrix. */
export interface MatrixLine {
  readonly scenario: string;
  readonly fault: string;
  /** States of the disk that were opened again. */
  states: number;
  /** Of them: not opened, not clean, or without what they should hold. */
  lost: number;
  /** What was wrong with the first. */
  firstLoss?: string;
}

/** What to do with each disk found, beside opening it ourselves: let upstream try. */
export type Examine = (line: MatrixLine, bytes: Buffer) => void;

const PATH = "/vaults/a.modelvault";

interface Outcome {
  readonly disk: FakeDisk;
  /** What was acknowledged. */
  readonly acknowledged: Content;
  /** What may be there instead: the steps that failed. */
  readonly possible: readonly Content[];
}

/** Runs a scenario; every error of the medium is coded, and what was acknowledged is remembered. */
function play(
  scenario: CrashScenario,
  prepare: (disk: FakeDisk) => void,
  options?: FileStoreOptions,
): Outcome {
  const disk = new FakeDisk();
  let acknowledged: Content = new Map();
  let possible: Content[] = [];
  if (scenario.setUp.length > 0) {
    const db = openOn(disk, PATH, options);
    for (const step of scenario.setUp) {
      step.run(db);
      acknowledged = step.after(acknowledged);
    }
    db.close();
  }
  disk.calls = 0;
  prepare(disk);
  let db: Database | undefined;
  try {
    db = openOn(disk, PATH, options);
    for (const step of scenario.steps) {
      const next = step.after(acknowledged);
      try {
        step.run(db);
        // A step that failed before cannot come back once something was written after it.
        if (next !== acknowledged) possible = [];
        acknowledged = next;
      } catch (error) {
        if (!isModelVaultError(error)) throw error;
        possible.push(next);
      }
    }
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
  }
  try {
    db?.close();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
  }
  return { disk, acknowledged, possible };
}

/** Opens a disk as found, and says what is wrong with it; undefined when nothing is. */
function examine(disk: FakeDisk, { acknowledged, possible }: Outcome, mayLose = false): string | undefined {
  try {
    const db = openOn(disk, PATH);
    try {
      const { problems } = db.verify();
      if (problems.length > 0) return `verify: ${problems[0]?.message}`;
      const content = contentOfVault(db);
      if (!mayLose && ![acknowledged, ...possible].some((each) => sameContent(each, content))) {
        return `it holds ${JSON.stringify([...content])}, not ${JSON.stringify([...acknowledged])}`;
      }
      return undefined;
    } finally {
      db.close();
    }
  } catch (error) {
    return String(error);
  }
}

function record(line: MatrixLine, problem: string | undefined): void {
  line.states++;
  if (problem === undefined) return;
  line.lost++;
  line.firstLoss ??= problem;
}

/** How many calls a scenario makes when nothing fails. */
function callsOf(scenario: CrashScenario): number {
  return play(scenario, () => undefined).disk.calls;
}

const faults: readonly { readonly name: string; readonly make: (call: number) => Fault }[] = [
  { name: "EIO once", make: (call) => ({ call, errno: "EIO" }) },
  { name: "EIO from then on", make: (call) => ({ call, errno: "EIO", forever: true }) },
  { name: "ENOSPC once", make: (call) => ({ call, errno: "ENOSPC" }) },
  { name: "ENOSPC from then on", make: (call) => ({ call, errno: "ENOSPC", forever: true }) },
  { name: "short write once", make: (call) => ({ call, errno: "ENOSPC", short: true }) },
  {
    name: "short write from then on",
    make: (call) => ({ call, errno: "ENOSPC", short: true, forever: true }),
  },
];

/**
 * Tries everything.
 * @param images random states per moment of a power loss, beside all and nothing
 */
export function crashMatrix(images: number, seed: number, alsoExamine?: Examine): MatrixLine[] {
  const lines: MatrixLine[] = [];
  for (const scenario of crashScenarios) {
    const calls = callsOf(scenario);
    for (const { name, make } of faults) {
      const line: MatrixLine = { scenario: scenario.name, fault: name, states: 0, lost: 0 };
      for (let call = 1; call <= calls; call++) {
        const outcome = play(scenario, (disk) => {
          disk.fault = make(call);
        });
        record(line, examine(outcome.disk.afterExit(), outcome));
      }
      lines.push(line);
    }
    const line: MatrixLine = { scenario: scenario.name, fault: "power loss", states: 0, lost: 0 };
    const random = randomFrom(seed);
    for (let call = 1; call <= calls + 1; call++) {
      const outcome = play(scenario, (disk) => {
        disk.powerLossAt = call;
      });
      const kinds = [
        "all",
        "none",
        ...Array.from({ length: outcome.disk.unsynced === 0 ? 0 : images }, () => random),
      ] as const;
      for (const keep of kinds) {
        const found = outcome.disk.afterPowerLoss(keep);
        const bytes = found.bytesOf(PATH);
        if (bytes !== undefined) alsoExamine?.(line, Buffer.from(bytes));
        record(line, examine(found, outcome));
      }
    }
    lines.push(line);
  }
  return lines;
}

/** A writer is killed before any call of its own; the next one commits, and the power goes. */
export function killedThenPowerLoss(images: number, seed: number): MatrixLine {
  const line: MatrixLine = {
    scenario: "spare room, killed writer",
    fault: "power loss under the next one",
    states: 0,
    lost: 0,
  };
  const random = randomFrom(seed);
  const scenario = crashScenarios.find(({ name }) => name === "spare room") as CrashScenario;
  const next = nextSteps;
  const calls = callsOf(scenario);
  for (let kill = 1; kill <= calls + 1; kill++) {
    const first = play(scenario, (disk) => {
      disk.powerLossAt = kill;
    });
    for (let call = 1; ; call++) {
      const disk = first.disk.afterKill();
      disk.powerLossAt = call;
      const second = goOn(disk, first, next);
      for (let image = 0; image < images; image++)
        record(line, examine(disk.afterPowerLoss(image === 0 ? "none" : random), second));
      if (disk.calls < call) break;
    }
  }
  return line;
}

/** Opens the disk that another program has left, and takes some more steps. */
function goOn(disk: FakeDisk, before: Outcome, steps: readonly CrashStep[]): Outcome {
  let { acknowledged, possible } = before;
  try {
    const db = openOn(disk, PATH);
    let seen = contentOfVault(db);
    for (const step of steps) {
      const next = step.after(seen);
      try {
        step.run(db);
      } catch (error) {
        if (!isModelVaultError(error)) throw error;
        possible = [...possible, next];
        break;
      }
      // A commit makes durable what it found, whoever wrote that.
      [acknowledged, possible, seen] = [next, [], next];
    }
    db.close();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
  }
  return { disk, acknowledged, possible };
}

/** What a loss of power may take where commits are not waited for: whole commits from the end, and never a sound state. */
export function unsyncedCommits(images: number, seed: number): MatrixLine {
  const line: MatrixLine = {
    scenario: "autocommits, durability none",
    fault: "power loss",
    states: 0,
    lost: 0,
  };
  const random = randomFrom(seed);
  for (const scenario of crashScenarios.filter(
    ({ name }) => name === "autocommits" || name === "big transaction",
  )) {
    const calls = play(scenario, () => undefined, { durability: "none" }).disk.calls;
    for (let call = 1; call <= calls + 1; call++) {
      const outcome = play(
        scenario,
        (disk) => {
          disk.powerLossAt = call;
        },
        { durability: "none" },
      );
      for (let image = 0; image < images; image++)
        record(line, examine(outcome.disk.afterPowerLoss(random), outcome, true));
    }
  }
  return line;
}
