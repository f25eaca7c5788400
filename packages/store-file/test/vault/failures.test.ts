import { Database, isModelVaultError } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect, test } from "vitest";
import { SEGMENT } from "../../src/format/layout.ts";
import { SPILL_BYTES } from "../../src/vault/file-store.ts";
import { errorOf } from "../support/errors.ts";
import { FakeDisk } from "../support/fake-disk.ts";
import { openOn } from "../support/open-on.ts";
import { newPlace } from "../support/places.ts";
import { segmentsOf } from "../support/segments.ts";

const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: { optional: "string" } },
] as const;

test("a failed sync poisons: reads show the last durable state, writes throw until the vault is reopened", () => {
  const disk = new FakeDisk();
  const db = openOn(disk, "/a.modelvault");
  db.register({ name: "t", primaryKey: "id", fields });
  db.collection("t").insert({ id: 1, s: "kept" });
  disk.failNext = "sync";
  expect(errorOf(() => db.collection("t").insert({ id: 2, s: "lost" })).code).toBe("store_io");
  expect(db.collection("t").count()).toBe(1);
  for (const write of [
    () => db.collection("t").insert({ id: 3 }),
    () => db.compact(),
    () => db.checkpoint(),
  ]) {
    expect(errorOf(write).code).toBe("store_poisoned");
  }
  db.close();
  const again = openOn(disk.afterExit(), "/a.modelvault");
  again.collection("t").put({ id: 3, s: "again" });
  expect(again.verify().problems).toEqual([]);
  again.close();
});

test("a commit that is not waited for is synced after the delay, by close, and told in its marker", () => {
  const disk = new FakeDisk();
  const db = openOn(disk, "/a.modelvault", { durability: "batched", batchMs: 1_000_000 });
  db.register({ name: "t", primaryKey: "id", fields });
  db.collection("t").insert({ id: 1 });
  expect(disk.unsyncedIn("/a.modelvault")).toBeGreaterThan(0);
  db.close();
  expect(disk.unsyncedIn("/a.modelvault")).toBe(0);
  const again = openOn(disk.afterPowerLoss("none"), "/a.modelvault");
  expect(again.collection("t").count()).toBe(1);
  again.close();
});

test("a batched commit reaches the medium while the program goes on", async () => {
  const disk = new FakeDisk();
  const db = openOn(disk, "/a.modelvault", { durability: "batched", batchMs: 1 });
  db.register({ name: "t", primaryKey: "id", fields });
  db.collection("t").insert({ id: 1 });
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (disk.unsyncedIn("/a.modelvault") === 0) resolve();
      else setTimeout(look, 1);
    };
    look();
  });
  db.close();
});

test("the policy compacts a log of dead records by itself, and a checkpoint follows so many bytes", () => {
  const path = newPlace();
  const db = Database.open(
    fileStore(path, { durability: "none", autoCompact: { logBytesMin: 20_000, deadRatioMin: 0.5 } }),
  );
  db.register({ name: "t", primaryKey: "id", fields });
  let longest = 0;
  for (let round = 0; round < 400; round++) {
    db.collection("t").put({ id: round % 10, s: `text ${round}` });
    longest = Math.max(longest, db.stats().store?.logBytes ?? 0);
  }
  expect(longest).toBeLessThan(40_000);
  expect(db.verify().problems).toEqual([]);
  db.close();
  const other = newPlace();
  const second = Database.open(
    fileStore(other, { durability: "none", autoCheckpoint: { logBytes: 20_000 } }),
  );
  second.register({ name: "t", primaryKey: "id", fields });
  for (let id = 0; id < 400; id++) second.collection("t").put({ id, s: `text ${id}` });
  second.close();
  expect(segmentsOf(other).filter(({ type }) => type === SEGMENT.checkpoint).length).toBeGreaterThan(1);
  using again = Database.open(fileStore(other, { recovery: "strict" }));
  expect(again.collection("t").count()).toBe(400);
});

test("automatic maintenance that fails is no failure of the commit before it", () => {
  const disk = new FakeDisk();
  const path = "/a.modelvault";
  const db = openOn(disk, path, { autoCompact: { logBytesMin: 9_000, deadRatioMin: 0.5 } });
  db.register({ name: "t", primaryKey: "id", fields });
  db.collection("t").put({ id: 1, s: "0" });
  // The third call of a commit, after its write and its sync, opens the file of the compaction.
  for (let round = 1; round <= 12; round++) {
    disk.fault = { call: disk.calls + 3, errno: "ENOSPC" };
    db.collection("t").put({ id: 1, s: `${round}` });
  }
  disk.fault = undefined;
  expect(db.stats().store?.automaticMaintenanceFailures).toBe(1);
  expect(db.collection("t").get(1)).toEqual({ id: 1, s: "12" });
  db.close();
});

test("errors of the medium at opening are coded and leave nothing held", () => {
  const disk = new FakeDisk();
  openOn(disk, "/a.modelvault").close();
  const calls = disk.calls;
  for (let call = 1; call <= calls; call++) {
    disk.calls = 0;
    disk.fault = { call, errno: "EIO" };
    try {
      openOn(disk, "/a.modelvault").close();
    } catch (error) {
      expect(isModelVaultError(error, "store_io")).toBe(true);
    }
  }
  disk.fault = undefined;
  openOn(disk, "/a.modelvault").close();
});

test("a transaction too large for one write is whole or absent, whichever of its calls fails or loses its power", () => {
  const path = "/a.modelvault";
  const rows = Array.from({ length: 20 }, (_, id) => ({ id, s: `${id}`.padEnd(SPILL_BYTES / 8, "x") }));
  const prepared = (disk: FakeDisk): Database => {
    const db = openOn(disk, path);
    db.register({ name: "t", primaryKey: "id", fields, indexes: [{ path: "s" }] });
    db.collection("t").insert({ id: 100, s: "before" });
    disk.calls = 0;
    return db;
  };
  const whole = new FakeDisk();
  const first = prepared(whole);
  first.collection("t").insertMany(rows);
  const calls = whole.calls;
  expect(calls).toBeGreaterThan(3);
  first.close();
  for (let call = 1; call <= calls; call++) {
    for (const [errno, short] of [
      ["EIO", false],
      ["ENOSPC", true],
    ] as const) {
      const disk = new FakeDisk();
      const db = prepared(disk);
      disk.fault = { call, errno, short };
      const error = attempt(() => db.collection("t").insertMany(rows));
      // Only writes can be cut short.
      if (short && error === undefined) continue;
      expect(isModelVaultError(error, "store_io") || isModelVaultError(error, "store_full")).toBe(true);
      disk.fault = undefined;
      expect(db.collection("t").count()).toBe(1);
      const poisoned = isModelVaultError(
        attempt(() => db.collection("t").insert({ id: 101 })),
        "store_poisoned",
      );
      db.close();
      const again = openOn(disk.afterExit(), path);
      expect(again.collection("t").count()).toBe(poisoned ? 1 : 2);
      expect(again.verify().problems).toEqual([]);
      again.close();
    }
    const disk = new FakeDisk();
    const db = prepared(disk);
    disk.powerLossAt = call;
    expect(attempt(() => db.collection("t").insertMany(rows))).toBeDefined();
    for (const keep of ["all", "none"] as const) {
      const again = openOn(disk.afterPowerLoss(keep), path);
      // What was written and not yet acknowledged may be there, all of it.
      expect([1, keep === "all" && call === calls ? 21 : 1]).toContain(again.collection("t").count());
      again.collection("t").insert({ id: 101 });
      expect(again.verify().problems).toEqual([]);
      again.close();
    }
  }
});

function attempt(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
