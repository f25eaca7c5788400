/** `copy` and `compact`. */
import { existsSync } from "node:fs";
import { copyVault } from "@modelvault/core";
import { type Command, EXIT, UsageError } from "../command.ts";
import { driverOf, existingVault, withVault } from "../place.ts";

export const copyCommand: Command = {
  usage: "<vault> <destination>",
  help: "Copy the last committed state of a vault to a new one, of the same kind or the other",
  positionals: [2, 2],
  options: {},
  run(args, output) {
    const [source = "", destination = ""] = args.positionals;
    if (existsSync(destination))
      throw new UsageError(`"${destination}" exists already; a copy replaces nothing`);
    const target = driverOf(destination, "write", true);
    const { collections, rows } = copyVault(existingVault(source, "look"), target);
    output.print(
      `Copied ${counted(rows, "row")} of ${counted(collections, "collection")} to ${destination}.`,
    );
    return EXIT.ok;
  },
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
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
