/**
 * The keys a transaction has put or deleted, each once, by keyspace. Keys are copied, for they are the caller's again after the call: as text,
 * one character a byte, which can be looked up and costs less than a byte array of its own.
 */
import type { Keyspace } from "@modelvault/core";

/** Key bytes as text, and whether the last call for it put (true) or deleted it. */
type KeySet = Map<string, boolean>;

interface TouchedSpace {
  readonly space: Keyspace;
  readonly keys: KeySet;
}

/** The touched keys of one keyspace. */
export interface TouchedIn<K extends Keyspace["kind"]> {
  readonly space: Extract<Keyspace, { readonly kind: K }>;
  readonly keys: Iterable<{ readonly key: Uint8Array; readonly present: boolean }>;
}

export class TouchedKeys {
  readonly #spaces = new Map<string, TouchedSpace>();
  #last: TouchedSpace | undefined;

  /** Whether no key was touched. */
  get isEmpty(): boolean {
    return this.#spaces.size === 0;
  }

  add(space: Keyspace, key: Uint8Array, present: boolean): void {
    this.#find(space).keys.set(Buffer.prototype.latin1Slice.call(key, 0, key.length), present);
  }

  /** Keys of one kind of keyspace. */
  *of<K extends Keyspace["kind"]>(kind: K): Iterable<TouchedIn<K>> {
    for (const { space, keys } of this.#spaces.values()) {
      if (space.kind === kind) yield { space, keys: keysOf(keys) } as TouchedIn<K>;
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

function* keysOf(keys: KeySet): Iterable<{ readonly key: Uint8Array; readonly present: boolean }> {
  for (const [text, present] of keys) yield { key: Buffer.from(text, "latin1"), present };
}

function sameSpace(a: Keyspace, b: Keyspace): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "catalog" || b.kind === "catalog") return true;
  if (a.collection !== b.collection) return false;
  return a.kind === "rows" || (b.kind === "index" && a.index === b.index);
}
