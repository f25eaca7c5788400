/** What can be wrong with a place, a file or a disk: a coded error each, and nothing lost. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Database,
  isModelVaultError,
  type ModelVaultError,
  type StoreDriver,
  type StoreSnapshot,
} from "@modelvault/core";
import { open, type RootDatabase } from "lmdb";
import { describe, expect, it, vi } from "vitest";
import { OWN_SPACE } from "../../src/format/keys.ts";
import { lmdbStore } from "../../src/index.ts";
import { native } from "../../src/native/addon.ts";
import { openFile } from "../../src/open/open-file.ts";
import { checkLmdbOptions } from "../../src/options.ts";
import { newFolder, newPlace } from "../support/places.ts";

function errorOf(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const opening = (driver: StoreDriver): ModelVaultError => errorOf(() => Database.open(driver).close());

const numbers = {
  name: "numbers",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "text", type: "string" },
  ],
} as const;

function makeNumbers(path: string, rows: number): void {
  using db = Database.open(lmdbStore(path));
  db.register(numbers);
  db.collection("numbers").insertMany(Array.from({ length: rows }, (_, id) => ({ id, text: `${id}` })));
}

describe("a place that is no vault", () => {
  it("is store_io when it is a directory, its folder is missing, or no file is to be made", () => {
    const folder = newFolder();
    expect(opening(lmdbStore(folder))).toMatchObject({ code: "store_io", details: { errno: "EISDIR" } });
    const nowhere = join(folder, "missing", "a.lmdb");
    expect(opening(lmdbStore(nowhere))).toMatchObject({ code: "store_io", details: { errno: "ENOENT" } });
    for (const options of [{ createIfMissing: false }, { mode: "read" }] as const) {
      const absent = join(folder, "a.lmdb");
      expect(opening(lmdbStore(absent, options))).toMatchObject({
        code: "store_io",
        details: { errno: "ENOENT" },
      });
      expect(existsSync(absent)).toBe(false);
    }
  });

  it("is store_io when it is a pipe or a device, or a directory is in the place of its lock file", () => {
    const folder = newFolder();
    const pipe = join(folder, "pipe");
    spawnSync("mkfifo", [pipe]);
    const locked = join(folder, "b.lmdb");
    mkdirSync(`${locked}-lock`);
    for (const path of [pipe, "/dev/null", "/dev/zero", locked, join(folder, "c.lmdb/")])
      expect(opening(lmdbStore(path)).code).toBe("store_io");
    expect(readdirSync(folder).sort()).toEqual(["b.lmdb-lock", "pipe"]);
  });

  it("is made where a link to nothing points, with its lock file beside it, as whoever comes later finds it", () => {
    const folder = newFolder();
    mkdirSync(join(folder, "there"));
    const link = join(folder, "link.lmdb");
    symlinkSync(join("there", "a.lmdb"), link);
    makeNumbers(link, 3);
    expect(readdirSync(folder).sort()).toEqual(["link.lmdb", "there"]);
    expect(readdirSync(join(folder, "there")).sort()).toEqual(["a.lmdb", "a.lmdb-lock"]);
  });

  it("may have a name as long as leaves room for the lock file's; a longer one is store_io", () => {
    const folder = newFolder();
    makeNumbers(join(folder, "n".repeat(250)), 3);
    for (const length of [251, 255, 256])
      expect(opening(lmdbStore(join(folder, "m".repeat(length))))).toMatchObject({
        code: "store_io",
        details: { errno: "ENAMETOOLONG" },
      });
  });

  it("is file_not_vault when it holds something else, which stays as it is", () => {
    const path = newPlace();
    for (const content of ["# A text", "x".repeat(100_000)]) {
      writeFileSync(path, content);
      expect(opening(lmdbStore(path)).code).toBe("file_not_vault");
      expect(opening(lmdbStore(path, { mode: "read" })).code).toBe("file_not_vault");
      expect(readFileSync(path, "utf8")).toBe(content);
      expect(existsSync(`${path}-lock`)).toBe(false);
    }
  });

  it.each([
    ["entries", {}, (other: RootDatabase) => other.putSync("key", "value")],
    ["a database with a name", {}, (other: RootDatabase) => other.openDB({ name: "b" }).putSync("key", 1)],
    [
      "several values under a key",
      { dupSort: true, encoding: "ordered-binary" } as const,
      (other: RootDatabase) => [1, 2].map((value) => other.putSync("key", value)),
    ],
  ])(
    "is file_not_vault when another program keeps an LMDB environment there, with %s",
    async (_, options, fill) => {
      const path = newPlace();
      const other = open({ ...options, path, noSubdir: true });
      fill(other);
      await other.close();
      const before = readFileSync(path);
      rmSync(`${path}-lock`);
      expect(opening(lmdbStore(path)).code).toBe("file_not_vault");
      expect(readFileSync(path)).toEqual(before);
      // To make and remove it again might take it from a program that just came.
      expect(existsSync(`${path}-lock`)).toBe(false);
    },
  );

  it("is file_version_unsupported when a newer version made it", () => {
    const path = newPlace();
    makeNumbers(path, 3);
    const file = openFile(path, checkLmdbOptions(path, {}));
    file.env.begin(true);
    file.env.set(OWN_SPACE, new Uint8Array(0), Uint8Array.from([...Buffer.from("modelvault"), 2]));
    file.env.commit();
    file.close();
    expect(opening(lmdbStore(path))).toMatchObject({
      code: "file_version_unsupported",
      details: { format: 2, supported: [1] },
    });
  });

  it("is file_version_unsupported when LMDB itself is another", () => {
    const path = newPlace();
    makeNumbers(path, 3);
    const bytes = readFileSync(path);
    // Both meta pages begin with LMDB's mark and the number of its data format.
    const mark = Uint8Array.of(0xde, 0xc0, 0xef, 0xbe);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 4)) bytes[at + 4] = 9;
    writeFileSync(path, bytes);
    expect(opening(lmdbStore(path)).code).toBe("file_version_unsupported");
  });

  it("is file_damaged when much of a vault is cut off, file_not_vault when its head is", () => {
    const path = newPlace();
    makeNumbers(path, 3_000);
    for (const [bytes, code] of [
      [16_384, "file_damaged"],
      [5_000, "file_damaged"],
      [4_096, "file_damaged"],
      [100, "file_not_vault"],
    ] as const) {
      truncateSync(path, bytes);
      expect(opening(lmdbStore(path)).code).toBe(code);
    }
  });
});

describe("a vault whose files are removed or replaced while it is open", () => {
  const other = (path: string): void => {
    makeNumbers(`${path}.other`, 7);
    renameSync(`${path}.other`, path);
  };
  it.each([
    ["its file is removed", (path: string) => rmSync(path)],
    ["its file is replaced", other],
    ["its lock file is removed", (path: string) => rmSync(`${path}-lock`)],
    ["its folder is moved", (path: string) => renameSync(dirname(path), `${dirname(path)}.moved`)],
  ])("is read on, and refuses to be written: store_io, when %s", (_, act) => {
    const path = join(newFolder(), "in", "a.lmdb");
    mkdirSync(dirname(path));
    makeNumbers(path, 3);
    vi.useFakeTimers();
    try {
      using db = Database.open(lmdbStore(path));
      act(path);
      vi.advanceTimersByTime(10);
      for (const write of [
        () => db.collection("numbers").delete(1),
        () => db.transaction(() => undefined),
        () => db.verify(),
      ])
        expect(errorOf(write)).toMatchObject({ code: "store_io", details: { errno: "ESTALE" } });
      expect(db.collection("numbers").count()).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("options", () => {
  it("are refused by name: argument_invalid", () => {
    const path = newPlace();
    expect(errorOf(() => lmdbStore("")).code).toBe("argument_invalid");
    const wrong = [
      [],
      { mode: "follow" },
      { createIfMissing: 1 },
      { snapshotAgeMsMax: 0 },
      { dataBytesMax: 10 },
      { readersMax: 3 },
      { readAhead: "no" },
      { readonly: true },
    ];
    for (const options of wrong)
      expect(errorOf(() => lmdbStore(path, options as never)).code).toBe("argument_invalid");
    expect(existsSync(path)).toBe(false);
  });
});

describe("a second handle in one thread", () => {
  it("that would write is store_in_use, under whatever name; one that reads sees every commit", async () => {
    const path = newPlace();
    makeNumbers(path, 3);
    using db = Database.open(lmdbStore(path));
    expect(opening(lmdbStore(path))).toMatchObject({ code: "store_in_use" });
    expect(opening(lmdbStore(join(path, "..", "test.lmdb"))).code).toBe("store_in_use");
    using reader = Database.open(lmdbStore(path, { mode: "read" }));
    expect(reader.collection("numbers").count()).toBe(3);
    db.collection("numbers").insert({ id: 9, text: "nine" });
    await null;
    expect(reader.collection("numbers").get(9)).toEqual({ id: 9, text: "nine" });
    expect(errorOf(() => reader.collection("numbers").insert({ id: 10, text: "" })).code).toBe(
      "store_read_only",
    );
  });

  it("opens once the first is closed", () => {
    const path = newPlace();
    makeNumbers(path, 3);
    makeNumbersAgain(path);
  });
});

function makeNumbersAgain(path: string): void {
  using db = Database.open(lmdbStore(path));
  expect(db.collection("numbers").count()).toBe(3);
}

describe("what the file system does not allow", () => {
  // Root may write everything, so these run in a process that is not.
  const child = fileURLToPath(new URL("../support/refused-child.mjs", import.meta.url));
  const run = (path: string, what: string, limit?: string): unknown => {
    const command =
      limit === undefined
        ? [process.execPath, child, path, what]
        : // Without the signal, a write beyond the limit fails as on a full disk.
          ["sh", "-c", `trap "" XFSZ; ulimit ${limit}; exec "$0" "$@"`, process.execPath, child, path, what];
    const [program = "", ...args] = command;
    const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    return stdout === "" ? stderr : JSON.parse(stdout);
  };

  it("a file that may not be written is read, and refuses to be opened for writing", () => {
    const folder = newFolder();
    const path = join(folder, "a.lmdb");
    makeNumbers(path, 3);
    chmodSync(folder, 0o777);
    chmodSync(path, 0o444);
    chmodSync(`${path}-lock`, 0o666);
    expect(run(path, "write")).toMatchObject({ code: "store_io", errno: "EACCES" });
    expect(run(path, "read")).toEqual({ count: 3 });
    chmodSync(folder, 0o555);
    expect(run(path, "read")).toEqual({ count: 3 });
    chmodSync(`${path}-lock`, 0o444);
    expect(run(path, "read")).toMatchObject({ code: "store_io", errno: "EACCES" });
  });

  it("a folder that may not be written is store_io when a file is to be made in it", () => {
    const folder = newFolder();
    chmodSync(folder, 0o555);
    expect(run(join(folder, "a.lmdb"), "write")).toMatchObject({ code: "store_io", errno: "EACCES" });
    chmodSync(folder, 0o777);
  });

  it("a process that may open no more files is told so: store_io, and nothing else befalls it", () => {
    const path = newPlace();
    makeNumbers(path, 3);
    const report = run(path, "files", "-n 400") as { codes: string[]; count: number };
    expect(report.count).toBe(3);
    expect(report.codes.length).toBeGreaterThan(2);
    expect(new Set(report.codes)).toEqual(new Set(["store_io"]));
  });

  it("a disk that is full is store_full; nothing is lost, and room made is room used", () => {
    const folder = newFolder();
    mkdirSync(join(folder, "full"));
    const path = join(folder, "full", "a.lmdb");
    const report = run(path, "fill", `-f ${4_194_304 / 512}`) as {
      code: string;
      rows: number;
      after: string;
      verified: boolean;
    };
    expect(report).toMatchObject({
      code: "store_full",
      large: "store_full",
      after: "committed",
      verified: true,
    });
    using db = Database.open(lmdbStore(path));
    expect(db.verify().problems).toEqual([]);
    expect(db.collection("numbers").count()).toBe(report.rows);
  });
});

describe("LMDB gives a transaction up", () => {
  it("with its name and what to do: store_io; nothing of it is kept, and the next one goes through", () => {
    const path = newPlace();
    makeNumbers(path, 3);
    using db = Database.open(lmdbStore(path));
    const rows = db.collection("numbers");
    const write = vi.spyOn(native, "write");
    const error = errorOf(() =>
      db.transaction(() => {
        rows.insert({ id: 10, text: "first" });
        // As when LMDB finds a page that is not what it should be.
        write.mockReturnValueOnce(-30_779);
        rows.insert({ id: 11, text: "second" });
      }),
    );
    write.mockRestore();
    expect(error.code).toBe("store_io");
    expect(error.details).toEqual({ path, operation: "write to", errno: "MDB_PROBLEM" });
    expect(error.message).toContain("run again");
    expect(rows.count()).toBe(3);
    rows.insert({ id: 10, text: "first" });
    expect(rows.count()).toBe(4);
    expect(db.verify().problems).toEqual([]);
  });
});

describe("dataBytesMax", () => {
  it("keeps a vault from growing on: store_full, and deletes make room again", () => {
    const path = newPlace();
    makeNumbers(path, 10);
    using db = Database.open(lmdbStore(path, { dataBytesMax: 2_000_000 }));
    const rows = db.collection("numbers");
    let id = 100;
    const add = (): void => {
      rows.insert({ id, text: "x".repeat(1_000) });
      id++;
    };
    expect(
      errorOf(() => {
        for (;;) add();
      }).code,
    ).toBe("store_full");
    expect(rows.count()).toBe(10 + id - 100);
    expect(id).toBeGreaterThan(1_000);
    expect(errorOf(add).code).toBe("store_full");
    for (let gone = 100; gone < 600; gone++) rows.delete(gone);
    for (let more = 0; more < 300; more++) add();
    expect(db.verify().problems).toEqual([]);
    expect(db.stats().store.fileBytes).toBeLessThan(3_000_000);
  });
});

describe("readersMax", () => {
  it("bounds open snapshots: store_readers_full, and closing one frees its place", () => {
    const path = newPlace();
    const store = lmdbStore(path, { readersMax: 20 }).open();
    const snapshots: StoreSnapshot[] = [];
    const error = errorOf(() => {
      for (;;) snapshots.push(store.snapshot());
    });
    expect(error.code).toBe("store_readers_full");
    expect(snapshots.length).toBeGreaterThan(15);
    snapshots.pop()?.close();
    store.snapshot().close();
    store.close();
  });

  it("bounds no writer: with every place taken, commits go on", () => {
    const path = newPlace();
    using db = Database.open(lmdbStore(path, { readersMax: 6 }));
    db.register(numbers);
    const reader = lmdbStore(path, { mode: "read" }).open();
    const held: StoreSnapshot[] = [];
    const full = errorOf(() => {
      for (;;) held.push(reader.snapshot());
    });
    expect(full.code).toBe("store_readers_full");
    db.collection("numbers").insertMany(Array.from({ length: 500 }, (_, id) => ({ id, text: `${id}` })));
    expect(db.collection("numbers").count()).toBe(500);
    reader.close();
  });
});
