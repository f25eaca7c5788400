/** What a command is, and what it is given: its arguments, and where its words go. */
import { UsageError } from "./exit-codes.ts";

export interface Arguments {
  /** What stands behind the command, without options: the vault first. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
}

export interface Output {
  /** One line on standard output: what was asked for. @throws OutputClosed when nobody reads any more */
  print(line: string): void;
  /** One line on standard error: progress, and what went wrong. */
  note(line: string): void;
}

export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What stands behind the option in the help. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** Arguments behind the command, for the help: `<vault>`. */
  readonly usage: string;
  readonly help: string;
  /** How many arguments it takes. */
  readonly positionals: readonly [min: number, max: number];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Whether it changes the vault, or makes another: then it goes on when nobody reads its output any more. */
  readonly changes?: boolean;
  /** Returns the exit code. */
  run(args: Arguments, output: Output): number | Promise<number>;
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `1 row`, `2 rows`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The text of an option that may be given once. */
export function text({ options }: Arguments, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function flag({ options }: Arguments, name: string): boolean {
  return options[name] === true;
}

/** The texts of an option that may be given several times. */
export function texts({ options }: Arguments, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** A whole number from 1. */
export function count(args: Arguments, name: string): number | undefined {
  const given = text(args, name);
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(given))
    throw new UsageError(`--${name} takes a whole number from 1, not "${given}"`);
  return Number(given);
}
