/**
 * The pages of a file as arrays, tried with a vault that was read into memory, where a meta page or a page of the tree can be what it would only be for
 * a moment, or never should be. What is not as expected is left to LMDB; a page that makes no sense is `store_io`.
 */
import { readFileSync } from "node:fs";
import { isModelVaultError, type Keyspace, type StoreEntry } from "@modelvault/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { writeBounds } from "../../src/format/bounds.ts";
import { lmdbStore } from "../../src/index.ts";
import { native } from "../../src/native/addon.ts";
import {
  BRANCH_PAGE,
  FLAGS_AT,
  LEAF_PAGE,
  META_LAST_PAGE_AT,
  META_MAGIC_AT,
  META_PAGE_BYTES_AT,
  META_TRANSACTION_AT,
  META_TREE_AT,
  META_VERSION_AT,
  TABLE_END_AT,
  TREE_FLAGS_AT,
  TREE_ROOT_AT,
} from "../../src/pages/page-format.ts";
import { type MapPlace, PageMap, type Tree } from "../../src/pages/page-map.ts";
import { PageReader } from "../../src/pages/page-reader.ts";
import { PageWalk } from "../../src/pages/page-walk.ts";
import { PageScan } from "../../src/read/page-scan.ts";
import { newPlace } from "../support/places.ts";

const ROWS: Keyspace = { kind: "rows", collection: 1 };
const ROW_COUNT = 3_000;
const key = (number: number): Uint8Array => Uint8Array.of(number >> 8, number & 0xff);

const textOf = (found: readonly (Uint8Array | undefined)[]): string =>
  found.map((each) => (each === undefined ? "-" : Buffer.from(each).toString("latin1"))).join("|");

let file: Uint8Array;
beforeAll(() => {
  const path = newPlace();
  const store = lmdbStore(path).open();
  for (let from = 0; from < ROW_COUNT; from += ROW_COUNT / 2) {
    const transaction = store.begin();
    for (let number = from; number < from + ROW_COUNT / 2; number++)
      transaction.put(ROWS, key(number), new Uint8Array(40).fill(number));
    transaction.commit();
  }
  store.close();
  file = readFileSync(path);
});

/** The vault in memory of the test's own, as LMDB's map would show it. */
class Memory {
  readonly words: Uint32Array;
  readonly pairs: Uint16Array;
  readonly pageBytes: number;
  readonly place: MapPlace;
  readonly #memory: ArrayBuffer;

  constructor() {
    // As long as the longest stretch that is looked at.
    this.#memory = new ArrayBuffer(2 ** 24);
    new Uint8Array(this.#memory).set(file);
    this.words = new Uint32Array(this.#memory);
    this.pairs = new Uint16Array(this.#memory);
    this.pageBytes = this.words[META_PAGE_BYTES_AT] as number;
    this.place = {
      address: native.getAddress(this.#memory),
      bytes: this.#memory.byteLength,
      pageBytes: this.pageBytes,
    };
  }

  /** Where a word of the last commit's meta page is, or of the one before. */
  metaAt(word: number, which: "last" | "before" = "last"): number {
    const second = this.pageBytes / 4;
    const isSecond =
      (this.words[second + META_TRANSACTION_AT] as number) > (this.words[META_TRANSACTION_AT] as number);
    return word + (isSecond === (which === "last") ? second : 0);
  }

  get root(): number {
    return this.words[this.metaAt(META_TREE_AT + TREE_ROOT_AT)] as number;
  }

  map(): PageMap {
    const map = PageMap.open(() => this.place);
    if (map === undefined) throw new Error("the file is not known");
    return map;
  }
}

describe("a file that is looked at", () => {
  it("shows the tree of the last commit, and of the one before", () => {
    const memory = new Memory();
    const map = memory.map();
    const [last, before] = [map.treeOf("last") as Tree, map.treeOf("before") as Tree];
    expect(last.transaction).toBe(before.transaction + 1);
    const reader = new PageReader(map, "a.lmdb", 1_978);
    expect(reader.get(ROWS, key(ROW_COUNT - 1), last)).toEqual(new Uint8Array(40).fill(ROW_COUNT - 1));
    expect(reader.get(ROWS, key(ROW_COUNT - 1), before)).toBeUndefined();
    expect(map.isNewest(last.transaction)).toBe(true);
    expect(map.isNewest(before.transaction)).toBe(false);
    map.detach();
  });

  it.each([
    ["is no LMDB file", META_MAGIC_AT, 7],
    ["has another data version", META_VERSION_AT, 1],
    ["has pages of another size than its map", META_PAGE_BYTES_AT, 512],
  ])("is left to LMDB when it %s", (_why, word, value) => {
    for (const which of ["last", "before"] as const) {
      const memory = new Memory();
      memory.words[memory.metaAt(word, which)] = value;
      expect(PageMap.open(() => memory.place)).toBeUndefined();
    }
  });

  it("is left to LMDB when its map cannot be told, or is being made larger", () => {
    const { place } = new Memory();
    expect(PageMap.open(() => undefined)).toBeUndefined();
    const larger = [place, { ...place, bytes: place.bytes * 2 }];
    expect(PageMap.open(() => larger.shift())).toBeUndefined();
    const moved = [place, { ...place, address: place.address + place.pageBytes }];
    expect(PageMap.open(() => moved.shift())).toBeUndefined();
    const gone = [place];
    expect(PageMap.open(() => gone.shift())).toBeUndefined();
  });

  it("shows no tree where LMDB keeps several values under a key", () => {
    const memory = new Memory();
    memory.pairs[memory.metaAt(META_TREE_AT + TREE_FLAGS_AT) * 2] = 4;
    expect(memory.map().treeOf("last")).toBeUndefined();
    expect(memory.map().treeOf("before")).toBeDefined();
  });

  it.each<[string, (memory: Memory) => void]>([
    [
      "whose root is of a later commit",
      ({ words, root, pageBytes }) => {
        words[(root * pageBytes) / 4 + 2] = 1_000;
      },
    ],
    [
      "whose root says that it is another page",
      ({ words, root, pageBytes }) => {
        words[(root * pageBytes) / 4] = root + 1;
      },
    ],
    [
      "whose root is neither a leaf nor a branch",
      ({ pairs, root, pageBytes }) => {
        pairs[(root * pageBytes) / 2 + FLAGS_AT] = 4;
      },
    ],
    [
      "whose root lies behind the last page",
      (memory) => {
        memory.words[memory.metaAt(META_LAST_PAGE_AT)] = memory.root - 1;
      },
    ],
    [
      "that has no root yet",
      (memory) => {
        memory.words.fill(
          0xffff_ffff,
          memory.metaAt(META_TREE_AT + TREE_ROOT_AT),
          memory.metaAt(META_LAST_PAGE_AT),
        );
      },
    ],
    [
      "with more pages than can be told",
      (memory) => {
        memory.words[memory.metaAt(META_LAST_PAGE_AT) + 1] = 1;
      },
    ],
  ])("shows no tree %s: the meta page is being written", (_what, alter) => {
    const memory = new Memory();
    alter(memory);
    expect(memory.map().treeOf("last")).toBeUndefined();
  });

  it("shows no tree that its map does not reach to, and shows it when there is a larger one", () => {
    const memory = new Memory();
    const short = { ...memory.place, bytes: 4 * memory.pageBytes };
    const larger = new Memory();
    let place: MapPlace | undefined = short;
    const map = PageMap.open(() => place) as PageMap;
    expect(map.treeOf("last")).toBeUndefined();
    // Its length is told before its place.
    place = { ...short, bytes: memory.place.bytes };
    expect(map.treeOf("last")).toBeUndefined();
    place = undefined;
    expect(map.treeOf("last")).toBeUndefined();
    place = { ...larger.place, bytes: 5 * memory.pageBytes };
    expect(map.treeOf("last")).toBeUndefined();
    // Just as long as the state.
    const pages = (memory.words[memory.metaAt(META_LAST_PAGE_AT)] as number) + 1;
    place = { ...larger.place, bytes: pages * memory.pageBytes };
    const tree = map.treeOf("last") as Tree;
    expect(new PageReader(map, "a.lmdb", 1_978).get(ROWS, key(5), tree)).toEqual(new Uint8Array(40).fill(5));
    map.detach();
  });

  it("has no memory any more once it is let go of", () => {
    const map = new Memory().map();
    const { bytes, pairs, words } = map.chunkOf((map.treeOf("last") as Tree).root);
    map.detach();
    expect([bytes.length, pairs.length, words.length]).toEqual([0, 0, 0]);
  });
});

describe("a damaged page", () => {
  /** What reading a key gives when the root, or the page of the first entries, was altered. */
  function codeAfter(alter: (memory: Memory, root: number, map: PageMap) => void): string | undefined {
    const memory = new Memory();
    const map = memory.map();
    const tree = map.treeOf("last") as Tree;
    alter(memory, (tree.root * memory.pageBytes) / 2, map);
    const reader = new PageReader(map, "a.lmdb", 1_978);
    try {
      reader.get(ROWS, key(0), tree);
      return undefined;
    } catch (error) {
      if (isModelVaultError(error)) return error.code;
      throw error;
    } finally {
      map.detach();
    }
  }

  /** Where the page number of a child of a branch is. */
  const childAt = ({ pairs }: Memory, page: number, child: number): number =>
    page + 12 + (pairs[page + 12 + child] as number) / 2;

  it("is store_io when it is of no kind, or of two", () => {
    for (const flags of [0, BRANCH_PAGE | LEAF_PAGE])
      expect(codeAfter(({ pairs }, root) => pairs.fill(flags, root + FLAGS_AT, root + FLAGS_AT + 1))).toBe(
        "store_io",
      );
  });

  it("is store_io when it has no entries", () => {
    expect(codeAfter(({ pairs }, root) => pairs.fill(0, root + TABLE_END_AT, root + TABLE_END_AT + 1))).toBe(
      "store_io",
    );
  });

  it("is store_io when it points behind the last page, or to itself", () => {
    const point = (to: (root: number) => readonly number[]) =>
      codeAfter((memory, root) => {
        for (let child = 0; child < (memory.pairs[root + TABLE_END_AT] as number) / 2; child++)
          memory.pairs.set(to((root * 2) / memory.pageBytes), childAt(memory, root, child));
      });
    expect(point(() => [0xffff, 0xffff])).toBe("store_io");
    expect(point(() => [0, 0, 1])).toBe("store_io");
    expect(point((root) => [root, 0, 0])).toBe("store_io");
  });

  it("is store_io for scans and counts too, wherever they come to it", () => {
    for (const reverse of [false, true]) {
      const memory = new Memory();
      const map = memory.map();
      const tree = map.treeOf("last") as Tree;
      const root = (tree.root * memory.pageBytes) / 2;
      const last = (memory.pairs[root + TABLE_END_AT] as number) / 2 - 1;
      // The child that the walk goes to second is the root itself.
      memory.pairs.set([tree.root, 0, 0], childAt(memory, root, reverse ? last - 1 : 1));
      const { search } = new PageReader(map, "a.lmdb", 1_978);
      const slot = { bytes: new Uint8Array(8_192), address: 0, startAt: 4_096 };
      const walk = new PageWalk(search, tree, slot, writeBounds(slot, ROWS, { reverse }, 1_978));
      expect(() => walk.count()).toThrow(expect.objectContaining({ code: "store_io" }));
      map.detach();
    }
  });

  it("gives an answer or store_io, whatever it holds, and spoils nothing that is handed out before or after", () => {
    const damage = fc.record({
      page: fc.nat(),
      at: fc.oneof(fc.constantFrom(...[18, 20, 22, 24, 26, 28]), fc.nat({ max: 4_095 })),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 16 }),
        fc.constantFrom(0, 255).map((byte) => new Uint8Array(200).fill(byte)),
      ),
    });
    const memory = new Memory();
    const map = memory.map();
    const tree = map.treeOf("last") as Tree;
    const reader = new PageReader(map, "a.lmdb", 1_978);
    const sound = new Uint8Array(memory.words.buffer.slice(0));
    const whole = new Uint8Array(memory.words.buffer);
    const keys = Array.from({ length: 40 }, (_, at) => key(at * 73));
    const slot = { bytes: new Uint8Array(8_192), address: 0, startAt: 4_096 };
    const host = { isOver: false, check: () => undefined, release: () => undefined };
    const walk = (reverse: boolean) => ({
      walk: new PageWalk(reader.search, tree, slot, writeBounds(slot, ROWS, { reverse }, 1_978)),
      prefixLength: 2,
    });
    const scan = (reverse: boolean): StoreEntry[] => [
      ...new PageScan(host, reader.copied, walk(reverse), true),
    ];
    const reads: readonly (() => string)[] = [
      () => textOf(keys.map((each) => reader.get(ROWS, each, tree))),
      () => textOf(reader.getMany(ROWS, keys, tree)),
      () => textOf(scan(false).flat()),
      () => textOf(scan(true).flat()),
      () => String(walk(false).walk.count()),
    ];
    const expected = reads.map((read) => read());
    const before = scan(false).flat();
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), fc.nat({ max: 4 }), (damages, which) => {
        for (const { page, at, bytes } of damages)
          whole.set(
            bytes,
            (2 + (page % (tree.pageLimit - 2))) * memory.pageBytes + (at % (memory.pageBytes - 200)),
          );
        try {
          reads[which]?.();
        } catch (error) {
          if (!isModelVaultError(error, "store_io")) throw error;
        } finally {
          whole.set(sound.subarray(0, file.length));
        }
      }),
      { numRuns: 100 },
    );
    expect(reads.map((read) => read()).every((answer, which) => answer === expected[which])).toBe(true);
    expect(textOf(before) === expected[2]).toBe(true);
    map.detach();
  });

  it("is none when it is sound", () => {
    expect(codeAfter(() => undefined)).toBeUndefined();
  });
});
