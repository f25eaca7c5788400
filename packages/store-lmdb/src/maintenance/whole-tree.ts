/** Every entry of one state in key order, as the tree has them: copies and checks read it. */
import type { StoreEntry } from "@modelvault/core";
import { WITH_VALUES } from "../native/cursor-flags.ts";
import type { Environment } from "../native/environment.ts";

/** The state is that of a read transaction, which must stay open meanwhile. Keys have their prefixes. */
export function* wholeTree(env: Environment, txn: number): IterableIterator<StoreEntry> {
  const cursor = env.newCursor(txn);
  const { address } = cursor;
  try {
    let length = env.positionFirst(address, WITH_VALUES);
    while (length > 0) {
      const value = env.foundValue(address);
      yield [env.foundKey(0, length), value];
      length = env.next(address);
    }
  } finally {
    cursor.close();
  }
}
