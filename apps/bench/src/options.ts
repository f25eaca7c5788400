/** The command line: `npm run bench -- --only point-get --subjects memory,better-sqlite3 --rounds 3 --json out.json`. */
import { parseArgs } from "node:util";
import type { Scenario } from "./scenarios/scenario.ts";
import { SCENARIOS, scenariosNamed } from "./scenarios/scenarios.ts";
import type { SubjectKind } from "./subjects/subject.ts";
import { EXTRA_SUBJECTS, SUBJECTS } from "./subjects/subjects.ts";

export interface Options {
  readonly subjects: readonly SubjectKind[];
  readonly scenarios: readonly Scenario[];
  /** Whether to measure what models cost the type checker. */
  readonly typeCheck: boolean;
  readonly rounds: number;
  readonly quick: boolean;
  /** Measures processor time instead of the wall clock. */
  readonly cpu: boolean;
  /** Where V8's profiles of the measured processes go. */
  readonly profile: string | undefined;
  /** Where the results go as JSON. */
  readonly json: string | undefined;
  /** The Node to measure with: a path, or a version that `npx node@…` brings; absent: the present one. */
  readonly node: string | undefined;
  /** Compares vault files with upstream's engine, and does nothing else. */
  readonly upstream: boolean;
  readonly help: boolean;
}

/** The scenario that runs no database, but the type checker. */
const TYPE_CHECK = "type-check";

export const HELP = `npm run bench -- [options]

  --only A,B        these scenarios (a name, or its beginning: durable-commit)
  --subjects A,B    these subjects
  --rounds N        rounds of each, 5 unless told
  --quick           little data and short rounds, to see that all works; the figures mean nothing
  --cpu             counts processor time, not time: for a machine that is busy; waiting for a disk is free then
  --profile FOLDER  writes a .cpuprofile of each measured process
  --json FILE       writes the results to a file
  --upstream        compares vault files with upstream's own engine for Python, and does nothing else
  --node N          measures with another Node: a version such as 24, brought by npx, or a path

Scenarios: ${SCENARIOS.map(({ name }) => name).join(", ")}, ${TYPE_CHECK}
Subjects:  ${SUBJECTS.map(({ name }) => (EXTRA_SUBJECTS.has(name) ? `${name} (only by name)` : name)).join(", ")}`;

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const values = parseValues(args);
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds takes a number from 1, not "${values.rounds}"`);
  const subjects = values.subjects === undefined ? undefined : listOf(values.subjects);
  const names = values.only === undefined ? undefined : listOf(values.only);
  const typeCheck = names?.includes(TYPE_CHECK) ?? true;
  const only = names?.filter((name) => name !== TYPE_CHECK).flatMap(scenariosOf);
  for (const name of subjects ?? []) requireSubject(name);
  return {
    subjects: SUBJECTS.filter(({ name }) => subjects?.includes(name) ?? !EXTRA_SUBJECTS.has(name)),
    scenarios: SCENARIOS.filter((scenario) => only?.includes(scenario) ?? true),
    typeCheck,
    rounds,
    quick: values.quick ?? false,
    cpu: values.cpu ?? false,
    profile: values.profile,
    json: values.json,
    node: values.node,
    upstream: values.upstream ?? false,
    help: values.help ?? false,
  };
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm and some npm versions hand the "--" on.
      args: args.filter((arg) => arg !== "--"),
      options: {
        only: { type: "string" },
        subjects: { type: "string" },
        rounds: { type: "string" },
        profile: { type: "string" },
        json: { type: "string" },
        node: { type: "string" },
        quick: { type: "boolean" },
        cpu: { type: "boolean" },
        upstream: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function scenariosOf(name: string): readonly Scenario[] {
  const found = scenariosNamed(name);
  if (found.length > 0) return found;
  throw new UsageError(
    `There is no scenario "${name}"; one of: ${SCENARIOS.map((each) => each.name).join(", ")}, ${TYPE_CHECK}`,
  );
}

function requireSubject(name: string): void {
  if (SUBJECTS.some((kind) => kind.name === name)) return;
  throw new UsageError(
    `There is no subject "${name}"; one of: ${SUBJECTS.map((kind) => kind.name).join(", ")}`,
  );
}
