/** `copy` and `compact`. */
import { existsSync } from "node:fs";
import { copyVault } from "@modelvault/core";
import { type Command, counted } from "../command.ts";
import { CommandError, EXIT } from "../exit-codes.ts";
import { driverOf, existingVault, withVault } from "../place.ts";

export const copyCommand: Command = {
  usage: "<vault> <destination>",
  help: "Copy the last committed state of a vault to a new one, of the same kind or the other",
  positionals: [2, 2],
  changes: true,
  options: {},
  run(args, output) {
    const [source = "", destination = ""] = args.positionals;
    const from = existingVault(source, "look");
    if (existsSync(destination))
      throw new CommandError(EXIT.cantCreate, `"${destination}" exists already; a copy replaces nothing`);
    const target = driverOf(destination, "write", true);
    const { collections, rows } = copyVault(from, target);
    output.print(
      `Copied ${counted(rows, "row")} of ${counted(collections, "collection")} to ${destination}.`,
    );
    return EXIT.ok;
  },
};

export const compactCommand: Command = {
  usage: "<vault>",
  help: "Give back the space of dead data",
  positionals: [1, 1],
  changes: true,
  options: {},
  run(args, output) {
    withVault(args, "write", (db) => db.compact());
    output.print("Compacted.");
    return EXIT.ok;
  },
};
