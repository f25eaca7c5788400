/** The figures of a database: what it holds, by collection and index, and what its store says of itself. */
import type { Catalog } from "../catalog/catalog.ts";
import type { Store, StoreDriver, StoreReader, StoreTraits } from "../store/store.ts";

export interface DatabaseStats {
  /** Name of the driver. */
  readonly driver: string;
  readonly traits: StoreTraits;
  readonly revision: number;
  readonly collections: readonly CollectionStats[];
  /** The store's own figures; their names say their unit. Empty where it has none. */
  readonly store: Readonly<Record<string, number>>;
}

export interface CollectionStats {
  readonly name: string;
  readonly version: number;
  readonly rows: number;
  readonly indexes: readonly { readonly name: string; readonly unique: boolean; readonly entries: number }[];
}

/** Reads counts only; its cost does not grow with the data. */
export function describeDatabase(
  driver: StoreDriver,
  store: Store,
  reader: StoreReader,
  catalog: Catalog,
  figures: Readonly<Record<string, number>>,
): DatabaseStats {
  return {
    driver: driver.name,
    traits: store.traits,
    revision: store.revision(),
    collections: catalog.collections.map((state) => ({
      name: state.name,
      version: state.version,
      rows: reader.count(state.rows),
      indexes: state.indexes.map(({ definition, space }) => ({
        name: definition.name,
        unique: definition.unique,
        entries: reader.count(space),
      })),
    })),
    store: figures,
  };
}
