/** `history`: the migrations that the vault remembers; `revert`: the last one undone. */
import { apply, describeStep, encodeExact, type HistoryEntry, history, planRevert } from "@modelvault/models";
import { type Command, flag } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { withVault } from "../place.ts";
import { applyOptions, PROGRAM_OPTION } from "./apply.ts";

export const historyCommand: Command = {
  usage: "<vault>",
  help: "List the migrations that were applied to the vault",
  positionals: [1, 1],
  options: {
    steps: { type: "boolean", help: "list the steps of each, in words" },
    json: { type: "boolean", help: "print them as JSON, with their steps" },
  },
  run(args, output) {
    const entries = withVault(args, "look", history);
    if (flag(args, "json")) {
      const shown = entries.map(({ before: _before, changes: _changes, ...entry }) => entry);
      output.print(JSON.stringify(encodeExact(shown)));
      return EXIT.ok;
    }
    for (const entry of entries) {
      output.print(lineOf(entry));
      if (!flag(args, "steps")) continue;
      for (const step of entry.steps) output.print(`      ${step.collection}: ${describeStep(step)}`);
    }
    return EXIT.ok;
  },
};

function lineOf({ number, appliedAt, hash, program, steps, reverts }: HistoryEntry): string {
  const what =
    reverts === undefined ? `${steps.length} ${steps.length === 1 ? "step" : "steps"}` : `reverts ${reverts}`;
  return [
    String(number).padStart(4),
    new Date(appliedAt).toISOString(),
    hash.slice(0, 12),
    what,
    program ?? "",
  ]
    .join("  ")
    .trimEnd();
}

export const revertCommand: Command = {
  usage: "<vault>",
  help: "Undo the last migration, where that can be done exactly",
  positionals: [1, 1],
  changes: true,
  options: {
    ...PROGRAM_OPTION,
    "dry-run": { type: "boolean", help: "only show what would be done" },
    json: { type: "boolean", help: "print the plan as JSON" },
  },
  run(args, output) {
    const dryRun = flag(args, "dry-run");
    return withVault(args, dryRun ? "look" : "write", (db) => {
      const changes = planRevert(db);
      const entry = dryRun ? undefined : apply(db, changes, applyOptions(args, output)).entry;
      if (flag(args, "json")) {
        output.print(JSON.stringify(changes));
        return EXIT.ok;
      }
      output.print(String(changes));
      output.print(
        entry === undefined
          ? "A dry run: nothing was changed."
          : `Migration ${entry.reverts} is undone, which is recorded as migration ${entry.number}.`,
      );
      return EXIT.ok;
    });
  },
};
