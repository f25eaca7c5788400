/** Every entry of one state in key order, as the tree has them: copies and checks read it. */
import type { StoreEntry } from "@modelvault/core";
import { type Environment, WITH_VALUES } from "../native/environment.ts";

/** The state is that of a read transaction, which must stay open meanwhile. Keys have their prefixes. */
export function* wholeTree(env: Environment, txn: number): IterableIterator<StoreEntry> {
  const cursor = env.newCursor(txn);
  const { address } = cursor;
  try {
    // The first key of a tree with anything in it is the shortest one there is.
    let length = env.position(address, WITH_VALUES, Uint8Array.of(0), 0);
    while (length > 0) {
      const value = env.foundValue(address);
      yield [env.foundKey(0, length), value];
      length = env.next(address);
    }
  } finally {
    cursor.close();
  }
}
