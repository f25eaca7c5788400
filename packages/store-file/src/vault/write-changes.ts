/** Puts the net changes of a transaction into a frame, as the log says them: schemas, index deletions, index insertions, records. */
import type { EntryPlace, StoreReader } from "@modelvault/core";
import type { ByteSink } from "../format/byte-sink.ts";
import { DeltaList } from "../format/delta-list.ts";
import type { IndexDelta } from "../format/index-payload.ts";
import { OP_INSERT, OP_REPLACE } from "../format/record-head.ts";
import { taggedOfOrdered } from "../format/scalar-keys.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import { IndexChangeWriter } from "./index-changes.ts";
import type { NetChanges, SpaceChange } from "./net-changes.ts";

/** How a frame is marked. */
export interface FrameMarks {
  readonly revision: number;
  /** It is acknowledged before it is synced. */
  readonly unsynced: boolean;
}

/** Kept from one transaction to the next, for its buffers. */
export class ChangeWriter {
  readonly #deletes = new DeltaList();
  readonly #inserts = new DeltaList();

  /**
   * Appends the frame of a transaction to the sink.
   * @param corrections index changes that come before its own
   * @param states the committed one, and the transaction's
   * @param spill called between segments: it may take what there is out of the sink, of which a change is the first
   * @returns records by collection id; undefined, with the sink as it was, when there is no change
   */
  write(
    sink: ByteSink,
    marks: FrameMarks,
    changes: NetChanges,
    corrections: readonly IndexDelta[],
    { before, after }: { readonly before: StoreReader; readonly after: StoreReader },
    spill: () => void,
  ): ReadonlyMap<number, number> | undefined {
    const start = sink.length;
    try {
      const frame = new FrameWriter(sink, marks.revision, marks.unsynced);
      for (const payload of changes.schemas) frame.schema(payload);
      for (const delta of corrections) this.#deletes.add(delta);
      for (const change of changes.indexes) this.#gather(change, before, after);
      const deltas = this.#deletes.count + this.#inserts.count - corrections.length;
      frame.deltas([this.#deletes, this.#inserts], spill);
      const records = new Map<number, number>();
      for (const change of changes.rows) {
        const count = writeRecords(frame, change, spill);
        if (count > 0) records.set(change.collection.id, count);
      }
      frame.commit();
      if (changes.schemas.length + deltas + records.size > 0) return records;
      sink.length = start;
      return undefined;
    } finally {
      this.#deletes.clear();
      this.#inserts.clear();
    }
  }

  /** Deletions first, all of them: upstream refuses a unique value that two rows hold between two changes. */
  #gather({ collection, index, visit }: SpaceChange, before: StoreReader, after: StoreReader): void {
    const inserts = new IndexChangeWriter(this.#inserts, collection, index, true, after);
    const deletes = new IndexChangeWriter(this.#deletes, collection, index, false, before);
    visit({
      put: (entry, replaced) => {
        if (replaced === undefined) inserts.write(entry);
      },
      removed: (entry) => deletes.write(entry),
    });
  }
}

function writeRecords(frame: FrameWriter, { collection, visit }: SpaceChange, spill: () => void): number {
  let count = 0;
  visit({
    put: ({ valueBytes, valueStart, valueEnd }: EntryPlace, replaced: EntryPlace | undefined) => {
      count++;
      frame.record(valueBytes, valueStart, valueEnd, replaced === undefined ? OP_INSERT : OP_REPLACE);
      spill();
    },
    removed: ({ keyBytes, keyStart, keyEnd }: EntryPlace) => {
      count++;
      const tagged = taggedOfOrdered(collection.primaryKind, keyBytes.subarray(keyStart, keyEnd));
      frame.deletion(collection.nested ? 3 : 2, collection.id, collection.version, tagged);
      spill();
    },
  });
  return count;
}
