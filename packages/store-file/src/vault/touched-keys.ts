/** The keys a transaction has put or deleted, each once, by keyspace. Keys are copied: they are the caller's again after the call. */
import type { Keyspace } from "@modelvault/core";

/** A key, and whether the last call for it put or deleted it. */
export interface TouchedKey {
  readonly key: Uint8Array;
  present: boolean;
}

/** Keys by their bytes as text, one character a byte. */
type KeySet = Map<string, TouchedKey>;

interface TouchedSpace {
  readonly space: Keyspace;
  readonly keys: KeySet;
}

export class TouchedKeys {
  readonly #spaces = new Map<string, TouchedSpace>();
  #last: TouchedSpace | undefined;
  size = 0;

  add(space: Keyspace, key: Uint8Array, present: boolean): void {
    const { keys } = this.#find(space);
    const text = Buffer.prototype.latin1Slice.call(key, 0, key.length);
    const known = keys.get(text);
    if (known !== undefined) {
      known.present = present;
      return;
    }
    keys.set(text, { key: new Uint8Array(key), present });
    this.size++;
  }

  /** Keys of one kind of keyspace. */
  *of<K extends Keyspace["kind"]>(
    kind: K,
  ): Iterable<{
    readonly space: Extract<Keyspace, { readonly kind: K }>;
    readonly keys: Iterable<TouchedKey>;
  }> {
    for (const { space, keys } of this.#spaces.values()) {
      if (space.kind === kind) {
        yield { space: space as Extract<Keyspace, { readonly kind: K }>, keys: keys.values() };
      }
    }
  }

  #find(space: Keyspace): TouchedSpace {
    const last = this.#last;
    if (last !== undefined && sameSpace(last.space, space)) return last;
    const name =
      space.kind === "catalog"
        ? space.kind
        : space.kind === "rows"
          ? `rows ${space.collection}`
          : `index ${space.collection} ${space.index}`;
    let touched = this.#spaces.get(name);
    if (touched === undefined) {
      touched = { space: { ...space }, keys: new Map() };
      this.#spaces.set(name, touched);
    }
    this.#last = touched;
    return touched;
  }
}

function sameSpace(a: Keyspace, b: Keyspace): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "catalog" || b.kind === "catalog") return true;
  if (a.collection !== b.collection) return false;
  return a.kind === "rows" || (b.kind === "index" && a.index === b.index);
}
