/**
 * What a store is, as simply as it can be said: per keyspace a map from hexadecimal key to value, sorted anew for every
 * scan. The checks and the model-based tests hold drivers to it, so it shares no code with any of them.
 */
import type { KeyRange, Keyspace } from "@modelvault/core";
import { hex, sameBytes, toHex } from "../bytes/bytes.ts";

/** A key and its value, as the kit expects them. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** A keyspace by name: `catalog`, `rows 1`, `index 1 2`. */
export function spaceName(space: Keyspace): string {
  if (space.kind === "catalog") return "catalog";
  return space.kind === "rows" ? `rows ${space.collection}` : `index ${space.collection} ${space.index}`;
}

/** A range for a message, such as `gte <61>, lt <62>, reverse`. */
export function showRange(range: KeyRange | undefined): string {
  if (range === undefined) return "no range";
  const parts = (["gt", "gte", "lt", "lte"] as const).flatMap((bound) => {
    const key = range[bound];
    return key === undefined ? [] : [`${bound} <${toHex(key)}>`];
  });
  if (range.reverse !== undefined) parts.push(range.reverse ? "reverse" : "forward");
  return parts.length === 0 ? "an empty range" : parts.join(", ");
}

/** Keyspaces of plain sorted maps. */
export class PlainMap {
  readonly #spaces = new Map<string, Map<string, Uint8Array>>();

  /** A copy that changes of this one do not reach, and the other way round. */
  copy(): PlainMap {
    const copy = new PlainMap();
    for (const [name, entries] of this.#spaces) copy.#spaces.set(name, new Map(entries));
    return copy;
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    const name = spaceName(space);
    const entries = this.#spaces.get(name) ?? new Map<string, Uint8Array>();
    this.#spaces.set(name, entries.set(toHex(key), value.slice()));
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.#spaces.get(spaceName(space))?.delete(toHex(key));
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#spaces.get(spaceName(space))?.get(toHex(key));
  }

  count(space: Keyspace): number {
    return this.#spaces.get(spaceName(space))?.size ?? 0;
  }

  scan(space: Keyspace, range: KeyRange = {}): Entry[] {
    const gt = range.gt && toHex(range.gt);
    const gte = range.gte && toHex(range.gte);
    const lt = range.lt && toHex(range.lt);
    const lte = range.lte && toHex(range.lte);
    const found = [...(this.#spaces.get(spaceName(space)) ?? [])]
      .filter(([key]) => gt === undefined || key > gt)
      .filter(([key]) => gte === undefined || key >= gte)
      .filter(([key]) => lt === undefined || key < lt)
      .filter(([key]) => lte === undefined || key <= lte)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (range.reverse) found.reverse();
    return found.map(([key, value]) => [hex(key), value]);
  }

  /** Whether both hold the same entries. */
  sameAs(other: PlainMap): boolean {
    const names = new Set([...this.#spaces.keys(), ...other.#spaces.keys()]);
    return [...names].every((name) => {
      const [mine, theirs] = [this.#spaces.get(name), other.#spaces.get(name)];
      if ((mine?.size ?? 0) !== (theirs?.size ?? 0)) return false;
      for (const [key, value] of mine ?? []) {
        const their = theirs?.get(key);
        if (their === undefined || (their !== value && !sameBytes(their, value))) return false;
      }
      return true;
    });
  }
}
