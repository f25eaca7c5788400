/**
 * Notes: bytes under names, kept in the vault beside the collections for tools that need a place of their own, such as the history of
 * migrations. They are rows `note/<key>` of the system collection, so they are written in transactions like any row, and
 * other engines see plain rows.
 *
 *     modelvault/<what>/<collection>    a note of one collection, which goes along with it: under another name when it is renamed, away when it
 *                                       is dropped. A name too long for a key stands as `#` and its hash
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { textBytesMax } from "../schema/limits.ts";
import { isWellFormed, utf8LongerThan } from "../schema/text.ts";
import type { StoreReader } from "../store/store.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { isBytes, plainBytes } from "../validate/shapes.ts";
import type { Catalog } from "./catalog.ts";
import { encodeSystemRow, systemRange, systemValue } from "./system-collection.ts";
import { putSystemRow, removeSystemRow } from "./write-system.ts";

const PREFIX = "note/";

/** Longest key of a note in UTF-8 bytes. */
const noteKeyBytesMax = 255;

const OWN_PREFIX = "modelvault/";

/** Key of the note that a package of ModelVault keeps for a collection. `what` is what it is for: letters, digits and hyphens. */
export function collectionNoteKey(what: string, collection: string): string {
  const key = `${OWN_PREFIX}${what}/${collection}`;
  return collection.startsWith("#") || utf8LongerThan(key, noteKeyBytesMax)
    ? `${OWN_PREFIX}${what}/#${bytesToHex(sha256(utf8ToBytes(collection)))}`
    : key;
}

/** Brings the notes of a collection under its new name, in place of any that are there; without a name, removes them. */
export function moveCollectionNotes(session: WriteSession, from: string, to: string | undefined): void {
  const { system } = session.catalog;
  if (system === undefined) return;
  const notes = readNotes(session.journal, session.catalog, OWN_PREFIX);
  const whats = new Set(notes.map(([key]) => key.split("/")[1] ?? ""));
  const values = new Map(notes);
  for (const what of whats) {
    const [before, after] = [from, to].map((name) =>
      name === undefined ? undefined : collectionNoteKey(what, name),
    );
    const value = before === undefined ? undefined : values.get(before);
    if (after !== undefined && (value !== undefined || values.has(after))) writeNote(session, after, value);
    if (before !== undefined && value !== undefined) writeNote(session, before, undefined);
  }
}

/** The bytes under a key, a copy. @throws argument_invalid */
export function readNote(reader: StoreReader, catalog: Catalog, key: unknown): Uint8Array | undefined {
  const name = checkKey(key);
  const { system } = catalog;
  if (system === undefined) return undefined;
  const payload = reader.get(system.rows, system.encodeKey(PREFIX + name));
  return payload === undefined ? undefined : systemValue(system, payload).value.slice();
}

/** Every note whose key begins with the prefix, in the order of the code points of their keys. @throws argument_invalid */
export function readNotes(reader: StoreReader, catalog: Catalog, prefix: unknown): [string, Uint8Array][] {
  if (typeof prefix !== "string" || !isWellFormed(prefix))
    throw argumentInvalid("prefix", "the beginning of the keys, as text", prefix);
  const { system } = catalog;
  if (system === undefined) return [];
  const notes: [string, Uint8Array][] = [];
  for (const [, payload] of reader.scan(system.rows, systemRange(PREFIX + prefix))) {
    const { key, value } = systemValue(system, payload);
    notes.push([key.slice(PREFIX.length), value.slice()]);
  }
  return notes;
}

/** Sets the bytes under a key, or with undefined removes the note. @throws argument_invalid, note_too_large */
export function writeNote(session: WriteSession, key: unknown, value: unknown): void {
  const name = checkKey(key);
  if (value === undefined) {
    removeSystemRow(session, PREFIX + name);
    return;
  }
  const bytes = checkValue(value);
  if (bytes.length > textBytesMax) throw tooLarge(name, bytes.length, textBytesMax);
  putSystemRow(session, (system) => {
    const row = encodeSystemRow(system, PREFIX + name, bytes);
    const { keyBytesMax, valueBytesMax } = session.traits;
    if (keyBytesMax !== undefined && row[0].length > keyBytesMax)
      throw tooLarge(name, row[0].length, keyBytesMax);
    if (valueBytesMax !== undefined && row[1].length > valueBytesMax)
      throw tooLarge(name, row[1].length, valueBytesMax);
    return row;
  });
}

function checkValue(value: unknown): Uint8Array {
  try {
    if (isBytes(value)) return plainBytes(value);
  } catch {
    // Its bytes are gone, handed over to another thread.
  }
  throw argumentInvalid("value", "a Uint8Array, or undefined to remove the note", value);
}

function checkKey(key: unknown): string {
  if (typeof key === "string" && key !== "" && isWellFormed(key) && !utf8LongerThan(key, noteKeyBytesMax))
    return key;
  throw argumentInvalid("key", `well-formed text of 1 to ${noteKeyBytesMax} UTF-8 bytes`, key);
}

function tooLarge(key: string, noteBytes: number, noteBytesMax: number): ModelVaultError {
  return new ModelVaultError(
    "note_too_large",
    `The note ${JSON.stringify(key)} takes ${noteBytes} bytes; at most ${noteBytesMax} are allowed here.`,
    { note: key, noteBytes, noteBytesMax },
  );
}
