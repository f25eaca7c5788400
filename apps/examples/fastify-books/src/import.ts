/**
 * Imports of NDJSON, in one of two ways:
 *
 *   whole    all rows or none. One transaction, open while rows come in, so other writers wait as long as the client sends:
 *            bounded by a time limit.
 *   chunks   a thousand rows at a time, each thousand all or none. Nobody waits long; an import that ends half-way leaves
 *            the chunks before, and says how many rows that is.
 *
 * Both read the request no faster than rows are stored.
 */
import { isModelVaultError } from "@modelvault/core";
import type { Cities } from "./cities.ts";
import { type City, CityRow } from "./city.ts";
import { jsonLines } from "./ndjson.ts";
import { Problem, problemOf, zodIssues } from "./problem.ts";

const CHUNK_ROWS = 1000;
const WHOLE_MS_MAX = 60_000;

/** Returns how many rows were stored. @throws Problem, with the row that was refused and how many rows are stored */
export async function importCities(
  cities: Cities,
  body: AsyncIterable<Uint8Array>,
  mode: "whole" | "chunks",
  signal: AbortSignal,
): Promise<number> {
  const rows = checkedRows(body);
  if (mode === "chunks") return inChunks(cities, rows, signal);
  try {
    return await cities.addAll(rows, signal, WHOLE_MS_MAX);
  } catch (error) {
    throw refused(error, 0, 0);
  }
}

async function inChunks(cities: Cities, rows: AsyncIterable<City>, signal: AbortSignal): Promise<number> {
  let stored = 0;
  let chunk: City[] = [];
  const store = async (): Promise<void> => {
    signal.throwIfAborted();
    stored += await cities.add(chunk);
    chunk = [];
  };
  try {
    for await (const row of rows) {
      chunk.push(row);
      if (chunk.length === CHUNK_ROWS) await store();
    }
    if (chunk.length > 0) await store();
    return stored;
  } catch (error) {
    throw refused(error, stored, stored);
  }
}

/** Rows that Zod lets pass. What Zod cannot know (that an id is taken) the engine says. */
async function* checkedRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<City, void, undefined> {
  let row = 0;
  for await (const value of jsonLines(body)) {
    row++;
    const { data, error } = CityRow.safeParse(value);
    if (error !== undefined)
      throw new Problem(422, "row_refused", `Row ${row} is not a city.`, { row, issues: zodIssues(error) });
    yield data;
  }
}

/** Says with an error how far the import has come. `before`: rows of chunks before the one that the error's position counts in. */
function refused(error: unknown, before: number, stored: number): Problem {
  const { document } = problemOf(error);
  const { status, code, detail, ...more } = document;
  const position = isModelVaultError(error) ? error.details.position : undefined;
  const row = typeof position === "number" ? { row: before + position + 1 } : {};
  return new Problem(status, code, detail, { ...more, ...row, stored });
}
