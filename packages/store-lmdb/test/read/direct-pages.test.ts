/** Which way reads go, through LMDB or by the pages, and what shares a read transaction. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isModelVaultError, type Keyspace, type Store } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { Environment } from "../../src/native/environment.ts";
import { directReads } from "../../src/read/direct-pages.ts";
import { newPlace } from "../support/places.ts";

const ROWS: Keyspace = { kind: "rows", collection: 1 };
const key = (number: number): Uint8Array => Uint8Array.of(number);

function commit(store: Store, value: number): void {
  const transaction = store.begin();
  for (let number = 0; number < 9; number++) transaction.put(ROWS, key(number), Uint8Array.of(value));
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

/** How often LMDB is asked for a row. */
function asked(work: () => void): number {
  const spy = vi.spyOn(Environment.prototype, "get");
  work();
  const calls = spy.mock.calls.length;
  spy.mockRestore();
  return calls;
}

const { after } = directReads;
beforeEach(() => {
  directReads.after = 0;
});
afterEach(() => {
  directReads.after = after;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("reads go through LMDB", () => {
  it("until there were some of them: a vault that is asked little is not looked at", () => {
    directReads.after = 10;
    const store = lmdbStore(newPlace()).open();
    commit(store, 1);
    const read = (): unknown => store.get(ROWS, key(3));
    // One more tells the revision of the transaction.
    expect(asked(() => Array.from({ length: 10 }, read))).toBe(11);
    const later = asked(() => Array.from({ length: 50 }, read));
    expect(later).toBeLessThan(4);
    expect(asked(() => Array.from({ length: 50 }, read))).toBe(0);
    expect(read()).toEqual(Uint8Array.of(1));
    store.close();
  });

  it("in a vault that has no commit yet", () => {
    const store = lmdbStore(newPlace()).open();
    expect(store.get(ROWS, key(1))).toBeUndefined();
    expect(asked(() => store.get(ROWS, key(1)))).toBeGreaterThan(0);
    expect([...store.scan(ROWS)]).toEqual([]);
    store.close();
  });

  it("while a transaction is open on a vault that was not looked at before", () => {
    const writer = lmdbStore(newPlace()).open();
    commit(writer, 1);
    const transaction = writer.begin();
    transaction.put(ROWS, key(1), key(2));
    for (let read = 0; read < 3; read++) expect(asked(() => writer.get(ROWS, key(1)))).toBeGreaterThan(0);
    expect(writer.get(ROWS, key(1))).toEqual(Uint8Array.of(1));
    transaction.commit();
    expect(writer.get(ROWS, key(1))).toEqual(Uint8Array.of(2));
    writer.close();
  });

  it("and by the pages beside a transaction, when they were looked at before", () => {
    const store = lmdbStore(newPlace()).open();
    commit(store, 1);
    store.getMany?.(ROWS, [key(1), key(2)]);
    const transaction = store.begin();
    transaction.put(ROWS, key(1), Uint8Array.of(2));
    store.get(ROWS, key(2));
    expect(asked(() => expect(store.get(ROWS, key(1))).toEqual(Uint8Array.of(1)))).toBe(0);
    transaction.abort();
    store.close();
  });
});

describe("snapshots of one run", () => {
  function opened(): { readonly store: Store; readonly path: string } {
    const path = newPlace();
    const store = lmdbStore(path).open();
    commit(store, 1);
    for (let read = 0; read < 3; read++) store.get(ROWS, key(1));
    return { store, path };
  }

  it("share its transaction, until somebody commits", async () => {
    const { store } = opened();
    const renewals = vi.spyOn(Environment.prototype, "renew");
    const held = [store.snapshot(), store.snapshot()];
    expect(renewals).not.toHaveBeenCalled();
    commit(store, 2);
    held.push(store.snapshot());
    expect(held.map((each) => each.get(ROWS, key(1))?.[0])).toEqual([1, 1, 2]);
    expect(held.map(({ revision }) => revision)).toEqual([1, 1, 2]);
    held[0]?.close();
    expect(codeOf(() => held[0]?.get(ROWS, key(1)))).toBe("snapshot_closed");
    await null;
    expect(held.slice(1).map((each) => each.get(ROWS, key(1))?.[0])).toEqual([1, 2]);
    for (const each of held) each.close();
    await null;
    expect(store.maintenance?.stats?.().readers).toBe(0);
    store.close();
  });

  it("have a transaction of their own when another handle has committed in the same run", () => {
    const { store, path } = opened();
    expect(store.get(ROWS, key(1))).toEqual(Uint8Array.of(1));
    const reader = lmdbStore(path, { mode: "read" }).open();
    for (let read = 0; read < 3; read++) reader.get(ROWS, key(1));
    commit(store, 2);
    const snapshot = reader.snapshot();
    expect([reader.get(ROWS, key(1)), snapshot.get(ROWS, key(1))]).toEqual([
      Uint8Array.of(1),
      Uint8Array.of(2),
    ]);
    snapshot.close();
    reader.close();
    store.close();
  });

  it("expire together, with the scans of both", async () => {
    vi.useFakeTimers();
    vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const store = lmdbStore(newPlace(), { snapshotAgeMsMax: 1_000 }).open();
    commit(store, 1);
    for (let read = 0; read < 3; read++) store.get(ROWS, key(1));
    const held = [store.snapshot(), store.snapshot()];
    const scans = [store.scan(ROWS), ...held.map((each) => each.scan(ROWS))];
    for (const scan of scans) scan.next();
    await vi.advanceTimersByTimeAsync(2_000);
    for (const each of held) expect(codeOf(() => each.get(ROWS, key(1)))).toBe("snapshot_expired");
    for (const scan of scans) expect(codeOf(() => scan.next())).toBe("snapshot_expired");
    for (const scan of scans) scan.return?.();
    for (const each of held) each.close();
    expect(store.get(ROWS, key(1))).toEqual(Uint8Array.of(1));
    store.close();
  });

  it("are forgotten one by one: the others go on", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { store } = opened();
    const kept = store.snapshot();
    (() => void store.snapshot().get(ROWS, key(1)))();
    commit(store, 2);
    while (warnings.mock.calls.length === 0) {
      collectGarbage();
      await new Promise((turn) => setImmediate(turn));
    }
    expect(kept.get(ROWS, key(1))).toEqual(Uint8Array.of(1));
    kept.close();
    expect(store.maintenance?.stats?.().readers).toBe(0);
    store.close();
  });

  it("and scans end with their store, by a code", () => {
    const { store } = opened();
    const snapshot = store.snapshot();
    const scans = [snapshot.scan(ROWS), store.scan(ROWS)];
    for (const scan of scans) scan.next();
    store.close();
    expect(scans.map((scan) => codeOf(() => scan.next()))).toEqual(["snapshot_closed", "store_closed"]);
    expect(codeOf(() => snapshot.get(ROWS, key(1)))).toBe("snapshot_closed");
    expect(codeOf(() => store.getMany?.(ROWS, [key(1)]))).toBe("store_closed");
    for (const scan of scans) expect(scan.return?.()).toEqual({ done: true, value: undefined });
  });
});
