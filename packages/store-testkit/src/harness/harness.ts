/**
 * What a driver author gives the testkit: a way to make places and to open them. A place ("location") is kept apart from
 * an open handle, so that reopening is really tried. The optional parts let the kit try promises that no caller of a
 * store can provoke: each unlocks the checks that need it, and nothing is guessed where one is missing.
 */
import type { Store, StoreDriver } from "@modelvault/core";
import type { StoreElsewhere } from "./elsewhere.ts";

/**
 * One driver under test. `Location` is whatever names a place: a path, an object, a number.
 *
 * @example
 * const harness: StoreHarness<string> = {
 *   name: "file",
 *   newLocation: () => join(mkdtempSync(join(tmpdir(), "vault-")), "test.modelvault"),
 *   open: (path) => fileStore(path).open(),
 *   dispose: (path) => rmSync(dirname(path), { recursive: true, force: true }),
 * };
 */
export interface StoreHarness<Location = unknown> {
  /** The medium, for the names of the tests. */
  readonly name: string;
  /** A place where nothing is yet. Called often; no two places may share anything. */
  newLocation(): Location;
  /** Opens the place, creating the store when there is none. Of a medium that is not persistent: a fresh store. */
  open(location: Location, options?: OpenOptions): Store;
  /** Removes the place. Every handle the kit opened is closed by then. */
  dispose(location: Location): void | Promise<void>;

  /** Opens the place in another process or thread, so that sharing, locks and freshness are tried across it. */
  openElsewhere?(location: Location): Promise<StoreElsewhere>;
  /** True when `open` heeds `readOnly`. */
  readonly readOnly?: boolean;
  /** Makes the next write of the open handle to its medium fail, as a full disk would: nothing of it is kept. */
  failNextWrite?(location: Location): void;
  /** Makes the next sync fail: what was written before it may or may not be kept. */
  failNextSync?(location: Location): void;
  /** A new place that holds what the medium of this one would hold if the machine stopped now. */
  crash?(location: Location): Location;
  /** A place that `maintenance.copyTo` can write to, with the text that names it. */
  newCopyTarget?(): { readonly destination: string; readonly location: Location };
  /** Opens a store from what `maintenance.snapshotBytes` gave; throws a coded error when that is not whole. */
  openBytes?(bytes: Uint8Array): Store;
  /** The driver value that opens this place. */
  driver?(location: Location): StoreDriver;
  /** Loads a module, as the caller would: `(url) => import(url)`. Needed with `driver`. */
  importModule?(url: string): Promise<object>;
}

export interface OpenOptions {
  /** Open for reading only; only given when the harness says `readOnly`. */
  readonly readOnly?: boolean;
}

/** The two functions the kit needs of a test runner: those of vitest, jest, mocha or node:test. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  /** `timeoutMs` is for runners that end slow tests; others may ignore it. */
  it(name: string, body: () => void | Promise<void>, timeoutMs?: number): unknown;
}
