/**
 * The vault's memory of what variants of unions require: a note of each collection whose model has unions, as JSON. It goes along with its
 * collection. What is not noted was never asked of stored rows; where there is no note at all, nothing is known of the models of others.
 */
import { collectionNoteKey } from "@modelvault/core";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Model } from "../define/model.ts";
import { isNeedList } from "./need-list.ts";
import { hasVariants, type VariantNeed, variantNeeds } from "./variant-needs.ts";

interface NoteSource {
  notes?(prefix?: string): [key: string, value: Uint8Array][];
}

/** The needs that a vault has noted for a collection; none where there is no note. */
export function notedNeeds(source: NoteSource, collection: string): readonly VariantNeed[] {
  return readNeeds(source, collection) ?? [];
}

/** The needs that a vault has noted; undefined where it has no note. One of a later format counts for none. */
export function readNeeds(source: NoteSource, collection: string): readonly VariantNeed[] | undefined {
  const key = variantNoteKey(collection);
  const noted = source.notes?.(key).find(([each]) => each === key)?.[1];
  if (noted === undefined) return undefined;
  try {
    const { format, needs } = JSON.parse(new TextDecoder().decode(noted)) as {
      readonly format?: unknown;
      readonly needs?: unknown;
    };
    return format === 1 && isNeedList(needs) ? needs : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of the note. */
export function variantNote(needs: readonly VariantNeed[]): Uint8Array {
  return utf8ToBytes(JSON.stringify({ format: 1, needs }));
}

export function variantNoteKey(collection: string): string {
  return collectionNoteKey("variants", collection);
}

/** The note that goes with the collection of a model from its beginning; undefined where it needs none. For code that creates collections of models by itself. */
export function noteOfModel(model: Model): readonly [key: string, value: Uint8Array] | undefined {
  return hasVariants(model.shape)
    ? [variantNoteKey(model.name), variantNote(variantNeeds(model.shape))]
    : undefined;
}
