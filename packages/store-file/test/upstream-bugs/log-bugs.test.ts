/** Upstream's bugs around the log, its recovery and its maintenance, each as a story, on vaults of ours. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Database } from "@modelvault/core";
import { fileStore, salvage } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { SEGMENT } from "../../src/format/layout.ts";
import { encodeEmptyVault } from "../../src/vault/create-file.ts";
import { contentOfVault } from "../support/crash-scenarios.ts";
import { errorOf } from "../support/errors.ts";
import { FakeDisk } from "../support/fake-disk.ts";
import { goldenBytes, goldenPath } from "../support/golden.ts";
import { openOn } from "../support/open-on.ts";
import { copyOf, fileWith, newPlace } from "../support/places.ts";
import { segmentsOf } from "../support/segments.ts";
import { UpstreamLikeFile } from "../support/upstream-like-file.ts";

const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: { optional: "string" } },
] as const;
const schema = Buffer.from(
  "04000100010000000100000074010000000100000001000000020000006964010000000000000000020000006964",
  "hex",
);
const record = (id: number): Buffer => {
  const bytes = Buffer.from("020001000000010000000101000000000000000000000000", "hex");
  bytes.writeBigInt64LE(BigInt(id), 12);
  return bytes;
};

/** Five rows, each in a transaction. */
function fiveRows(): { path: string; db: Database } {
  const path = newPlace();
  const db = Database.open(fileStore(path));
  db.register({ name: "t", primaryKey: "id", fields });
  for (let id = 1; id <= 5; id++) db.collection("t").insert({ id, s: `row ${id}` });
  return { path, db };
}

function ids(path: string): number[] {
  using db = Database.open(fileStore(path));
  expect(db.verify().problems).toEqual([]);
  return db
    .collection("t")
    .all()
    .map((row) => row.id as number);
}

describe("B5, B6: pointers of a superblock that lead nowhere after a cut", () => {
  test("a checkpoint that was cut away is not pointed at any more", () => {
    const { path, db } = fiveRows();
    db.checkpoint();
    db.close();
    const checkpoint = segmentsOf(path).find(({ type }) => type === SEGMENT.checkpoint);
    writeFileSync(path, readFileSync(path).subarray(0, (checkpoint?.offset ?? 0) + 40));
    const driver = fileStore(path);
    Database.open(driver).close();
    expect(driver.recoveryInfo()).toMatchObject({ repairs: ["tail", "superblock"], cutBytes: 40 });
    using db2 = Database.open(fileStore(path, { recovery: "strict" }));
    expect(db2.collection("t").count()).toBe(5);
  });
});

describe("B7: zeros or garbage behind the log cannot be recovered", () => {
  test.each([
    ["zeros", Buffer.alloc(5000), false],
    ["garbage", Buffer.alloc(5000, 0xa7), true],
    ["less than a header", Buffer.alloc(9, 1), true],
  ])("%s are cut, and kept where they say anything", (_, tail, kept) => {
    const { path, db } = fiveRows();
    db.close();
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole, tail]));
    const driver = fileStore(path);
    Database.open(driver).close();
    const { cutBytes, cutOffset, cutFile } = driver.recoveryInfo();
    expect({ cutBytes, cutOffset }).toEqual({ cutBytes: tail.length, cutOffset: whole.length });
    expect(cutFile === undefined ? undefined : readFileSync(cutFile).equals(tail)).toBe(
      kept ? true : undefined,
    );
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(ids(path)).toEqual([1, 2, 3, 4, 5]);
  });
});

test("the first transaction of a vault is torn so that only its data are intact: it was never committed", () => {
  const file = new UpstreamLikeFile();
  const start = file.bytes.length;
  file.commit(1n, [
    [1, schema],
    [2, record(1)],
  ]);
  const bytes = Buffer.from(file.bytes.subarray(0, file.bytes.length - 50 - 56));
  bytes.fill(0, start, start + 56);
  const driver = fileStore(fileWith(bytes));
  using db = Database.open(driver);
  expect(db.collectionNames()).toEqual([]);
  expect(driver.recoveryInfo().cutBytes).toBe(bytes.length - start);
  // The same bytes under the version of an engine without transactions are data.
  const old = Buffer.from(bytes);
  old[6] = 5;
  expect(errorOf(() => fileStore(fileWith(old)).open()).code).toBe("log_damaged");
});

describe("B8: damage in the middle silently discards all that follows", () => {
  test("it is an error, and salvage brings every other transaction back", () => {
    const { path, db } = fiveRows();
    db.close();
    const bytes = readFileSync(path);
    const third = segmentsOf(path).filter(({ type }) => type === SEGMENT.record)[2];
    const at = (third?.offset ?? 0) + 40;
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(path, bytes);
    const error = errorOf(() => fileStore(path).open());
    expect(error.code).toBe("log_damaged");
    expect(error.details).toMatchObject({
      offset: third?.offset,
      segment: "Record",
      intactTransactionsAfter: 2,
    });
    const rescued = newPlace("rescued.modelvault");
    const report = salvage(path, rescued);
    expect(report).toMatchObject({ transactions: 5, rows: { t: 4 }, unusable: [] });
    expect(report.lost).toMatchObject([{ reason: "payload_checksum", segment: "Record" }]);
    expect(ids(rescued)).toEqual([1, 2, 4, 5]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("a checkpoint behind the damage gives back what was lost before it", () => {
    const { path, db } = fiveRows();
    db.checkpoint();
    db.collection("t").insert({ id: 6, s: "tail" });
    db.close();
    const bytes = readFileSync(path);
    const first = segmentsOf(path).find(({ type }) => type === SEGMENT.record);
    bytes.fill(0, first?.offset, (first?.offset ?? 0) + 20);
    writeFileSync(path, bytes);
    const rescued = newPlace("rescued.modelvault");
    const report = salvage(path, rescued);
    expect(report.checkpointOffset).toBeGreaterThan(0);
    expect(report.lost.length).toBe(1);
    expect(ids(rescued)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("B9: a failed commit leaves bytes that later commits land behind", () => {
  test.each(["whole", "short"])("a %s write that fails is taken back, and the next commit stands", (kind) => {
    const disk = new FakeDisk();
    const db = openOn(disk, "/a.modelvault");
    db.register({ name: "t", primaryKey: "id", fields });
    disk.fault = { call: disk.calls + 1, errno: "ENOSPC", short: kind === "short" };
    expect(errorOf(() => db.collection("t").insert({ id: 1, s: "lost" })).code).toBe("store_full");
    disk.fault = undefined;
    db.collection("t").insert({ id: 2, s: "kept" });
    db.close();
    const again = openOn(disk.afterExit(), "/a.modelvault", { recovery: "strict" });
    expect([...contentOfVault(again).keys()]).toEqual(["t", "t/2"]);
    again.close();
  });

  test("a transaction that upstream left open in the middle is dropped, for nobody was told that it stands", () => {
    const file = new UpstreamLikeFile();
    file.commit(1n, [[1, schema]]);
    file.marker(6, 2n);
    file.segment(2, record(1));
    file.commit(3n, [[2, record(2)]]);
    const path = fileWith(file.bytes);
    const driver = fileStore(path);
    {
      using db = Database.open(driver);
      expect(driver.recoveryInfo()).toMatchObject({ abandonedTransactions: 1, clean: false });
      db.collection("t").insert({ id: 3 });
    }
    expect(ids(path)).toEqual([2, 3]);
    expect(errorOf(() => fileStore(fileWith(file.bytes), { recovery: "strict" }).open()).code).toBe(
      "log_unclean",
    );
  });
});

describe("B10: one torn superblock with a larger generation blocks the file", () => {
  test("24 opens; both slots may even be gone", () => {
    const path = copyOf(goldenPath("06-updates"));
    const bytes = goldenBytes("06-updates");
    bytes.fill(0x5a, 32, 8224);
    writeFileSync(path, bytes);
    const driver = fileStore(path);
    using db = Database.open(driver);
    expect(db.collection("tasks").count()).toBe(7);
    expect(driver.recoveryInfo().repairs).toEqual(["superblock"]);
  });
});

describe("B11: a crash while a file is made leaves one that is refused for ever", () => {
  const whole = encodeEmptyVault();
  test.each([0, 1, 4, 31, 32, 33, 4128, 8223, 8224, 8250, 8273])(
    "the first %i bytes of a new file open as an empty vault",
    (length) => {
      const path = fileWith(whole.subarray(0, length));
      using db = Database.open(fileStore(path));
      expect(db.collectionNames()).toEqual([]);
      db.register({ name: "t", primaryKey: "id", fields });
      expect(db.verify().problems).toEqual([]);
    },
  );

  test("so does a file that has grown and is zero", () => {
    using db = Database.open(fileStore(fileWith(Buffer.alloc(whole.length))));
    expect(db.collectionNames()).toEqual([]);
  });

  test("what is no vault is refused and stays as it is", () => {
    const path = fileWith(Buffer.from("a letter to a friend"));
    expect(errorOf(() => fileStore(path).open()).code).toBe("file_not_vault");
    const later = Buffer.from(whole);
    later.writeUInt16LE(7, 6);
    expect(errorOf(() => fileStore(fileWith(later)).open()).code).toBe("file_version_unsupported");
    expect(readFileSync(path, "utf8")).toBe("a letter to a friend");
  });
});

test("B14: a compaction has a moment without a file", () => {
  const disk = new FakeDisk();
  const path = "/vaults/a.modelvault";
  const db = openOn(disk, path);
  db.register({ name: "t", primaryKey: "id", fields });
  db.collection("t").insert({ id: 1, s: "x" });
  const before = disk.calls;
  db.compact();
  const calls = disk.calls - before;
  db.close();
  for (let call = 1; call <= calls; call++) {
    const again = new FakeDisk();
    const other = openOn(again, path);
    other.register({ name: "t", primaryKey: "id", fields });
    other.collection("t").insert({ id: 1, s: "x" });
    again.powerLossAt = again.calls + call;
    expect(errorOf(() => other.compact()).code).toMatch(/^store_/);
    for (const keep of ["all", "none"] as const)
      expect(again.afterPowerLoss(keep).bytesOf(path)).toBeDefined();
  }
});

describe("B15, B23: a damaged checkpoint is fatal, or opens an empty vault", () => {
  test.each([0n, 8224n, 2n ** 63n])("one that replays from offset %i is passed over", (offset) => {
    const { path, db } = fiveRows();
    db.checkpoint();
    db.close();
    const bytes = readFileSync(path);
    const checkpoint = segmentsOf(path).find(({ type }) => type === SEGMENT.checkpoint);
    const file = new UpstreamLikeFile();
    const payload = Buffer.from(checkpoint?.payload ?? []);
    payload.writeBigUInt64LE(offset, 2);
    file.commit(1n, [[1, schema]]);
    file.commit(2n, [[2, record(1)]]);
    file.checkpoint(payload);
    const driver = fileStore(fileWith(file.bytes));
    using again = Database.open(driver);
    expect(again.collection("t").count()).toBe(1);
    expect(driver.recoveryInfo().checkpointIgnored).toContain("replays from");
    expect(bytes.length).toBeGreaterThan(0);
  });

  test("one that alone holds the state is an error, not an empty vault", () => {
    const file = new UpstreamLikeFile();
    file.checkpoint(Buffer.from([0, 0, 1, 2, 3]));
    const error = errorOf(() => fileStore(fileWith(file.bytes)).open());
    expect(error.code).toBe("checkpoint_invalid");
    expect(error.message).toContain("nothing to replace it");
  });
});

test("B19: index changes are trusted: a file without any gets them with our first write", () => {
  const file = new UpstreamLikeFile();
  const indexed = Buffer.from(
    "0400010001000000010000007401000000010000000100000002000000696401000000000100000002010000000200000069640200000069780200000069 64".replace(
      / /g,
      "",
    ),
    "hex",
  );
  file.commit(1n, [[1, indexed]]);
  file.commit(2n, [
    [2, record(1)],
    [2, record(2)],
  ]);
  const path = fileWith(file.bytes);
  {
    using db = Database.open(fileStore(path));
    expect(db.collection("t").where("id", "=", 2).count()).toBe(1);
    db.collection("t").insert({ id: 3 });
  }
  const [index] = segmentsOf(path).filter(({ type }) => type === SEGMENT.index);
  expect(index?.payload.readUInt32LE(2)).toBe(3);
  expect(ids(path)).toEqual([1, 2, 3]);
});

test("B17, B19: a checkpoint of ours begins with what makes the log agree with it", () => {
  const path = copyOf(goldenPath("17-dropped-index"));
  const driver = fileStore(path);
  {
    using db = Database.open(driver);
    db.checkpoint();
  }
  const segments = segmentsOf(path)
    .slice(-6)
    .map(({ type }) => type);
  const { begin, index, commit, checkpoint } = SEGMENT;
  expect(segments).toEqual([begin, index, commit, checkpoint, begin, commit]);
  using db = Database.open(driver);
  expect(db.verify().problems).toEqual([]);
});

test("B21: a checkpoint keeps the true history of versions", () => {
  const { path, db } = fiveRows();
  db.registerVersion("t", { fields: [...fields, { path: "o", type: { optional: "int64" } }] });
  db.checkpoint();
  db.close();
  const schemas = segmentsOf(path).filter(({ type }) => type === SEGMENT.schema);
  const checkpoint = segmentsOf(path).find(({ type }) => type === SEGMENT.checkpoint);
  for (const { payload } of schemas) expect(checkpoint?.payload.includes(payload)).toBe(true);
  expect(ids(path)).toEqual([1, 2, 3, 4, 5]);
});

test("B22: a reader cannot open an unclean file", () => {
  for (const mode of ["read", "follow"] as const) {
    const path = copyOf(goldenPath("19-damaged-torn-record"));
    const driver = fileStore(path, { mode });
    using db = Database.open(driver);
    expect(db.collection("tasks").count()).toBe(8);
    expect(driver.recoveryInfo()).toMatchObject({ cutBytes: 194, repairs: [] });
    expect(errorOf(() => db.collection("tasks").delete("t0")).code).toBe("store_read_only");
    expect(readFileSync(path).equals(goldenBytes("19-damaged-torn-record"))).toBe(true);
  }
});

test("B27: a copy over a vault that is open loses what is written to it: no copy replaces a file", () => {
  const { path, db } = fiveRows();
  const other = newPlace();
  copyFileSync(path, other);
  const before = readFileSync(other);
  expect(errorOf(() => db.copyTo(other)).code).toBe("argument_invalid");
  expect(errorOf(() => db.copyTo(path)).code).toBe("argument_invalid");
  expect(readFileSync(other).equals(before)).toBe(true);
  db.close();
  expect(readdirSync(dirname(other)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(existsSync(path)).toBe(true);
});
