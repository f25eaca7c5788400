/** Snapshots held for too long, and forgotten ones: they are ended and reported, so that no file grows for ever in silence. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compareKeys, isModelVaultError, type Keyspace, type Store } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lmdbStore, type SnapshotReport } from "../../src/index.ts";
import { newPlace } from "../support/places.ts";

const rows: Keyspace = { kind: "rows", collection: 1 };
const key = (at: number): Uint8Array => Uint8Array.of(at >> 8, at & 0xff);

function commit(store: Store, value: number, entries = 20): void {
  const transaction = store.begin();
  for (let at = 0; at < entries; at++) transaction.put(rows, key(at), new Uint8Array(1_000).fill(value));
  transaction.commit();
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

const reports: SnapshotReport[] = [];
const hear = (report: unknown): void => {
  reports.push(report as SnapshotReport);
};
const warnings: string[] = [];

beforeEach(() => {
  reports.length = 0;
  warnings.length = 0;
  subscribe("modelvault:snapshot", hear);
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => {
    warnings.push(String(warning));
  });
});

afterEach(() => {
  unsubscribe("modelvault:snapshot", hear);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a snapshot older than snapshotAgeMsMax", () => {
  it("is ended: its reads are snapshot_expired, the process is told, and the file stops growing", async () => {
    vi.useFakeTimers();
    const path = newPlace();
    const store = lmdbStore(path, { snapshotAgeMsMax: 60_000 }).open();
    commit(store, 0);
    const [old, oldScan] = [store.snapshot(), store.scan(rows)];
    const scanOfOld = old.scan(rows);
    oldScan.next();
    scanOfOld.next();
    commit(store, 1);
    await vi.advanceTimersByTimeAsync(40_000);
    const young = store.snapshot();
    expect(old.get(rows, key(3))?.[0]).toBe(0);
    await vi.advanceTimersByTimeAsync(40_000);
    for (const read of [
      () => old.get(rows, key(3)),
      () => old.getMany?.(rows, [key(3)]),
      () => old.count(rows),
      () => old.scan(rows),
      () => scanOfOld.next(),
      () => oldScan.next(),
    ])
      expect(codeOf(read)).toBe("snapshot_expired");
    expect(young.get(rows, key(3))?.[0]).toBe(1);
    expect(reports.map(({ reason, revision }) => [reason, revision])).toEqual([
      ["expired", 1],
      ["expired", expect.any(Number)],
    ]);
    expect(reports[0]?.ageMs).toBeGreaterThanOrEqual(60_000);
    expect(warnings.length).toBe(2);
    oldScan.return?.();
    old.close();
    young.close();
    for (let round = 0; round < 50; round++) commit(store, round);
    const { pagesUsed = 0, pagesFree = 0 } = store.maintenance?.stats?.() ?? {};
    expect(pagesFree).toBeLessThan(4 * pagesUsed);
    store.close();
  });

  it("is kept where the option is false", async () => {
    vi.useFakeTimers();
    const store = lmdbStore(newPlace(), { snapshotAgeMsMax: false }).open();
    commit(store, 7);
    const snapshot = store.snapshot();
    commit(store, 8);
    await vi.advanceTimersByTimeAsync(10_000_000);
    expect(snapshot.get(rows, key(0))?.[0]).toBe(7);
    expect(reports).toEqual([]);
    store.close();
  });

  it("holds up nothing: views that end in time never hear of it", async () => {
    vi.useFakeTimers();
    const store = lmdbStore(newPlace(), { snapshotAgeMsMax: 100 }).open();
    commit(store, 1);
    for (let round = 0; round < 50; round++) {
      const snapshot = store.snapshot();
      await vi.advanceTimersByTimeAsync(20);
      expect(snapshot.get(rows, key(0))?.[0]).toBe(1);
      snapshot.close();
    }
    expect(reports).toEqual([]);
    store.close();
  });
});

describe("a forgotten snapshot", () => {
  it("is closed with the garbage, and told of", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const store = lmdbStore(newPlace()).open();
    commit(store, 1);
    const forget = (): void => {
      store.snapshot().get(rows, key(0));
      // A scan of the store that is left without a word.
      store.scan(rows).next();
    };
    forget();
    await null;
    const readers = (): number | undefined => store.maintenance?.stats?.().readers;
    expect(readers()).toBe(2);
    while (readers() !== 0) {
      collectGarbage();
      await new Promise((turn) => setImmediate(turn));
    }
    expect(reports.map(({ reason }) => reason)).toEqual(["forgotten"]);
    expect(warnings.length).toBe(1);
    store.close();
  });
});

describe("reading", () => {
  it("pins nothing between runs, so that a process that idles lets others use pages again", async () => {
    const store = lmdbStore(newPlace()).open();
    commit(store, 0);
    store.get(rows, key(0));
    await null;
    const readers = store.maintenance?.stats?.().readers;
    expect(readers).toBe(0);
    store.close();
  });

  it("hands out values of any length, and keys of any length, as bytes that stay", () => {
    const store = lmdbStore(newPlace()).open();
    const lengths = [0, 1, 63, 64, 65, 2_047, 2_048, 2_049, 16_383, 16_384, 16_385, 70_000, 5_000_000];
    const transaction = store.begin();
    for (const [at, length] of lengths.entries())
      transaction.put(rows, key(at), new Uint8Array(length).fill(at + 1));
    const own = lengths.map((_, at) => transaction.get(rows, key(at)));
    transaction.commit();
    const got = lengths.map((_, at) => store.get(rows, key(at)));
    const scanned = [...store.scan(rows)].map(([, value]) => value);
    // Many slabs later they are what they were.
    for (let round = 0; round < 300; round++) for (let at = 0; at < 6; at++) store.get(rows, key(at));
    for (const [at, length] of lengths.entries()) {
      const expected = new Uint8Array(length).fill(at + 1);
      for (const bytes of [own[at], got[at], scanned[at]])
        expect(bytes !== undefined && compareKeys(bytes, expected) === 0).toBe(true);
    }
    store.close();
  });
});
