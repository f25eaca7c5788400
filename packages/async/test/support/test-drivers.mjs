// Drivers that only tests need, in plain JavaScript so that a worker can load them: memory stores that fail.
import { MemoryStore, ModelVaultError } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

/**
 * A memory store that counts its commits, and fails some of them. A row whose payload holds the text "break" is cut short while it is put.
 * @param {{ failCommits?: readonly number[] }} options numbers of commits, from 1
 */
export function faultyStore({ failCommits = [] } = {}) {
  return {
    name: "faulty",
    moduleUrl: import.meta.url,
    factory: "faultyStore",
    args: [{ failCommits }],
    open() {
      const store = new MemoryStore();
      let commits = 0;
      const begin = store.begin.bind(store);
      store.begin = (options) => {
        const transaction = begin(options);
        const commit = transaction.commit.bind(transaction);
        const put = transaction.put.bind(transaction);
        transaction.put = (space, key, value) => {
          if (Buffer.from(value).includes("break"))
            throw new ModelVaultError("store_full", "No room for this row.");
          put(space, key, value);
        };
        transaction.commit = () => {
          commits++;
          if (!failCommits.includes(commits)) return commit();
          transaction.abort();
          throw new ModelVaultError("store_io", "The sync failed.", { commits });
        };
        return transaction;
      };
      store.maintenance.stats = () => ({ commits });
      return store;
    },
  };
}

/** A driver that cannot be opened. */
export function brokenStore() {
  return {
    name: "broken",
    moduleUrl: import.meta.url,
    factory: "brokenStore",
    args: [],
    open() {
      throw new ModelVaultError(
        "file_not_vault",
        "This is no vault.",
        { path: "x" },
        { cause: new TypeError("deep") },
      );
    },
  };
}

/** A store that fails to open, and leaves something behind that keeps its thread. */
export function untidyStore() {
  return {
    name: "untidy",
    moduleUrl: import.meta.url,
    factory: "untidyStore",
    args: [],
    open() {
      setInterval(() => undefined, 1000);
      throw new ModelVaultError("store_io", "There is no such place.", {});
    },
  };
}

/** Fills the memory of its worker when it is verified. */
export function hungryStore() {
  return {
    name: "hungry",
    moduleUrl: import.meta.url,
    factory: "hungryStore",
    args: [],
    open() {
      const store = new MemoryStore();
      store.maintenance.verify = () => {
        const kept = [];
        for (;;) kept.push(new Array(100_000).fill({ some: kept.length }));
      };
      return store;
    },
  };
}

/** Entries that an endless scan gives at most. */
const SCAN_MAX = 20_000_000;

/**
 * A store, in memory or in LMDB, whose scans of rows go on, over the last row again and again, until its thread has served another call meanwhile. Of a scan that nobody gets past, nothing is ever heard but its error.
 * @param {string} [path] a place in LMDB
 */
export function endlessStore(path) {
  return {
    name: "endless",
    moduleUrl: import.meta.url,
    factory: "endlessStore",
    args: [path],
    open() {
      const store = path === undefined ? new MemoryStore() : lmdbStore(path).open();
      let served = 0;
      const counted = (name) => {
        const method = store[name].bind(store);
        store[name] = (...args) => {
          served++;
          return method(...args);
        };
      };
      for (const name of ["get", "getMany", "snapshot", "begin"]) counted(name);
      const snapshot = store.snapshot.bind(store);
      store.snapshot = () => {
        const taken = snapshot();
        const scan = taken.scan.bind(taken);
        taken.scan = (space, range) =>
          space.kind === "rows" ? endless(scan(space, range)) : scan(space, range);
        return taken;
      };
      function* endless(entries) {
        const before = served;
        let last;
        for (last of entries) yield last;
        for (let given = 0; last !== undefined && served === before; given++) {
          if (given === SCAN_MAX) throw new Error("Nobody else was served.");
          yield last;
        }
      }
      return store;
    },
  };
}
