/**
 * The vault's memory of what variants of unions require: a note of each collection whose model has such needs, as JSON. It goes along with its
 * collection, and what is not noted was never asked of stored rows.
 */
import { collectionNoteKey } from "@modelvault/core";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Model } from "../define/model.ts";
import { isNeedList } from "./need-list.ts";
import { type VariantNeed, variantNeeds } from "./variant-needs.ts";

interface NoteSource {
  notes?(prefix?: string): [key: string, value: Uint8Array][];
}

/** The needs that a vault has noted for a collection. A note of a later format counts for none. */
export function notedNeeds(source: NoteSource, collection: string): readonly VariantNeed[] {
  const key = variantNoteKey(collection);
  const noted = source.notes?.(key).find(([each]) => each === key)?.[1];
  if (noted === undefined) return [];
  try {
    const { format, needs } = JSON.parse(new TextDecoder().decode(noted)) as {
      readonly format?: unknown;
      readonly needs?: unknown;
    };
    return format === 1 && isNeedList(needs) ? needs : [];
  } catch {
    return [];
  }
}

/** Bytes of the note; undefined where there is nothing to note. */
export function variantNote(needs: readonly VariantNeed[]): Uint8Array | undefined {
  return needs.length === 0 ? undefined : utf8ToBytes(JSON.stringify({ format: 1, needs }));
}

export function variantNoteKey(collection: string): string {
  return collectionNoteKey("variants", collection);
}

/** The note that goes with the collection of a model from its beginning; undefined where it needs none. For code that creates collections of models by itself. */
export function noteOfModel(model: Model): readonly [key: string, value: Uint8Array] | undefined {
  const value = variantNote(variantNeeds(model.shape));
  return value === undefined ? undefined : [variantNoteKey(model.name), value];
}
