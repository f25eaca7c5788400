/** Exit codes: what a script can rely on. Those from 64 on are those of sysexits.h. Errors say themselves which is theirs, or their code does. */
import { ERROR_CATALOGUE, type ModelVaultError } from "@modelvault/core";

export const EXIT = {
  /** Done, or nothing to do. */
  ok: 0,
  /** Refused: the plan is blocked or stale, a row does not survive it, a migration cannot be undone. Nothing was changed. */
  failed: 1,
  /** `plan --exit-code`: there are changes to apply. */
  pending: 2,
  /** `check`: rows would not survive, or their model refuses them; `verify`: something is wrong; `salvage`: something was lost. */
  found: 3,
  /** The command line makes no sense. */
  usage: 64,
  /** What was read is not what it should be: a line of an import, a plan, the vault itself. */
  data: 65,
  /** A vault, a file or a collection is not there, or cannot be read. */
  missing: 66,
  /** The vault's driver has no such thing. */
  unavailable: 69,
  /** A fault of the program. */
  internal: 70,
  /** What was to be written is there already, or cannot be written. */
  cantCreate: 73,
  /** The medium failed. */
  io: 74,
  /** Another program is in the way; later it may work. */
  busy: 75,
  /** The module of models cannot be used. */
  config: 78,
  /** Whoever read the output has gone. */
  pipeClosed: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, for the help, in the order of the codes. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, "done, or nothing to do"],
  [EXIT.failed, "refused, and nothing was changed"],
  [EXIT.pending, "changes to apply (plan --exit-code)"],
  [EXIT.found, "found something wrong (check, verify, salvage)"],
  [EXIT.usage, "a command line that makes no sense"],
  [EXIT.data, "bad data: a line of an import, a plan, the vault"],
  [EXIT.missing, "a vault, file or collection that is not there"],
  [EXIT.unavailable, "nothing that this kind of vault can do"],
  [EXIT.internal, "a fault of this program"],
  [EXIT.cantCreate, "a file that cannot be written, or is there already"],
  [EXIT.io, "an input or output error"],
  [EXIT.busy, "another program is in the way; try again"],
  [EXIT.config, "a module of models that cannot be used"],
  [EXIT.pipeClosed, "the reader of the output has gone"],
];

/** An error that is told in one line, with the exit code that goes with it. */
export class CommandError extends Error {
  readonly exit: ExitCode;

  constructor(exit: ExitCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.exit = exit;
  }
}

/** A command line that makes no sense. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/** Thrown by what prints when nobody reads any more. */
export class OutputClosed extends Error {}

const BY_CODE: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ["argument_invalid", EXIT.config],
  ["collection_unknown", EXIT.missing],
  ["plan_invalid", EXIT.data],
  ["unsupported_operation", EXIT.unavailable],
]);

/** The exit code of an error of ModelVault. */
export function exitOf({ code, kind }: ModelVaultError): ExitCode {
  const own = BY_CODE.get(code);
  if (own !== undefined) return own;
  if (kind === "format") return EXIT.data;
  if (kind === "io") return EXIT.io;
  if (kind === "internal") return EXIT.internal;
  return ERROR_CATALOGUE[code].retry ? EXIT.busy : EXIT.failed;
}
