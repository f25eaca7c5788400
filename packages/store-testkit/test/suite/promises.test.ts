import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allChecks } from "../../src/suite/all-checks.ts";
import { promise } from "../../src/suite/promises.ts";

/** The prose of the contract's comments, as one line each, without stars, links and tags. */
const contract = ["store.ts", "maintenance.ts"].flatMap((file) => {
  const source = readFileSync(new URL(`../../../core/src/store/${file}`, import.meta.url), "utf8");
  return [...source.matchAll(/\/\*\*(.*?)\*\//gs)].map(([, comment = ""]) =>
    comment
      .replace(/^\s*\* ?/gm, " ")
      .replace(/\{@link (\w+)\}/g, "$1")
      .replace(/@throws /g, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
});

/** Sentences that say why, or what the caller or the engine does: a driver cannot break them. */
const noPromises = [
  "The Store: what a driver is.",
  "Schemas, validation, uniqueness, indexes, savepoints and queries are built once, in core, on nothing but this file.",
  "Every corner below has one answer, and the testkit probes it.",
  "One ordered map of a store.",
  "Bounds of a scan.",
  "A key and its value. Neither may be changed by the caller; see StoreReader for how long they stay valid.",
  "Reading.",
  "Core derives it from `get` where a driver has nothing faster.",
  "Optional: a driver has it where it can tell without counting, so that its cost does not grow with the answer. Without it core scans.",
  "The same number by counting, for drivers that count much faster than they scan. Optional: core asks where it would have scanned all of it.",
  "How to start a transaction.",
  "The write transaction.",
  "store_closed",
  "file_damaged",
  "store_io, store_busy, store_in_use, format errors of the driver",
  ': `memoryStore()`, `fileStore("app.modelvault")`.',
  "For a medium whose writers wait for each other without bound: a thread that wrote there by itself, too, would wait for a transaction which only it can end. Absent where `open` refuses a second writer anyway. The place must be there already.",
  "What a store may be able to do beyond reading and writing. Each part is optional; core throws `unsupported_operation` for a part a driver lacks, never a silent nothing.",
  "The second, optional interface of a driver.",
];

describe("the promises that the suite quotes", () => {
  test.each(Object.entries(promise))("%s stands in the contract, word for word", (_, sentence) => {
    expect(contract.filter((comment) => comment.includes(sentence))).not.toEqual([]);
  });

  test("are all there are: no other sentence of the contract goes untried", () => {
    const known = [...Object.values(promise), ...noPromises].sort((a, b) => b.length - a.length);
    const rest = contract.map((comment) =>
      known.reduce((left, sentence) => left.replaceAll(sentence, ""), comment).trim(),
    );
    expect(rest.filter((left) => left !== "")).toEqual([]);
  });

  test("are each tried by a check", () => {
    const tried = new Set(allChecks.flatMap(({ promises }) => promises));
    expect(Object.entries(promise).filter(([, sentence]) => !tried.has(sentence))).toEqual([]);
  });
});
