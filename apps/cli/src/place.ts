/** From a path to a vault: what the path ends with says which driver it is of. */
import { existsSync } from "node:fs";
import { Database, memoryStore, type StoreDriver } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import type { Arguments, Output } from "./command.ts";
import { CommandError, EXIT, UsageError } from "./exit-codes.ts";

/** How a command uses a vault: `look` beside a running writer, `write` as the writer. */
export type Use = "look" | "write";

/** @throws UsageError for another ending */
export function driverOf(path: string, use: Use, createIfMissing: boolean): StoreDriver {
  if (path.endsWith(".modelvault")) {
    return fileStore(path, use === "look" ? { mode: "follow" } : { createIfMissing });
  }
  if (path.endsWith(".lmdb")) return lmdbStore(path, use === "look" ? { mode: "read" } : { createIfMissing });
  throw new UsageError(
    `"${path}" ends neither with .modelvault nor with .lmdb, which say what kind of vault it is`,
  );
}

/** The driver of a vault that exists. @throws CommandError */
export function existingVault(path: string, use: Use): StoreDriver {
  const driver = driverOf(path, use, false);
  if (!existsSync(path)) throw new CommandError(EXIT.missing, `there is no vault at "${path}"`);
  return driver;
}

/** Runs something on a vault that exists, and closes it. Integers come as numbers where they fit, else as bigints. */
export function withVault<T>(args: Arguments, use: Use, work: (db: Database) => T): T {
  using db = Database.open(existingVault(args.positionals[0] ?? "", use));
  return work(db);
}

/** The same for a vault that may have to be made: what only looks is shown an empty one. */
export function withNewVault<T>(
  args: Arguments,
  use: Use,
  output: Output,
  work: (db: Database) => T,
  rehearse: (db: Database) => void = () => undefined,
): T {
  const path = args.positionals[0] ?? "";
  const driver = driverOf(path, use, true);
  const missing = !existsSync(path);
  if (missing && use === "look") output.note(`There is no vault at ${path} yet; this is for a new one.`);
  if (missing && use === "write") {
    // A plan that is refused leaves no empty vault behind.
    using rehearsal = Database.open(memoryStore());
    rehearse(rehearsal);
  }
  using db = Database.open(missing && use === "look" ? memoryStore() : driver);
  return work(db);
}
