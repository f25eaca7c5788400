/** `copy`, `compact`, `restore` and `salvage`. */
import { existsSync } from "node:fs";
import { copyVault } from "@modelvault/core";
import { restore as restoreFile, salvage } from "@modelvault/store-file";
import { restore as restoreLmdb } from "@modelvault/store-lmdb";
import { type Command, counted, flag } from "../command.ts";
import { CommandError, EXIT, UsageError } from "../exit-codes.ts";
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

export const restoreCommand: Command = {
  usage: "<copy> <vault>",
  help: "Make a copy, of the same kind, the vault at a place, whole or not at all",
  positionals: [2, 2],
  changes: true,
  options: { overwrite: { type: "boolean", help: "replace the vault that is there" } },
  run(args, output) {
    const [source = "", destination = ""] = args.positionals;
    existingVault(source, "look");
    driverOf(destination, "write", true);
    const overwrite = flag(args, "overwrite");
    const lmdb = source.endsWith(".lmdb");
    if (destination.endsWith(".lmdb") !== lmdb)
      throw new UsageError("restore takes two vaults of one kind; copy makes a vault of the other");
    if (existsSync(destination) && !overwrite)
      throw new CommandError(EXIT.cantCreate, `"${destination}" exists already; --overwrite replaces it`);
    const { revision } = (lmdb ? restoreLmdb : restoreFile)(source, destination, { overwrite });
    output.print(`Restored ${destination}, at revision ${revision}.`);
    return EXIT.ok;
  },
};

export const salvageCommand: Command = {
  usage: "<vault> <destination>",
  help: "Copy what is intact in a damaged vault to a new one, and tell what was lost; for .modelvault",
  positionals: [2, 2],
  changes: true,
  options: { json: { type: "boolean", help: "print the whole report as JSON" } },
  run(args, output) {
    const [source = "", destination = ""] = args.positionals;
    existingVault(source, "look");
    if (![source, destination].every((path) => path.endsWith(".modelvault")))
      throw new CommandError(EXIT.unavailable, "salvage is for vaults that end with .modelvault");
    if (existsSync(destination))
      throw new CommandError(EXIT.cantCreate, `"${destination}" exists already; salvage replaces nothing`);
    const report = salvage(source, destination);
    const { rows, lost, unusable } = report;
    if (flag(args, "json")) output.print(JSON.stringify(report));
    else {
      for (const [name, count] of Object.entries(rows)) output.print(`${name}: ${counted(count, "row")}`);
      for (const { offset, bytes, reason } of lost)
        output.print(`lost: ${counted(bytes, "byte")} at offset ${offset} (${reason})`);
      for (const { offset, reason } of unusable)
        output.print(`unusable: a record at offset ${offset} (${reason})`);
      output.print(`Salvaged to ${destination}.`);
    }
    return lost.length + unusable.length === 0 ? EXIT.ok : EXIT.found;
  },
};
