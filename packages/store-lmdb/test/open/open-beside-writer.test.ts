/**
 * Opening a vault while other processes write to it, open and close it: pages that are looked at may be put to another use, LMDB may hide a commit,
 * and whoever closes as the last one destroys the locks in the lock file under those who are just opening.
 */
import { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { Child, makeTickets } from "../support/children.ts";
import { newPlace } from "../support/places.ts";

test("openings beside a process that writes are never refused, show what the last one showed, and cost no commit", async () => {
  const path = newPlace();
  makeTickets(path);
  const writer = new Child("endless", path, "writer");
  expect(await writer.says()).toBe("ready");
  writer.tell("go");
  let seen = 0;
  for (let opening = 0; opening < 80; opening++) {
    using db = Database.open(lmdbStore(path, { mode: "read" }));
    const count = db.collection("tickets").count();
    expect(count).toBeGreaterThanOrEqual(seen);
    seen = count;
  }
  writer.tell("stop");
  const taken = await writer.says();
  await writer.exited;
  using db = Database.open(lmdbStore(path));
  expect(db.collection("tickets").count()).toBe(taken);
  expect(db.verify()).toMatchObject({ ok: true });
});

test("processes that open the vault for each transaction, and close it, do not get into each other's way", async () => {
  const path = newPlace();
  makeTickets(path);
  const visitors = ["one", "other"].map((who) => new Child("visitor", path, who, "120"));
  for (const visitor of visitors) expect(await visitor.says()).toBe("ready");
  for (const visitor of visitors) visitor.tell("go");
  for (const visitor of visitors) expect(await visitor.says()).toBe("done");
  for (const visitor of visitors) await visitor.exited;
  using db = Database.open(lmdbStore(path));
  expect(db.collection("tickets").count()).toBe(240);
  expect(db.verify()).toMatchObject({ ok: true });
});
