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

/** Index insertions beyond this are not kept but gone over a second time. */
const KEPT_BYTES_MAX = 262_144;

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
      const deltas = this.#writeIndexes(frame, changes.indexes, before, after, spill);
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

  /**
   * Deletions first, all of them: upstream refuses a unique value that two rows hold between two changes. Where there are many insertions
   * they are gone over a second time, so that they need not be kept. Returns how many changes there are.
   */
  #writeIndexes(
    frame: FrameWriter,
    indexes: readonly SpaceChange[],
    before: StoreReader,
    after: StoreReader,
    spill: () => void,
  ): number {
    const deletes = this.#deletes;
    const inserts = this.#inserts;
    const corrections = deletes.count;
    let insertions = 0;
    for (const { collection, index, visit } of indexes) {
      const inserted = new IndexChangeWriter(inserts, collection, index, true, after);
      const deleted = new IndexChangeWriter(deletes, collection, index, false, before);
      visit({
        put: (entry, replaced) => {
          if (replaced !== undefined) return;
          insertions++;
          if (inserts.sink.length < KEPT_BYTES_MAX) inserted.write(entry);
        },
        removed: (entry) => deleted.write(entry),
      });
    }
    const changes = deletes.count - corrections + insertions;
    if (inserts.count === insertions) {
      frame.deltas([deletes, inserts], spill);
      return changes;
    }
    frame.deltas([deletes], spill);
    inserts.reset();
    for (const { collection, index, visit } of indexes) {
      const inserted = new IndexChangeWriter(inserts, collection, index, true, after);
      visit({
        put: (entry, replaced) => {
          if (replaced !== undefined) return;
          inserted.write(entry);
          if (inserts.sink.length < KEPT_BYTES_MAX) return;
          frame.deltas([inserts], spill);
          inserts.reset();
        },
        removed: () => undefined,
      });
    }
    frame.deltas([inserts], spill);
    return changes;
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
