/** Every entry of one state in key order, as the tree has them: copies and checks read it. */
import type { StoreEntry } from "@modelvault/core";
import { WITH_VALUES } from "../native/cursor-flags.ts";
import type { Environment } from "../native/environment.ts";

/** The state is that of a read transaction, which must stay open meanwhile. Keys have their prefixes. */
export function* wholeTree({ cursors }: Environment, txn: number): IterableIterator<StoreEntry> {
  const cursor = cursors.make(txn);
  const { address } = cursor;
  try {
    let length = cursors.positionFirst(address, WITH_VALUES);
    while (length > 0) {
      const value = cursors.foundValue(address);
      yield [cursors.foundKey(0, length), value];
      length = cursors.next(address);
    }
  } finally {
    cursor.close();
  }
}
