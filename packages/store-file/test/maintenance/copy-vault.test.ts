/** Hot copies on a disk that loses its power: a copy that was reported stays, one that was not is there whole or not at all. */
import type { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { errorOf } from "../support/errors.ts";
import { FakeDisk, randomFrom } from "../support/fake-disk.ts";
import { openOn } from "../support/open-on.ts";

const ROWS = 40;

/** A vault in use on a disk where all of it is durable. */
function filled(): { readonly disk: FakeDisk; readonly db: Database } {
  const disk = new FakeDisk();
  const db = openOn(disk, "/a.modelvault");
  db.register({
    name: "t",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "s", type: "string" },
    ],
    indexes: [{ path: "s" }],
  });
  db.collection("t").insertMany(Array.from({ length: ROWS }, (_, id) => ({ id, s: `row ${id}` })));
  return { disk, db };
}

function expectWhole(disk: FakeDisk): void {
  const copy = openOn(disk, "/b.modelvault", { recovery: "strict" });
  expect(copy.collection("t").count()).toBe(ROWS);
  expect(copy.verify().problems).toEqual([]);
  copy.close();
}

test("a copy that was reported stays when the power goes", () => {
  const { disk, db } = filled();
  db.copyTo("/b.modelvault");
  for (const keep of ["none", "all"] as const) expectWhole(disk.afterPowerLoss(keep));
});

test("a copy is whole or absent, at whichever call the power goes, and the vault is as it was", () => {
  const random = randomFrom(3);
  const { disk: smooth, db } = filled();
  const before = smooth.calls;
  db.copyTo("/b.modelvault");
  const calls = smooth.calls - before;
  expect(calls).toBeGreaterThan(5);
  for (let call = 1; call <= calls; call++) {
    const { disk, db: copied } = filled();
    disk.powerLossAt = disk.calls + call;
    expect(errorOf(() => copied.copyTo("/b.modelvault")).code).toBe("store_io");
    for (const keep of ["none", "all", random, random, random] as const) {
      const found = disk.afterPowerLoss(keep);
      if (found.stat("/b.modelvault") !== undefined) expectWhole(found);
      using again = openOn(found, "/a.modelvault");
      expect(again.collection("t").count()).toBe(ROWS);
    }
  }
});

test("a file that comes to stand there while the copy is written is left alone", () => {
  const { disk, db } = filled();
  const { link } = disk;
  disk.link = (from, to) => {
    const other = disk.open(to, "create");
    other.write(Buffer.from("another"), 0);
    other.close();
    link.call(disk, from, to);
  };
  expect(errorOf(() => db.copyTo("/b.modelvault")).code).toBe("argument_invalid");
  expect(disk.bytesOf("/b.modelvault")?.toString()).toBe("another");
});
