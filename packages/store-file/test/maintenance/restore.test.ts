/** Restoring saved vaults: onto nothing, over an old one, and what is refused. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Database } from "@modelvault/core";
import { fileStore, restore, salvage, snapshotStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { restoreVault } from "../../src/maintenance/restore-vault.ts";
import { errorOf } from "../support/errors.ts";
import { FakeDisk, randomFrom } from "../support/fake-disk.ts";
import { goldenPath } from "../support/golden.ts";
import { openOn } from "../support/open-on.ts";
import { newPlace } from "../support/places.ts";

const schema = {
  name: "t",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "s", type: "string" },
  ],
  indexes: [{ path: "s" }],
} as const;

function fill(db: Database, rows: number, text: string): void {
  db.register(schema);
  for (let id = 0; id < rows; id++) db.collection("t").insert({ id, s: `${text} ${id}` });
}

/** A closed vault with so many rows. */
function vault(rows: number, text: string): string {
  const path = newPlace();
  const db = Database.open(fileStore(path));
  fill(db, rows, text);
  db.close();
  return path;
}

describe("restoring", () => {
  test("makes a saved vault the vault at a new place, with its revision", () => {
    const saved = vault(20, "saved");
    const path = newPlace();
    const reports: unknown[] = [];
    const report = restore(saved, path, { onProgress: (progress) => reports.push(progress) });
    expect(report).toEqual({ revision: 21, rows: { t: 20 } });
    expect(reports.at(-1)).toEqual({ done: 20, total: 20, unit: "rows" });
    using db = Database.open(fileStore(path, { recovery: "strict" }));
    expect(db.revision()).toBe(21);
    expect(db.collection("t").where("s", "=", "saved 7").all()).toEqual([{ id: 7, s: "saved 7" }]);
    expect(db.verify().problems).toEqual([]);
  });

  test("tells rows by the names that collections have now, and of nothing else", () => {
    const saved = newPlace();
    const db = Database.open(fileStore(saved));
    fill(db, 3, "x");
    db.register({ ...schema, name: "gone" });
    db.renameCollection("t", "renamed");
    db.dropCollection("gone");
    db.setNote("app/note", new Uint8Array(1));
    db.close();
    const path = newPlace();
    expect(restore(saved, path).rows).toEqual({ renamed: 3 });
    expect(salvage(path, newPlace()).rows).toEqual({ renamed: 3 });
  });

  test("takes bytes as well, and leaves nothing beside the vault", () => {
    using db = Database.open(fileStore(vault(5, "x")));
    const path = newPlace();
    restore(db.snapshotBytes(), path);
    expect(Database.open(snapshotStore(path)).collection("t").count()).toBe(5);
    expect(readdirSync(dirname(path))).toEqual(["test.modelvault"]);
  });

  test("replaces a vault where that is asked for, and keeps its permissions", () => {
    const [saved, path] = [vault(3, "saved"), vault(9, "old")];
    const { mode } = statSync(path);
    restore(saved, path, { overwrite: true });
    expect(statSync(path).mode).toBe(mode);
    using db = Database.open(fileStore(path));
    expect(db.collection("t").count()).toBe(3);
    db.collection("t").insert({ id: 100, s: "goes on" });
    expect(db.revision()).toBe(5);
  });

  test("replaces a vault that is damaged beyond opening", () => {
    const [saved, path] = [vault(3, "saved"), newPlace()];
    writeFileSync(path, "no vault at all, but something of some length");
    restore(saved, path, { overwrite: true });
    expect(Database.open(fileStore(path)).collection("t").count()).toBe(3);
  });

  test("takes a torn vault only where mending is asked for", () => {
    const torn = goldenPath("19-damaged-torn-record");
    const path = newPlace();
    expect(errorOf(() => restore(torn, path)).code).toBe("log_unclean");
    expect(readdirSync(dirname(path))).toEqual([]);
    restore(torn, path, { recovery: "auto" });
    using db = Database.open(fileStore(path, { recovery: "strict" }));
    expect(db.verify().problems).toEqual([]);
  });
});

describe("what is refused leaves everything as it is", () => {
  test("a destination that exists", () => {
    const [saved, path] = [vault(3, "saved"), vault(9, "old")];
    const before = readFileSync(path);
    expect(errorOf(() => restore(saved, path))).toMatchObject({
      code: "argument_invalid",
      details: { argument: "destination" },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  // Upstream restores over a vault that is open; its handle then goes on acknowledging writes that nobody will ever see.
  test("a destination that is open (behaviour appendix B 27)", () => {
    const [saved, path] = [vault(3, "saved"), vault(9, "old")];
    using db = Database.open(fileStore(path));
    expect(errorOf(() => restore(saved, path, { overwrite: true })).code).toBe("store_in_use");
    db.collection("t").insert({ id: 100, s: "still there" });
    db.close();
    using reader = Database.open(fileStore(path, { mode: "read" }));
    expect(["store_in_use", "store_busy"]).toContain(
      errorOf(() => restore(saved, path, { overwrite: true })).code,
    );
    expect(reader.collection("t").count()).toBe(10);
  });

  test("a source that is damaged, empty, no vault or not there", () => {
    const path = vault(9, "old");
    const before = readFileSync(path);
    for (const [source, code] of [
      [goldenPath("22-damaged-flip-middle"), "log_damaged"],
      [new Uint8Array(0), "file_not_vault"],
      [Buffer.from("something else"), "file_not_vault"],
      [`${path}.missing`, "store_io"],
    ] as const) {
      expect(errorOf(() => restore(source, path, { overwrite: true })).code).toBe(code);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a misuse, which names the argument", () => {
    for (const [args, argument] of [
      [[5, "b"], "source"],
      [["", "b"], "source"],
      [["a", ""], "destination"],
      [["a", "b", { replace: true }], "options.replace"],
      [["a", "b", { overwrite: 1 }], "options.overwrite"],
      [["a", "b", { recovery: "no" }], "options.recovery"],
      [["a", "b", { onProgress: 1 }], "options.onProgress"],
      [["a", "b", []], "options"],
    ] as const) {
      expect(errorOf(() => restore(...(args as unknown as Parameters<typeof restore>)))).toMatchObject({
        code: "argument_invalid",
        details: { argument },
      });
    }
  });
});

test("whatever fails, and whenever the power goes, the destination is the old vault or the new one, whole", () => {
  const path = "/vaults/live.modelvault";
  const saved = readFileSync(vault(7, "saved"));
  const settings = { overwrite: true, strict: true, onProgress: undefined };
  const disk = (): FakeDisk => {
    const made = new FakeDisk();
    const db = openOn(made, path);
    fill(db, 12, "old");
    db.close();
    made.calls = 0;
    return made;
  };
  const rowsOf = (found: FakeDisk): number => {
    const db = openOn(found, path);
    expect(db.verify().problems).toEqual([]);
    return db.collection("t").count();
  };
  const attempt = (on: FakeDisk): boolean => {
    try {
      restoreVault(on, saved, path, settings, new Date(0));
      return true;
    } catch {
      return false;
    }
  };
  const whole = disk();
  expect(attempt(whole)).toBe(true);
  const random = randomFrom(11);
  for (let call = 1; call <= whole.calls; call++) {
    for (const fault of [
      { call, errno: "EIO" },
      { call, errno: "ENOSPC", forever: true },
    ] as const) {
      const failing = disk();
      failing.fault = fault;
      const done = attempt(failing);
      expect(done ? [7] : [7, 12]).toContain(rowsOf(failing.afterExit()));
    }
    const dying = disk();
    dying.powerLossAt = call;
    const done = attempt(dying);
    for (const keep of ["all", "none", random, random, random] as const)
      expect(done ? [7] : [7, 12]).toContain(rowsOf(dying.afterPowerLoss(keep)));
  }
});
