/**
 * A table from keyspaces to what a store keeps for each: a short list sorted by collection and index, searched
 * by halves. Rows stand before the indexes of their collection, the catalog stands first.
 */
import { assert } from "../errors/assert.ts";
import type { Keyspace } from "./store.ts";

interface Place<Content> {
  readonly collection: number;
  readonly index: number;
  readonly content: Content;
}

const KEYSPACE_NUMBER_MAX = 0xffff_ffff;

export class KeyspaceTable<Content> {
  private readonly places: Place<Content>[];

  constructor(from?: KeyspaceTable<Content>) {
    this.places = from === undefined ? [] : from.places.slice();
  }

  get(space: Keyspace): Content | undefined {
    const position = this.find(collectionNumber(space), indexNumber(space));
    return position < 0 ? undefined : (this.places[position] as Place<Content>).content;
  }

  set(space: Keyspace, content: Content): void {
    const collection = collectionNumber(space);
    const index = indexNumber(space);
    const position = this.find(collection, index);
    const place = { collection, index, content };
    if (position >= 0) {
      this.places[position] = place;
      return;
    }
    assert(
      space.kind === "catalog" || isKeyspaceNumber(space.collection),
      "the collection of a keyspace is an integer from 1 to 2^32-1",
    );
    assert(
      space.kind !== "index" || isKeyspaceNumber(space.index),
      "the index of a keyspace is an integer from 1 to 2^32-1",
    );
    this.places.splice(~position, 0, place);
  }

  delete(space: Keyspace): void {
    const position = this.find(collectionNumber(space), indexNumber(space));
    if (position >= 0) this.places.splice(position, 1);
  }

  /** Every keyspace in the table, in its order. The objects are fresh: callers may keep them. */
  *entries(): IterableIterator<readonly [space: Keyspace, content: Content]> {
    for (const { collection, index, content } of this.places) {
      if (collection < 0) yield [{ kind: "catalog" }, content];
      else if (index < 0) yield [{ kind: "rows", collection }, content];
      else yield [{ kind: "index", collection, index }, content];
    }
  }

  /** The position of a keyspace, or, negative, `~` of where it belongs. */
  private find(collection: number, index: number): number {
    const { places } = this;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = places[middle] as Place<Content>;
      const order = place.collection - collection || place.index - index;
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return ~low;
  }
}

function collectionNumber(space: Keyspace): number {
  return space.kind === "catalog" ? -1 : space.collection;
}

function indexNumber(space: Keyspace): number {
  return space.kind === "index" ? space.index : -1;
}

function isKeyspaceNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= KEYSPACE_NUMBER_MAX;
}
