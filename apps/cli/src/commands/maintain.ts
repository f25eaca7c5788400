/** `copy` and `compact`. */
import { existsSync } from "node:fs";
import { type Command, EXIT, UsageError } from "../command.ts";
import { withVault } from "../place.ts";

export const copyCommand: Command = {
  usage: "<vault> <destination>",
  help: "Copy the last committed state of a vault, while others use it",
  positionals: [2, 2],
  options: {},
  run(args, output) {
    const [source = "", destination = ""] = args.positionals;
    if (existsSync(destination))
      throw new UsageError(`"${destination}" exists already; a copy replaces nothing`);
    if (endingOf(source) !== endingOf(destination))
      throw new UsageError(`a copy is of the same kind: "${destination}" must end with ${endingOf(source)}`);
    withVault(args, "look", (db) => db.copyTo(destination));
    output.print(`Copied to ${destination}.`);
    return EXIT.ok;
  },
};

function endingOf(path: string): string {
  return /\.[^./\\]*$/.exec(path)?.[0] ?? "";
}

export const compactCommand: Command = {
  usage: "<vault>",
  help: "Give back the space of dead data",
  positionals: [1, 1],
  options: {},
  run(args, output) {
    withVault(args, "write", (db) => db.compact());
    output.print("Compacted.");
    return EXIT.ok;
  },
};
