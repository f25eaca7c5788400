/**
 * The scans that are open in the model-based test, each beside the entries it has still to give. A scan ends with its
 * reader; that is looked at when a command steps it later, or at once where it is watched.
 */
import type { KeyRange, Keyspace, StoreReader, StoreScan } from "@modelvault/core";
import { broken, expectEntries, expectRefusal, take } from "../suite/expectations.ts";
import { type Entry, type PlainMap, showRange, spaceName } from "./plain-map.ts";

/** A reader of the store, what it must show, and its name in messages. */
export interface ReaderPair {
  readonly real: StoreReader;
  readonly model: PlainMap;
  readonly who: string;
}

interface OpenScan {
  readonly real: StoreScan;
  readonly who: string;
  /** What it has still to give. */
  readonly rest: Entry[];
  readonly reader: StoreReader;
  readonly watched: boolean;
  /** The error its next step must throw, once its reader has ended. */
  ended?: string;
}

export class OpenScans {
  #scans: OpenScan[] = [];

  get size(): number {
    return this.#scans.length;
  }

  open({ real, model, who }: ReaderPair, space: Keyspace, range: KeyRange, watched = false): void {
    const name = `${who}: scan of ${spaceName(space)} with ${showRange(range)}`;
    const rest = model.scan(space, range);
    this.#scans.push({ real: real.scan(space, range), who: name, rest, reader: real, watched });
  }

  step(which: number, steps: number): void {
    const at = which % this.#scans.length;
    const scan = this.#scans[at];
    if (scan === undefined) return;
    if (scan.ended !== undefined) {
      expectEnd(scan);
      this.#scans.splice(at, 1);
      return;
    }
    const expected = scan.rest.splice(0, steps);
    expectEntries(take(scan.real, expected.length), expected, `the next ${steps} of ${scan.who}`);
    if (expected.length === steps) return;
    if (scan.real.next().done !== true) broken(`${scan.who} goes on behind its last entry`);
    this.#scans.splice(at, 1);
  }

  leave(which: number): void {
    const at = which % this.#scans.length;
    const [scan] = this.#scans.splice(at, 1);
    if (scan === undefined || scan.ended !== undefined) return;
    scan.real.return?.();
    if (scan.real.next().done !== true) broken(`${scan.who} goes on after it was left`);
  }

  /** Those of a reader that has ended: their next step must be refused with this code. */
  end(reader: StoreReader, code: string): void {
    for (const scan of this.#scans) if (scan.reader === reader) scan.ended ??= code;
    const due = (scan: OpenScan): boolean => scan.watched && scan.ended !== undefined;
    for (const scan of this.#scans) if (due(scan)) expectEnd(scan);
    this.#scans = this.#scans.filter((scan) => !due(scan));
  }
}

/** A scan that has given everything may end either way. */
function expectEnd({ rest, ended = "", who, real }: OpenScan): void {
  if (rest.length > 0) expectRefusal(ended, `a step of an ended ${who}`, () => real.next());
}
