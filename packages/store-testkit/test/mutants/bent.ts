/** Makes mutants that bend keys, values or keyspaces on their way to a correct store. */

import type { Keyspace } from "@modelvault/core";
import { type Mutant, mutant, type Parts } from "./mutant.ts";

/** Bends keys, values or keyspaces on the way in and on the way to a lookup. */
export function bent(change: {
  key?: (key: Uint8Array) => Uint8Array;
  value?: (value: Uint8Array) => Uint8Array;
  space?: (space: Keyspace) => Keyspace;
}): Parts {
  const {
    key: bendKey = (key) => key,
    value: bendValue = (value) => value,
    space: bendSpace = (space) => space,
  } = change;
  return {
    read: (reader) => ({
      get: (space, key) => reader.get(bendSpace(space), bendKey(key)),
      scan: (space, range) => reader.scan(bendSpace(space), range),
      count: (space) => reader.count(bendSpace(space)),
    }),
    transaction: (transaction) => ({
      put: (space, key, value) => transaction.put(bendSpace(space), bendKey(key), bendValue(value)),
      delete: (space, key) => transaction.delete(bendSpace(space), bendKey(key)),
    }),
  };
}

export function bender(
  name: string,
  change: Parameters<typeof bent>[0],
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(name, { parts: () => bent(change), model }, caughtBy);
}
