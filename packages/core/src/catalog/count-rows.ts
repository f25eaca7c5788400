/** How many rows a store has, by the names that user code knows: for drivers that tell what they copied or saved. */
import type { StoreReader, StoreTraits } from "../store/store.ts";
import { loadCatalog } from "./load-catalog.ts";

/**
 * Rows by collection, as a database opened on this store would count them. What ModelVault keeps for itself, and what was
 * dropped, is left out; a renamed collection has its present name.
 * @throws catalog_payload_invalid, record_payload_invalid when the catalogue is damaged
 */
export function countRowsByName(reader: StoreReader, traits: StoreTraits): Record<string, number> {
  const { collections } = loadCatalog(reader, traits);
  return Object.fromEntries(collections.map(({ name, rows }) => [name, reader.count(rows)]));
}
