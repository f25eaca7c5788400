/** `apply`: carries a plan out, in one transaction. */
import type { Database } from "@modelvault/core";
import { type ApplyOptions, apply } from "@modelvault/models";
import { choosePlan, PLAN_OPTION, VALIDATE_OPTION, validateRows } from "../chosen-plan.ts";
import { type Arguments, type Command, flag, type Output, text } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DROP_OPTIONS, MODEL_OPTIONS } from "../models-module.ts";
import { planWords } from "../own-words.ts";
import { withNewVault } from "../place.ts";

/** Rows between two lines of progress. */
const ROWS_PER_NOTE = 100_000;

export const PROGRAM_OPTION = {
  program: { type: "string", value: "name", help: "who applies it, for the history" },
} as const;

export const applyCommand: Command = {
  usage: "<vault> --models <module>",
  help: "Change the vault to what the models say, all of it or nothing",
  positionals: [1, 1],
  changes: true,
  options: {
    ...MODEL_OPTIONS,
    ...DROP_OPTIONS,
    ...PLAN_OPTION,
    ...PROGRAM_OPTION,
    ...VALIDATE_OPTION,
    safe: { type: "boolean", help: "refuse a plan that touches stored rows" },
    json: { type: "boolean", help: "print what was done as JSON" },
  },
  async run(args, output) {
    const makePlan = await choosePlan(args);
    const rehearse = (db: Database): void => void apply(db, makePlan(db));
    const work = (db: Database): ExitCode => {
      const changes = makePlan(db);
      if (flag(args, "safe") && changes.safety !== "safe") {
        output.note(`Refused by --safe.\n${planWords(String(changes))}`);
        return EXIT.failed;
      }
      const { changed, entry } = apply(db, changes, {
        ...applyOptions(args, output),
        ...validateRows(args),
      });
      if (flag(args, "json"))
        output.print(JSON.stringify({ changed, hash: changes.hash, number: entry?.number ?? null }));
      else {
        output.print(planWords(String(changes)));
        if (changed) output.print(`Applied as migration ${entry?.number}.`);
        else if (!changes.isEmpty) output.print("Nothing to do: it was applied already.");
      }
      return EXIT.ok;
    };
    return withNewVault(args, "write", output, work, rehearse);
  },
};

export function applyOptions(args: Arguments, output: Output): ApplyOptions {
  const program = text(args, "program");
  let noted = 0;
  return {
    ...(program === undefined ? {} : { program }),
    onProgress: ({ collection, rowsDone, rowsTotal }) => {
      if (rowsDone === 0) noted = 0;
      if (rowsDone - noted < ROWS_PER_NOTE) return;
      noted = rowsDone;
      output.note(`${collection}: ${rowsDone} of ${rowsTotal} rows`);
    },
  };
}
