/**
 * `export` and `import`: rows as JSON lines, one row a line, with the collection it belongs to. What JSON has no words for stands as an
 * object with one key: `{"$bigint":"9223372036854775807"}`, `{"$bytes":"00ff"}`, `{"$float":"NaN"}`.
 */
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Database, type ErrorKind, isModelVaultError, type Row, type Transaction } from "@modelvault/core";
import { decodeExact, encodeExact } from "@modelvault/models";
import { type Command, counted, flag, messageOf, texts } from "../command.ts";
import { CommandError, EXIT } from "../exit-codes.ts";
import { errorWords } from "../own-words.ts";
import { existingVault, withVault } from "../place.ts";

/** Kinds of errors that a row is the reason for. */
const OF_A_LINE: readonly ErrorKind[] = ["validation", "conflict", "schema", "usage", "limit"];

/** Rows stored by one transaction. */
const BATCH_ROWS = 1_000;

export const exportCommand: Command = {
  usage: "<vault>",
  help: "Print every row as JSON, one a line",
  positionals: [1, 1],
  options: {
    collection: { type: "string", multiple: true, value: "name", help: "only rows of this collection" },
  },
  run(args, output) {
    const chosen = texts(args, "collection");
    withVault(args, "look", (db) =>
      db.read((view) => {
        for (const name of chosen.length === 0 ? view.collectionNames() : chosen) {
          for (const row of view.collection(name, { integers: "exact" }).iterate())
            output.print(JSON.stringify({ collection: name, row: encodeExact(row) }));
        }
      }),
    );
    return EXIT.ok;
  },
};

export const importCommand: Command = {
  usage: "<vault> <file | ->",
  help: "Store rows that export printed; the collections must be there",
  positionals: [2, 2],
  changes: true,
  options: {
    replace: { type: "boolean", help: "replace rows that have the same key, in place of refusing them" },
  },
  async run(args, output) {
    const [path = "", file = ""] = args.positionals;
    using db = Database.open(existingVault(path, "write"));
    const replace = flag(args, "replace");
    let done = 0;
    let lines = 0;
    try {
      for await (const batch of batches(await inputOf(file))) {
        let stored = 0;
        db.transaction((tx) => {
          for (const [at, line] of batch.entries()) {
            if (line.trim() === "") continue;
            store(tx, line, lines + at + 1, replace);
            stored++;
          }
        });
        lines += batch.length;
        done += stored;
      }
    } catch (error) {
      if (done > 0) output.note(`The first ${done} rows are stored, up to line ${lines}.`);
      throw error;
    }
    output.print(`${counted(done, "row")} stored.`);
    return EXIT.ok;
  },
};

async function inputOf(file: string): Promise<NodeJS.ReadableStream> {
  if (file === "-") return process.stdin;
  try {
    return (await open(file)).createReadStream();
  } catch (error) {
    throw new CommandError(EXIT.missing, `the file "${file}" cannot be read: ${messageOf(error)}`);
  }
}

async function* batches(input: NodeJS.ReadableStream): AsyncGenerator<string[], void, undefined> {
  let batch: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    batch.push(line);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function store(tx: Transaction, line: string, number: number, replace: boolean): void {
  let entry: { readonly collection?: unknown; readonly row?: unknown } | null;
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    throw new CommandError(EXIT.data, `line ${number} is no JSON`);
  }
  const { collection, row } = entry ?? {};
  if (typeof collection !== "string" || typeof row !== "object")
    throw new CommandError(
      EXIT.data,
      `line ${number} is no row as export prints them: { "collection": …, "row": … }`,
    );
  try {
    const rows = tx.collection(collection);
    const decoded = decodeExact(row) as Row;
    if (replace) rows.put(decoded);
    else rows.insert(decoded);
  } catch (error) {
    if (!isModelVaultError(error) || !OF_A_LINE.includes(error.kind)) throw error;
    throw new CommandError(EXIT.data, `line ${number}: ${errorWords(error)}`, { cause: error });
  }
}
