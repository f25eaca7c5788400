/**
 * Random programs (schema changes, writes, transactions, views, queries, cursors, iterations, reopening, mistakes) on the asynchronous surface, beside the oracle that the synchronous
 * one is held beside. More of them: `ASYNC_PROGRAMS=500 ASYNC_SEED=7 npx vitest run packages/async/test/parity`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ParityDifference, runParity, type StoreHarness } from "@modelvault/store-testkit";
import { afterAll, expect, test } from "vitest";
import { BlockingEngine } from "./blocking-engine.ts";

const PROGRAMS = Number(process.env.ASYNC_PROGRAMS ?? 3);
const SEED = Number(process.env.ASYNC_SEED ?? 1);
const FIRST = Number(process.env.ASYNC_FIRST ?? 0);
const engines: BlockingEngine[] = [];

afterAll(async () => {
  for (const engine of engines) await engine.end();
});

/** What this surface does otherwise, and says so. */
function isKnown({ program, step, expected, actual }: ParityDifference): boolean {
  // A function of a row cannot ask the database.
  if (JSON.stringify(program).includes('"run":[{')) return true;
  if (!("codes" in actual)) return false;
  const [code = ""] = actual.codes;
  // An iteration that has nothing to give is over, or has ended with its transaction or view.
  if ("value" in expected)
    return step === "take" && expected.value === '{"over":true,"rows":[]}' && NOWHERE.has(code);
  if (!("codes" in expected)) return false;
  // Of several things that are wrong another one may be told: a view refuses a write at once; a source is asked for its rows before they are looked at; a query is looked at
  // before it is known where it runs.
  if (code === "view_read_only") return true;
  if (step === "insertMany") return code === "planned: iterable";
  return QUERYING.has(step) && expected.codes.some((each) => NOWHERE.has(each));
}

const QUERYING: ReadonlySet<string> = new Set(["query", "updateAll", "page", "next", "iterate"]);
const NOWHERE: ReadonlySet<string> = new Set([
  ...["collection_unknown", "transaction_closed", "snapshot_closed", "database_closed"],
]);

test.each(["file", "lmdb"] as const)("on %s, programs end as they do for the oracle", async (store) => {
  const engine = new BlockingEngine(store);
  engines.push(engine);
  const harness: StoreHarness = {
    name: `async ${store}`,
    newLocation() {
      const folder = mkdtempSync(join(tmpdir(), "modelvault-parity-"));
      engine.path = join(folder, `a.${store}`);
      return folder;
    },
    open() {
      throw new Error("is opened by the engine");
    },
    dispose(folder) {
      rmSync(folder as string, { recursive: true, force: true });
    },
  };
  let played = 0;
  for (let first = FIRST; first < FIRST + PROGRAMS; first++) {
    const result = await runParity({
      drivers: [harness],
      engine,
      seed: SEED,
      first,
      programs: 1,
      shrink: false,
    });
    const [difference] = result.differences;
    if (difference === undefined) played++;
    else if (!isKnown(difference)) expect.fail(difference.message);
  }
  expect(played).toBeGreaterThan(0);
});
