/** What files of other engines cannot tell us, and what we then do: each is a limit that the README names. */
import { writeFileSync } from "node:fs";
import { Database } from "@modelvault/core";
import { fileStore, salvage } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { errorOf } from "../support/errors.ts";
import { fileWith, newPlace } from "../support/places.ts";
import { UpstreamLikeFile } from "../support/upstream-like-file.ts";

/** `t` with an int64 `id` as its primary key. */
const schema = Buffer.from(
  "04000100010000000100000074010000000100000001000000020000006964010000000000000000020000006964",
  "hex",
);
const record = (id: number): Buffer => {
  const bytes = Buffer.from("020001000000010000000101000000000000000000000000", "hex");
  bytes.writeBigInt64LE(BigInt(id), 12);
  return bytes;
};
/** Any index changes; the rows are what counts. */
const indexChange = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0]), Buffer.alloc(0)]);
const [SCHEMA, RECORD, INDEX] = [1, 2, 5];

/** A log as engines before 0.8 wrote it: no transactions, a manifest and a superblock behind every operation. */
function oldLog(): UpstreamLikeFile {
  const file = new UpstreamLikeFile(5);
  file.unframed([[SCHEMA, schema]]);
  for (let id = 1; id <= 5; id++) file.unframed([[RECORD, record(id)]]);
  return file;
}

describe("the end of a log without transactions", () => {
  test("is cut where nothing sound stands behind the tear", () => {
    const file = oldLog();
    const whole = file.bytes.length;
    file.unframed([
      [INDEX, indexChange],
      [RECORD, record(6)],
    ]);
    for (let length = whole; length < file.bytes.length; length += 3) {
      const driver = fileStore(fileWith(file.bytes.subarray(0, length)));
      using db = Database.open(driver);
      const { cutBytes } = driver.recoveryInfo();
      expect(db.collection("t").count()).toBe(length - cutBytes >= whole + 38 + 56 ? 6 : 5);
    }
  });

  // Nothing in such a log says which segments were written together. Index changes that were torn out of the last operation, whose record
  // survived, look exactly as they would if they had been damaged later, with a record behind them that was acknowledged. Cutting could
  // lose it, so the file is refused, and salvage keeps every row.
  test("is refused where its last operation lost its first part and kept its second; salvage keeps every row", () => {
    const file = oldLog();
    const torn = file.bytes.length;
    file.unframed([
      [INDEX, indexChange],
      [RECORD, record(6)],
    ]);
    file.bytes.fill(0, torn, torn + 38);
    const path = fileWith(file.bytes);
    const error = errorOf(() => Database.open(fileStore(path)));
    expect(error).toMatchObject({
      code: "log_damaged",
      details: { offset: torn, nextIntactOffset: torn + 38 },
    });
    const rescued = newPlace();
    expect(salvage(path, rescued)).toMatchObject({ rows: { t: 6 }, lost: [{ offset: torn, bytes: 38 }] });
    using db = Database.open(fileStore(rescued));
    expect(db.collection("t").count()).toBe(6);
  });
});

describe("revisions", () => {
  test("count on where another engine wrote in between", () => {
    const path = newPlace();
    const db = Database.open(fileStore(path));
    db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    for (let id = 1; id <= 9; id++) db.collection("t").insert({ id });
    const revision = db.revision();
    const file = new UpstreamLikeFile();
    file.bytes = Buffer.from(db.snapshotBytes());
    db.close();
    for (let id = 11; id <= 13; id++) file.commit(BigInt(id - 10), [[RECORD, record(id)]]);
    writeFileSync(path, file.bytes);
    expect(Database.open(fileStore(path)).revision()).toBe(revision + 3);
  });

  // Upstream's compaction writes the file anew, row by row, and keeps nothing that it does not know: no byte in which a revision could survive
  // but rows, and a row of ours in every vault is not worth it. A handle that is open meanwhile never goes back (see followers).
  test("begin with the number of its transactions in a file that another engine has written anew", () => {
    const file = new UpstreamLikeFile();
    file.commit(1n, [[SCHEMA, schema]]);
    for (let id = 1; id <= 4; id++) file.commit(BigInt(id + 1), [[RECORD, record(id)]]);
    const path = fileWith(file.bytes);
    const db = Database.open(fileStore(path));
    expect(db.revision()).toBe(5);
    db.collection("t").insert({ id: 9 });
    db.close();
    expect(Database.open(fileStore(path)).revision()).toBe(6);
  });
});
