/**
 * What collections are called. The catalogue of the file format writes a name once, when a collection is created, and can neither change
 * nor remove it; no second collection may ever get that name (a file with one twice cannot be opened by upstream). So a collection
 * has two names: the stored one, which is unique for ever, and the one that user code knows it by. Where they differ, or where the
 * collection is dropped, a row of the system collection says so:
 *
 *     collection/<id>   { "format": 1, "name": "books" }      it is called books, whatever is stored
 *                       { "format": 1, "dropped": true }      it is gone, and so are its rows
 *
 * A dropped collection that holds rows was written to by an engine that does not know of this. It counts again, under its stored name, so that nothing
 * another program wrote is hidden.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { readUtf8, utf8Bytes } from "../keys/text.ts";
import { descriptorsFromJson, descriptorsToJson } from "../schema/json.ts";
import { nameBytesMax } from "../schema/limits.ts";
import { trimName } from "../schema/names.ts";
import type { StoreReader } from "../store/store.ts";
import { encodeSystemRow, systemRange, systemValue } from "./system-collection.ts";

/** What a row says of a collection. */
export type NameRow = { readonly name: string } | { readonly dropped: true };

/** How the keys of all such rows begin. */
export const NAME_PREFIX = "collection/";

/** Key of the row for a collection. */
export function nameRowKey(id: number): string {
  return `${NAME_PREFIX}${id}`;
}

/** Key and value bytes of the row for a collection. */
export function encodeNameRow(
  system: CollectionState,
  id: number,
  row: NameRow,
): readonly [key: Uint8Array, value: Uint8Array] {
  const text = descriptorsToJson({ format: 1, ...row });
  return encodeSystemRow(system, nameRowKey(id), new TextEncoder().encode(text));
}

/** Every such row, by collection id. */
export function readNameRows(reader: StoreReader, system: CollectionState): ReadonlyMap<number, NameRow> {
  const rows = new Map<number, NameRow>();
  for (const [, payload] of reader.scan(system.rows, systemRange(NAME_PREFIX))) {
    const { key, value } = systemValue(system, payload);
    const content = descriptorsFromJson(new TextDecoder().decode(value)) as {
      readonly format?: unknown;
      readonly name?: unknown;
      readonly dropped?: unknown;
    };
    const id = Number(key.slice(NAME_PREFIX.length));
    if (content.format !== 1) continue;
    if (content.dropped === true) rows.set(id, { dropped: true });
    else if (typeof content.name === "string") rows.set(id, { name: content.name });
  }
  return rows;
}

/**
 * The names that user code knows the collections by; dropped ones have none. A name given here goes before a stored one: a collection
 * that another engine created under a name that is in use is called by that name and its id.
 */
export function nameCollections(
  storedNames: ReadonlyMap<number, string>,
  rows: ReadonlyMap<number, NameRow>,
  holdsRows: (id: number) => boolean,
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const taken = new Set<string>();
  const give = (id: number, wanted: string): void => {
    const name = freeName(wanted, id, (candidate) => taken.has(trimName(candidate)));
    taken.add(trimName(name));
    names.set(id, name);
  };
  for (const id of storedNames.keys()) {
    const row = rows.get(id);
    if (row !== undefined && "name" in row) give(id, row.name);
  }
  for (const [id, storedName] of storedNames) {
    const row = rows.get(id);
    if (row === undefined || ("dropped" in row && holdsRows(id))) give(id, storedName);
  }
  return names;
}

/** The name itself, or where that is taken, one made of it and the id: `books~7`. Never longer than a name may be. */
export function freeName(name: string, id: number, isTaken: (name: string) => boolean): string {
  let candidate = name;
  for (let attempt = 1; isTaken(candidate); attempt++) {
    const suffix = attempt === 1 ? `~${id}` : `~${id}~${attempt}`;
    candidate = cutToBytes(name, nameBytesMax - suffix.length) + suffix;
  }
  return candidate;
}

/** The longest beginning of well-formed text that takes at most so many UTF-8 bytes. */
function cutToBytes(text: string, bytesMax: number): string {
  const bytes = utf8Bytes(text);
  if (bytes === undefined || bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return readUtf8(bytes, 0, end) ?? "";
}
