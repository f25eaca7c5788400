/** From the words of a command line to a command that ran: help, arguments, exit code. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { closest, isModelVaultError } from "@modelvault/core";
import { type Command, messageOf, type Output } from "./command.ts";
import { applyCommand } from "./commands/apply.ts";
import { checkCommand } from "./commands/check.ts";
import { historyCommand, revertCommand } from "./commands/history.ts";
import { inspectCommand, verifyCommand } from "./commands/inspect.ts";
import { compactCommand, copyCommand, restoreCommand, salvageCommand } from "./commands/maintain.ts";
import { planCommand } from "./commands/plan.ts";
import { exportCommand, importCommand } from "./commands/rows.ts";
import { CommandError, EXIT, EXIT_MEANINGS, exitOf, OutputClosed, UsageError } from "./exit-codes.ts";
import { errorWords } from "./own-words.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  plan: planCommand,
  check: checkCommand,
  apply: applyCommand,
  history: historyCommand,
  revert: revertCommand,
  inspect: inspectCommand,
  verify: verifyCommand,
  copy: copyCommand,
  compact: compactCommand,
  restore: restoreCommand,
  salvage: salvageCommand,
  export: exportCommand,
  import: importCommand,
};

/** Runs a command line (without the program's name) and returns the exit code. */
export async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  const [name = "", ...rest] = words;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (name === "") {
      output.note(overview());
      return EXIT.usage;
    }
    if (name === "help" || name === "--help" || name === "-h") {
      output.print(overview());
      return EXIT.ok;
    }
    if (name === "--version" || name === "-v") {
      output.print(version());
      return EXIT.ok;
    }
    if (command === undefined)
      throw new UsageError(
        `there is no command "${name}"; there are ${Object.keys(COMMANDS).join(", ")}.${didYouMean(name, Object.keys(COMMANDS))}`,
      );
    if (rest.includes("--help") || rest.includes("-h")) {
      output.print(helpOf(name, command));
      return EXIT.ok;
    }
    const args = parse(name, command, rest);
    return await command.run(args, command.changes === true ? heedless(output) : output);
  } catch (error) {
    return report(error, output);
  }
}

function parse(name: string, command: Command, words: readonly string[]): Parameters<Command["run"]>[0] {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([key, { type, multiple = false }]) => [key, { type, multiple }]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(unknownOption(name, error, Object.keys(options)) ?? messageOf(error));
  }
  const [min, max] = command.positionals;
  const { positionals, values } = parsed;
  if (positionals.length < min || positionals.length > max)
    throw new UsageError(`it is: modelvault ${name} ${command.usage}`);
  return { positionals, options: values };
}

/** What to say of an option that a command does not have; undefined for any other trouble. */
function unknownOption(command: string, error: unknown, known: readonly string[]): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: string };
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return undefined;
  const option = /'(-[^']*)'/.exec(message ?? "")?.[1] ?? "";
  const names = known.map((each) => `--${each}`);
  const list = names.length === 0 ? "it has none" : `there are ${names.join(", ")}`;
  return `${command} has no option ${option}; ${list}.${didYouMean(option, names)}`;
}

function didYouMean(given: string, known: readonly string[]): string {
  const name = closest(given, known);
  return name === undefined ? "" : ` Did you mean ${name}?`;
}

function report(error: unknown, output: Output): number {
  if (error instanceof OutputClosed) return EXIT.pipeClosed;
  if (error instanceof CommandError) {
    output.note(`modelvault: ${error.message}`);
    return error.exit;
  }
  if (isModelVaultError(error)) {
    output.note(`modelvault: ${errorWords(error)}`);
    return exitOf(error);
  }
  output.note(`modelvault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.internal;
}

/** For what changes a vault: its words are lost when nobody reads them, its work is not. */
function heedless(output: Output): Output {
  return {
    ...output,
    print(line) {
      try {
        output.print(line);
      } catch (error) {
        if (!(error instanceof OutputClosed)) throw error;
      }
    },
  };
}

/** The version of this program, which is that of its package. */
function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  return [
    "modelvault <command> <vault> …",
    "",
    "A vault is a file that ends with .modelvault or .lmdb.",
    "",
    ...Object.entries(COMMANDS).map(([name, { help }]) => `  ${name.padEnd(width)}  ${help}`),
    "",
    "modelvault <command> --help tells of its options, modelvault --version which one this is.",
    "",
    "Exit codes:",
    ...EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`),
  ].join("\n");
}

function helpOf(name: string, { usage, help, options }: Command): string {
  const lines = Object.entries(options).map(([option, { value, help: meaning }]): [string, string] => [
    `--${option}${value === undefined ? "" : ` <${value}>`}`,
    meaning,
  ]);
  const width = Math.max(0, ...lines.map(([option]) => option.length));
  return [
    `modelvault ${name} ${usage}`,
    "",
    `${help}.`,
    ...(lines.length === 0
      ? []
      : ["", ...lines.map(([option, meaning]) => `  ${option.padEnd(width)}  ${meaning}`)]),
  ].join("\n");
}
