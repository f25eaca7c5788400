import { describe, expect, it } from "vitest";
import {
  copyVault,
  Database,
  isModelVaultError,
  type MaintenanceProgress,
  MemoryStore,
  memoryStore,
  type Store,
  type StoreDriver,
  type StoreTraits,
} from "../../src/index.ts";

/** A place in memory that outlives its handles, with whatever limits. */
class Place implements StoreDriver {
  readonly name = "place";
  readonly moduleUrl = "";
  readonly factory = "";
  readonly args: readonly unknown[] = [];
  readonly #ground: MemoryStore = new MemoryStore();
  readonly #limits: Partial<StoreTraits>;
  opened = 0;

  constructor(limits: Partial<StoreTraits> = {}) {
    this.#limits = limits;
  }

  open(): Store {
    this.opened++;
    const ground = this.#ground;
    return {
      traits: { ...ground.traits, persistent: true, ...this.#limits },
      get: (space, key) => ground.get(space, key),
      scan: (space, range) => ground.scan(space, range),
      count: (space) => ground.count(space),
      snapshot: () => ground.snapshot(),
      revision: () => ground.revision(),
      begin: () => ground.begin(),
      close: () => {
        this.opened--;
      },
    };
  }
}

function fill(driver: StoreDriver, rows: number): void {
  using db = Database.open(driver);
  db.register({
    name: "books",
    primaryKey: "isbn",
    fields: [
      { path: "isbn", type: "string" },
      { path: "year", type: "int64" },
      { path: "extra", type: "json" },
    ],
    indexes: [{ path: "year" }, { path: "isbn", kind: "unique", name: "same" }],
  });
  db.register({ name: "empty", primaryKey: "id", fields: [{ path: "id", type: "uuid" }] });
  const books = db.collection("books");
  books.insertMany(
    Array.from({ length: rows }, (_, at) => ({ isbn: `isbn ${at}`, year: at % 7, extra: { at } })),
  );
  books.delete("isbn 0");
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe("copyVault", () => {
  it("copies schemas, rows, index entries and what the engine keeps beside them", () => {
    const [from, to] = [new Place(), new Place()];
    fill(from, 2_500);
    const told: MaintenanceProgress[] = [];
    const report = copyVault(from, to, { onProgress: (progress) => told.push(progress) });
    expect(report).toEqual({ collections: 2, rows: 2_499, indexEntries: 4_998, revision: 1 });
    using source = Database.open(from);
    using target = Database.open(to);
    expect(target.verify()).toEqual(source.verify());
    expect(target.verify().ok).toBe(true);
    expect(target.collectionNames()).toEqual(source.collectionNames());
    expect(target.collection("books").orderBy("isbn").all()).toEqual(
      source.collection("books").orderBy("isbn").all(),
    );
    expect(target.schema("books")).toEqual(source.schema("books"));
    target.collection("books").insert({ isbn: "new", year: 1, extra: [null] });
    expect(told.map(({ done }) => done)).toEqual([1_000, 2_000, told[2]?.total]);
    expect([from.opened, to.opened]).toEqual([1, 1]);
  });

  it("copies a vault without anything in it", () => {
    const to = new Place();
    expect(copyVault(new Place(), to)).toMatchObject({ collections: 0, rows: 0 });
    fill(to, 3);
  });

  it("refuses a target that has collections: vault_not_empty", () => {
    const [from, to] = [new Place(), new Place()];
    fill(from, 10);
    fill(to, 3);
    expect(codeOf(() => copyVault(from, to))).toBe("vault_not_empty");
    using target = Database.open(to);
    expect(target.collection("books").count()).toBe(2);
    expect([from.opened, to.opened]).toEqual([0, 1]);
  });

  it("finds keys and rows that are too long for the target before it writes: store_key_too_long, store_value_too_long", () => {
    const from = new Place();
    fill(from, 10);
    {
      using db = Database.open(from);
      db.collection("books").insert({ isbn: "x".repeat(1_000), year: 1, extra: "y".repeat(5_000) });
    }
    const short = new Place({ keyBytesMax: 1_200 });
    expect(codeOf(() => copyVault(from, short))).toBe("store_key_too_long");
    const narrow = new Place({ valueBytesMax: 4_096 });
    expect(codeOf(() => copyVault(from, narrow))).toBe("store_value_too_long");
    for (const place of [short, narrow]) {
      using db = Database.open(place);
      expect([db.collectionNames(), db.revision()]).toEqual([[], 0]);
    }
    expect(copyVault(from, new Place({ keyBytesMax: 2_000 }))).toMatchObject({ rows: 10 });
  });

  it.each([0, 1])("leaves nothing in the target when its caller ends it, at %s of the way", (way) => {
    const [from, to] = [new Place(), new Place()];
    fill(from, 3_000);
    const failing = ({ done, total }: MaintenanceProgress): void => {
      if (done >= total * way) throw new RangeError("enough");
    };
    expect(() => copyVault(from, to, { onProgress: failing })).toThrow("enough");
    using target = Database.open(to);
    expect([target.collectionNames(), target.revision()]).toEqual([[], 0]);
  });

  it("refuses a target that would not keep the copy: unsupported_operation", () => {
    expect(codeOf(() => copyVault(new Place(), memoryStore()))).toBe("unsupported_operation");
  });

  it("names what is wrong with its arguments: argument_invalid", () => {
    const place = new Place();
    expect(codeOf(() => copyVault(undefined as never, place))).toBe("argument_invalid");
    expect(codeOf(() => copyVault(place, "app.lmdb" as never))).toBe("argument_invalid");
    for (const options of [null, { progress: 1 }, { onProgress: 1 }, { lockWaitMs: -1 }])
      expect(codeOf(() => copyVault(place, new Place(), options as never))).toBe("argument_invalid");
    expect(place.opened).toBe(0);
  });
});
