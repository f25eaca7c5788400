/** Everything a vault says at the end of a program, by every way to it: rows, counts, each index in both directions, verification. */
import type { ParityVault } from "./vault.ts";

interface Described {
  readonly primaryKey: string;
  readonly indexes: readonly { readonly path: readonly string[] }[];
}

/** Meant for a vault that reads integers as bigints, so that nothing is unreadable. */
export function audit(vault: ParityVault): unknown {
  const { ok, problems, indexEntriesChecked } = vault.verify();
  const collections = vault.collectionNames().map((name) => {
    const collection = vault.collection(name);
    const schema = vault.schema(name) as Described;
    const walks = schema.indexes.map(({ path }) => {
      const present = collection.query().where(path, "isNull", false);
      return [
        present.orderBy(path).select(schema.primaryKey).all(),
        present.orderBy(path, "desc").select(schema.primaryKey).all(),
        present.count(),
      ];
    });
    return { schema, rows: collection.query().all(), count: collection.count(), walks };
  });
  return { ok, problems, indexEntriesChecked, collections, stats: vault.stats().collections };
}
