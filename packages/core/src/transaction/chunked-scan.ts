/**
 * Going through a keyspace that the same transaction changes on the way. Entries are read in chunks and the scan is started
 * again behind the last key, so that no scan is open during a write: some drivers would have to keep a copy of the rest.
 * The caller may change or delete entries it was given, and must not add ones ahead.
 */
import type { Keyspace, StoreEntry, StoreReader } from "../store/store.ts";

const CHUNK_ENTRIES = 512;

export function* scanInChunks(reader: StoreReader, space: Keyspace): Generator<StoreEntry, void, undefined> {
  let behind: Uint8Array | undefined;
  for (;;) {
    const chunk: StoreEntry[] = [];
    for (const entry of reader.scan(space, behind === undefined ? {} : { gt: behind })) {
      chunk.push(entry);
      if (chunk.length === CHUNK_ENTRIES) break;
    }
    yield* chunk;
    if (chunk.length < CHUNK_ENTRIES) return;
    behind = chunk[chunk.length - 1]?.[0];
  }
}
