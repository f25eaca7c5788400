/**
 * Where another engine wrote last, its index changes are compared with the rows before we write. Upstream believes them unseen and
 * leaves entries of dropped indexes in place (its bugs B17 and B19); our first transaction then begins with the changes that make the
 * log agree with the rows, or else upstream would answer wrongly, or could never open the file again.
 *
 * A log that upstream cannot open at all, or that index changes cannot mend, is written anew instead.
 */

import type { IndexDelta } from "../format/index-payload.ts";
import { readIndexPayload } from "../format/index-payload.ts";
import { LOG_START } from "../format/layout.ts";
import { PayloadProblem, PayloadReader } from "../format/payload-reader.ts";
import { readRecordHead } from "../format/record-head.ts";
import type { FileWindow } from "../log/file-window.ts";
import type { LogContents } from "../log/scan.ts";
import type { Image } from "./image.ts";
import { entryDelta } from "./index-changes.ts";
import type { LogCollection } from "./log-catalog.ts";
import { forEachFrom, indexesOf, type LoadedCheckpoint } from "./read-checkpoint.ts";

export interface Agreement {
  /** Changes that make the log's index state agree with the rows, deletions first. */
  readonly corrections: readonly IndexDelta[];
  /** Upstream cannot open this log, or cannot be made to agree: it must be written anew. */
  readonly rewrite: boolean;
}

/** Compares. The image's indexes must be built. @throws store_io, record_payload_invalid */
export function compareWithLog(
  window: FileWindow,
  contents: LogContents,
  checkpoint: LoadedCheckpoint | undefined,
  image: Image,
): Agreement {
  const state = new Map<string, IndexDelta>();
  let rewrite = image.catalog.refused.length > 0 || contents.abandoned.length > 0;
  const from = checkpoint?.replayFrom ?? LOG_START;
  const apply = (bytes: Buffer): void => {
    try {
      readIndexPayload(new PayloadReader(bytes), (delta) => {
        if (!applyDelta(state, delta)) rewrite = true;
      });
    } catch (error) {
      if (!(error instanceof PayloadProblem)) throw error;
      rewrite = true;
    }
  };
  if (checkpoint !== undefined) apply(indexesOf(window, checkpoint));
  forEachFrom(window, contents.indexes, from, (bytes, at, end) =>
    apply(Buffer.from(bytes.subarray(at, end))),
  );
  if (!rewrite) rewrite = holdsRefusedRecords(window, contents, from, image);
  if (rewrite) return { corrections: [], rewrite };
  return findCorrections(state, image);
}

/** Applies one change as upstream does; false where upstream would fail. */
function applyDelta(state: Map<string, IndexDelta>, delta: IndexDelta): boolean {
  const place = placeOf(delta);
  const held = state.get(place);
  if (delta.insert) {
    if (held !== undefined && delta.unique && !same(held.primaryKey, delta.primaryKey)) return false;
    state.set(place, delta);
    return true;
  }
  if (held !== undefined && delta.unique && !same(held.primaryKey, delta.primaryKey)) return false;
  state.delete(place);
  return true;
}

/** A unique index holds one key once, a plain one each pair of key and row. */
function placeOf({ collection, unique, name, key, primaryKey }: IndexDelta): string {
  const value = latin1(key);
  const base = `${collection} ${unique ? "u" : "p"} ${name.length} ${name} ${value.length} ${value}`;
  return unique ? base : `${base} ${latin1(primaryKey)}`;
}

function findCorrections(state: Map<string, IndexDelta>, image: Image): Agreement {
  const deletes: IndexDelta[] = [];
  const inserts: IndexDelta[] = [];
  const seen = new Set<string>();
  for (const collection of image.catalog.collections.values()) {
    for (const { id, space } of collection.numbering.indexes) {
      for (const [key] of image.store.scan(space)) {
        const wanted = entryDelta(collection, id, key, true, image.store);
        const place = placeOf(wanted);
        // Two rows share a unique value: whatever the log says, upstream would fail or be wrong.
        if (seen.has(place)) return { corrections: [], rewrite: true };
        seen.add(place);
        const held = state.get(place);
        if (held !== undefined && same(held.primaryKey, wanted.primaryKey)) {
          state.delete(place);
          continue;
        }
        inserts.push(wanted);
      }
    }
  }
  for (const held of state.values()) deletes.push({ ...held, insert: false });
  return { corrections: [...deletes, ...inserts], rewrite: false };
}

/** Whether the log holds a record that upstream would refuse under the last schema. */
function holdsRefusedRecords(window: FileWindow, contents: LogContents, from: number, image: Image): boolean {
  const versioned = [...image.catalog.collections.values()].some(({ version }) => version > 1);
  if (!versioned) return false;
  let refused = false;
  forEachFrom(window, contents.records, from, (bytes, at, end) => {
    if (refused) return;
    const head = readRecordHead(bytes, at, end);
    const collection = image.catalog.collections.get(head.collection);
    if (collection === undefined || head.deletes || head.version === collection.version) return;
    refused = upstreamRefuses(collection, head.version, bytes.subarray(at, end));
  });
  return refused;
}

function upstreamRefuses(collection: LogCollection, version: number, payload: Buffer): boolean {
  const { primaryKey, fields } = collection.schema;
  const written = collection.history.get(version) ?? [];
  const names = new Set(written.map(({ path }) => path[0] as string));
  const known = new Set(fields.map(({ path }) => path[0] as string));
  if ([...names].some((name) => !known.has(name))) return true;
  names.delete(primaryKey);
  const flat = fields.filter(({ path }) => path.length === 1 && path[0] !== primaryKey).length;
  if (names.size > flat) return true;
  return collection.state.validate(collection.state.decoder("exact")(payload)).length > 0;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
}
