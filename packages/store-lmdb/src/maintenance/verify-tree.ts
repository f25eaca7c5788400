/**
 * What can be checked below core: that LMDB can walk every page of the tree, that keys ascend and belong to a keyspace, and that the kept
 * numbers are the counted ones. LMDB has no checksums; bytes that changed inside a row are found by core, which decodes them.
 */
import { compareKeys, isModelVaultError } from "@modelvault/core";
import { parsePrefix, type Space } from "../format/keys.ts";
import { readCount } from "../format/own-rows.ts";
import type { Environment } from "../native/environment.ts";
import { wholeTree } from "./whole-tree.ts";

/** Problems as sentences; none: all is well. Memory grows with the number of keyspaces only. */
export function verifyTree(env: Environment, txn: number): string[] {
  const problems: string[] = [];
  const counts = new Map<string, { readonly space: Space; entries: number }>();
  let before: Uint8Array | undefined;
  try {
    for (const [key] of wholeTree(env, txn)) {
      if (before !== undefined && compareKeys(before, key) >= 0)
        problems.push(`Keys do not ascend at ${hex(key)}.`);
      before = key;
      const parsed = parsePrefix(key);
      if (parsed === undefined) {
        problems.push(`The key ${hex(key)} belongs to no keyspace.`);
        continue;
      }
      if (parsed.space.kind === "own") continue;
      const name = describe(parsed.space);
      const count = counts.get(name);
      if (count === undefined) counts.set(name, { space: parsed.space, entries: 1 });
      else count.entries++;
    }
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    problems.push(`LMDB cannot read on: ${error.message}`);
    return problems;
  }
  for (const [name, { space, entries }] of counts) {
    const kept = readCount(env, space, txn);
    if (kept !== entries) problems.push(`The vault counts ${kept} entries in ${name} and holds ${entries}.`);
  }
  return problems;
}

function describe(space: Space): string {
  switch (space.kind) {
    case "rows":
      return `the rows of collection ${space.collection}`;
    case "index":
      return `index ${space.index} of collection ${space.collection}`;
    default:
      return "the catalog";
  }
}

function hex(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 32)).toString("hex");
}
