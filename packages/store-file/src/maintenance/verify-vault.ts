/**
 * Verification below core: the file is read anew, every checksum computed, the log replayed into a second image, and that compared with
 * the one in memory. Problems are returned as sentences, nothing is changed.
 */
import { isModelVaultError, type Keyspace, type StoreReader } from "@modelvault/core";
import type { LogCollection } from "../vault/log-catalog.ts";
import { readVault } from "../vault/read-vault.ts";
import type { Vault } from "../vault/vault.ts";
import { atLastVersion } from "./each-row.ts";

export function verifyVault(vault: Vault): readonly string[] {
  const file = vault.log?.file ?? vault.file;
  if (file === undefined) return [];
  const problems: string[] = [];
  try {
    const read = readVault(file, false, true);
    const { contents, slots, checkpointIgnored } = read;
    if (vault.log !== undefined) {
      if (read.tail !== undefined)
        problems.push(`the log stops being readable at offset ${read.tail.offset} (${read.tail.reason})`);
      if (contents.end !== vault.log.end)
        problems.push(`the log ends at ${contents.end}, not at ${vault.log.end}`);
      if (contents.revision !== vault.image.store.revision())
        problems.push(`the log is at revision ${contents.revision}, not at ${vault.image.store.revision()}`);
      if (slots.current === undefined) problems.push("neither superblock is sound");
      if (checkpointIgnored !== undefined)
        problems.push(`the checkpoint cannot be used: ${checkpointIgnored}`);
    }
    for (let index = 0; index < contents.badManifests.length; index++)
      problems.push(`the manifest at offset ${contents.badManifests.offset(index)} is damaged`);
    if (vault.options.mode !== "follow") compareRows(vault, read.image.store, problems);
    read.image.store.close();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    problems.push(error.message);
  }
  return problems;
}

function compareRows(vault: Vault, stored: StoreReader, problems: string[]): void {
  for (const collection of vault.image.catalog.collections.values()) {
    const { id, name } = collection;
    const space: Keyspace = { kind: "rows", collection: id };
    const inFile = stored.scan(space);
    for (const [key, payload] of vault.image.store.scan(space)) {
      const next = inFile.next();
      if (next.done || !sameBytes(next.value[0], key) || !sameRow(collection, next.value[1], payload)) {
        problems.push(`a row of "${name}" is not in the file as it is in memory`);
        return;
      }
    }
    if (!inFile.next().done) problems.push(`the file has rows of "${name}" that are not in memory`);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A file that was written anew has every row under the last version; memory may hold it under the one it came with. */
function sameRow(collection: LogCollection, stored: Uint8Array, held: Uint8Array): boolean {
  if (sameBytes(stored, held)) return true;
  return sameBytes(atLastVersion(collection, stored), atLastVersion(collection, held));
}
