import { copyFileSync, readFileSync } from "node:fs";
import { Database, type Operator, type Row } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { errorOf } from "../support/errors.ts";
import {
  contentOf,
  type GoldenQuery,
  goldenBytes,
  goldenContent,
  goldenFacts,
  goldenNames,
  goldenPath,
  goldenRowText,
  typedText,
  valueText,
} from "../support/golden.ts";
import { copyOf, newPlace } from "../support/places.ts";
import { typedValue } from "../support/typed-value.ts";

/** Damaged files and what becomes of them: the rows of which file, cut where, and what strict mode says. */
const damaged: Readonly<
  Record<string, { readonly strict?: string; readonly cut?: string; readonly repairs: readonly string[] }>
> = {
  "18-damaged-torn-marker": { strict: "past_end", cut: "past_end", repairs: ["tail", "superblock"] },
  "19-damaged-torn-record": { strict: "past_end", cut: "past_end", repairs: ["tail", "superblock"] },
  "20-damaged-torn-manifest": { strict: "past_end", cut: "past_end", repairs: ["tail", "superblock"] },
  "21-damaged-zero-tail": { strict: "magic", cut: "magic", repairs: ["tail"] },
  "23-damaged-stale-superblock": { repairs: [] },
  "24-damaged-newer-superblock": { strict: "superblock", repairs: ["superblock"] },
  "25-damaged-checkpoint": { strict: "checkpoint", repairs: ["superblock"] },
};

const sound = goldenNames.filter((name) => !name.includes("damaged"));

/** What can be had from a damaged file: what upstream serves after cutting it, or all of the file it was made from. */
function expectedContent(name: string): Record<string, string[]> {
  const { afterAutoTruncate, base } = goldenFacts(name);
  if (afterAutoTruncate === undefined) return goldenContent(goldenFacts(base ?? name));
  return Object.fromEntries(
    Object.entries(afterAutoTruncate).map(([collection, rows]) => [
      collection,
      rows.map(goldenRowText).sort(),
    ]),
  );
}

describe.each(sound)("%s", (name) => {
  const facts = goldenFacts(name);

  test("holds the collections and rows that its JSON says", () => {
    const driver = fileStore(copyOf(goldenPath(name)));
    using db = Database.open(driver, { integers: "bigint" });
    expect(contentOf(db)).toEqual(goldenContent(facts));
    expect(db.verify().problems).toEqual([]);
    for (const { name: collection, version, primary } of facts.collections) {
      expect(db.schema(collection)).toMatchObject({ version, primaryKey: primary });
    }
    expect(driver.recoveryInfo().transactions).toBe(facts.layout.committedTransactions);
  });

  test("gives the right answers, whatever upstream's are", () => {
    using db = Database.open(fileStore(copyOf(goldenPath(name))), { integers: "bigint" });
    for (const query of facts.queries) expect(answer(db, query)).toEqual(wanted(query));
  });

  test("is not changed by being opened and closed, in any mode", () => {
    const before = goldenBytes(name);
    for (const mode of ["write", "read", "follow"] as const) {
      const path = copyOf(goldenPath(name));
      Database.open(fileStore(path, { mode })).close();
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });
});

describe.each(Object.entries(damaged))("%s", (name, { strict, cut, repairs }) => {
  test("opens with every committed row, and says what was mended", () => {
    const path = copyOf(goldenPath(name));
    const driver = fileStore(path);
    using db = Database.open(driver, { integers: "bigint" });
    expect(contentOf(db)).toEqual(expectedContent(name));
    expect(db.verify().problems).toEqual([]);
    const info = driver.recoveryInfo();
    expect(info.repairs).toEqual(repairs);
    expect(info.cutReason).toBe(cut);
    if (info.cutFile !== undefined) {
      expect(readFileSync(info.cutFile).equals(goldenBytes(name).subarray(info.cutOffset))).toBe(true);
    }
  });

  test("is clean once it was opened for writing", () => {
    const path = copyOf(goldenPath(name));
    Database.open(fileStore(path)).close();
    using db = Database.open(fileStore(path, { recovery: "strict" }), { integers: "bigint" });
    expect(contentOf(db)).toEqual(expectedContent(name));
  });

  test("can be read without being mended", () => {
    const path = copyOf(goldenPath(name));
    using db = Database.open(fileStore(path, { mode: "read" }), { integers: "bigint" });
    expect(contentOf(db)).toEqual(expectedContent(name));
    expect(readFileSync(path).equals(goldenBytes(name))).toBe(true);
  });

  test("strict mode takes it as it is or says what is unclean", () => {
    const path = copyOf(goldenPath(name));
    const open = (): void => Database.open(fileStore(path, { recovery: "strict" })).close();
    if (strict === undefined) open();
    else {
      const error = errorOf(open);
      expect(error.code).toBe(strict === "checkpoint" ? "checkpoint_invalid" : "log_unclean");
      if (error.code === "log_unclean") expect(error.details.reason).toBe(strict);
    }
    expect(readFileSync(path).equals(goldenBytes(name))).toBe(true);
  });
});

test("damage in the middle is an error that says where it is and what follows, and changes nothing", () => {
  const path = newPlace();
  copyFileSync(goldenPath("22-damaged-flip-middle"), path);
  for (const recovery of ["auto", "strict"] as const) {
    const error = errorOf(() => fileStore(path, { recovery }).open());
    expect(error.code).toBe("log_damaged");
    expect(error.details).toMatchObject({
      segment: "Record",
      reason: "payload_checksum",
      committedBefore: 5,
    });
    expect(error.details.intactTransactionsAfter).toBeGreaterThan(5);
    expect(error.message).toContain("salvage");
  }
  expect(readFileSync(path).equals(goldenBytes("22-damaged-flip-middle"))).toBe(true);
});

function answer(db: Database, query: GoldenQuery): string[] {
  const primary = db.schema(query.collection).primaryKey;
  let found = db.collection(query.collection).query();
  for (const { path, op, value } of query.where ?? []) {
    found = found.where(path as string[], op as Operator, typedValue(value));
  }
  for (const [path, direction] of orderOf(query)) found = found.orderBy(path, direction);
  if (typeof query.limit === "number") found = found.limit(query.limit);
  const keys = found.all().map((row) => valueText((row as Row)[primary]));
  return query.ordered ? keys : keys.sort();
}

function wanted(query: GoldenQuery): string[] {
  const keys = query.keys.map(typedText);
  return query.ordered ? keys : keys.sort();
}

function orderOf({ orderBy }: GoldenQuery): [readonly string[], "asc" | "desc"][] {
  return orderBy === null ? [] : [[orderBy.path, orderBy.desc ? "desc" : "asc"]];
}
