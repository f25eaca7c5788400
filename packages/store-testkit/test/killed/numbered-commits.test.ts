/** The judge of killed processes must tell what was lost, torn or mixed; here the killed process is a vault that is written by hand. */
import { Database, memoryStore, type Row, type StoreDriver } from "@modelvault/core";
import { lastTold, lostCommits, writeNumberedCommits } from "@modelvault/store-testkit";
import { describe, expect, test } from "vitest";

/** One memory store behind every opening. */
function lasting(): StoreDriver {
  const driver = memoryStore();
  const store = driver.open();
  store.close = () => undefined;
  return { ...driver, open: () => store };
}

/** A vault of so many commits, after something was done to its rows. */
function after(commits: number, damage: (db: Database) => void = () => undefined): Database {
  const driver = lasting();
  writeNumberedCommits(driver, { commits, told: () => undefined });
  const db = Database.open(driver);
  damage(db);
  return db;
}

const change = (ids: readonly number[], patch: (row: Row) => Row) => (db: Database) => {
  for (const id of ids) db.collection("numbered").update(id, (row) => ({ ...row, ...patch(row) }));
};

describe("numbered commits", () => {
  test("are told one by one, and go on where the vault stands", () => {
    const told: number[] = [];
    const driver = lasting();
    const beside: number[] = [];
    writeNumberedCommits(driver, { commits: 3, told: (commit) => told.push(commit) });
    writeNumberedCommits(driver, {
      commits: 2,
      told: (commit) => told.push(commit),
      beside: (db, commit) => beside.push(commit + db.collection("numbered").count()),
    });
    expect(told).toEqual([1, 2, 3, 4, 5]);
    expect(beside).toEqual([12, 13]);
  });

  test("that fail are tried again for as long as the caller says, and thrown where it does not", () => {
    const driver = lasting();
    const store = driver.open();
    const { begin } = store;
    const told: number[] = [];
    let begun = 0;
    writeNumberedCommits(driver, { commits: 1, told: () => undefined });
    store.begin = (options) => {
      if (++begun % 2 === 0) throw new Error(`no ${begun}`);
      return begin.call(store, options);
    };
    const errors: string[] = [];
    writeNumberedCommits(driver, {
      told: (commit) => told.push(commit),
      refused: (error) => errors.push(String(error)) < 3,
    });
    expect(told).toEqual([2, 3]);
    expect(errors).toHaveLength(3);
    expect(() => writeNumberedCommits(driver, { commits: 2, told: () => undefined })).toThrow(/^no /);
  });
});

describe("what is lost", () => {
  test("is nothing where the last commit told stands, or the one behind it", () => {
    for (const told of [4, 5]) {
      using db = after(5);
      expect(lostCommits(db, told)).toBeUndefined();
    }
    using empty = Database.open(memoryStore());
    expect(lostCommits(empty, 0)).toBeUndefined();
  });

  test.each<[string, number, Database, RegExp]>([
    ["a commit that was told", 6, after(5), /commit 5, where commit 6/],
    ["two commits nobody told of", 3, after(5), /commit 5, where commit 3/],
    ["everything", 1, Database.open(memoryStore()), /no rows, where commit 1/],
    ["a row", 5, after(5, (db) => db.collection("numbered").delete(3)), /7 rows of the commits 5/],
    [
      "half a commit",
      5,
      after(
        5,
        change([0, 1], () => ({ n: 6 })),
      ),
      /8 rows of the commits 6, 5/,
    ],
    [
      "the text of a row",
      5,
      after(
        5,
        change([7], () => ({ text: "4 xx" })),
      ),
      /row 7 of commit 5 with the text/,
    ],
  ])("%s", (_, told, db, message) => {
    expect(lostCommits(db, told)).toMatch(message);
    db.close();
  });
});

describe("the output of a program", () => {
  async function* pieces(...texts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
    yield* texts;
  }

  test("is read until it has told enough; what it tells before it is gone counts, a cut line does not", async () => {
    let kills = 0;
    const output = pieces("1\n", Uint8Array.of(50, 10), "3\n1", "2\n13");
    expect(await lastTold(output, 2, () => kills++)).toBe(12);
    expect(kills).toBe(1);
  });

  test("that ends before is refused", async () => {
    await expect(lastTold(pieces("1\n"), 2, () => undefined)).rejects.toMatchObject({
      code: "argument_invalid",
    });
  });
});
