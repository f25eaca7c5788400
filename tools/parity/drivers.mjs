// The drivers that `npm run parity` knows by name, each as a harness of the testkit.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MemoryStore, ModelVaultError, memoryStore, overlayTransaction } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";

/** @typedef {import("@modelvault/store-testkit").StoreHarness<any>} Harness */

/** The engine's own store. @type {Harness} */
const memory = {
  name: "memory",
  newLocation: () => ({}),
  open: () => memoryStore().open(),
  dispose: () => undefined,
};

/**
 * What a driver is that can only read and apply batches: every transaction is an overlay. It outlives its handles.
 * @type {import("@modelvault/store-testkit").StoreHarness<MemoryStore>}
 */
const overlay = {
  name: "overlay",
  newLocation: () => new MemoryStore(),
  open: openOverlay,
  dispose: (ground) => ground.close(),
};

/**
 * @param {MemoryStore} ground
 * @returns {import("@modelvault/core").Store}
 */
function openOverlay(ground) {
  let closed = false;
  let writing = false;
  const live = () => {
    if (closed) throw new ModelVaultError("store_closed", "The store was used after it was closed.");
    return ground;
  };
  return {
    traits: { durable: false, persistent: true, sharing: "none", busy: "fails", conflicts: false },
    get: (space, key) => live().get(space, key),
    scan: (space, range) => live().scan(space, range),
    count: (space) => live().count(space),
    snapshot: () => live().snapshot(),
    revision: () => live().revision(),
    begin() {
      live();
      if (writing) throw new ModelVaultError("store_busy", "A transaction is open on this store.");
      writing = true;
      const base = ground.snapshot();
      return overlayTransaction({
        base,
        revision: base.revision,
        commit: (batch) => {
          const transaction = ground.begin();
          for (const { space, puts, deletes } of batch) {
            for (const key of deletes) transaction.delete(space, key);
            for (const [key, value] of puts) transaction.put(space, key, value);
          }
          return transaction.commit();
        },
        ended: () => {
          base.close();
          writing = false;
        },
      });
    },
    close: () => {
      closed = true;
    },
  };
}

// In memory where there is some: parity is about answers, and a campaign makes a hundred thousand vaults.
const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Vault files, each in a folder of its own. @type {Harness} */
const file = {
  name: "file",
  newLocation: () => join(mkdtempSync(join(base, "modelvault-parity-")), "parity.modelvault"),
  open: (/** @type {string} */ path) => fileStore(path).open(),
  dispose: (/** @type {string} */ path) => rmSync(dirname(path), { recursive: true, force: true }),
};

/** LMDB vaults, each in a folder of its own. @type {Harness} */
const lmdb = {
  name: "lmdb",
  newLocation: () => join(mkdtempSync(join(base, "modelvault-parity-")), "parity.lmdb"),
  open: (/** @type {string} */ path) => lmdbStore(path).open(),
  dispose: (/** @type {string} */ path) => rmSync(dirname(path), { recursive: true, force: true }),
};

/** @type {Readonly<Record<string, Harness>>} */
export const drivers = { memory, overlay, file, lmdb };
