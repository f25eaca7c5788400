/** Removing every entry of a keyspace. */
import type { Keyspace } from "../store/store.ts";
import { scanInChunks } from "../transaction/chunked-scan.ts";
import type { WriteSession } from "../transaction/write-session.ts";

/** Removes all there is, in key order. */
export function emptySpace(session: WriteSession, space: Keyspace): void {
  for (const [key, value] of scanInChunks(session.journal, space))
    session.journal.change(space, key, value, undefined);
}
