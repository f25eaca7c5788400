/**
 * A whole vault as bytes: the present state, written anew, with a manifest at its end that a superblock points at. Bytes that were cut short, even
 * between two transactions, therefore do not pass for a smaller vault in strict mode.
 */
import type { MaintenanceProgress } from "@modelvault/core";
import { SLOT_B_OFFSET } from "../format/layout.ts";
import { encodeManifestSegment, MANIFEST_BYTES } from "../format/manifest.ts";
import { EMPTY_SUPERBLOCK, encodeSlot } from "../format/superblock.ts";
import { MemoryFile } from "../port/memory-port.ts";
import type { Image } from "../vault/image.ts";
import { writeImage } from "./write-image.ts";

/** The bytes are an array of their own. */
export function imageBytes(image: Image, onProgress?: (progress: MaintenanceProgress) => void): Uint8Array {
  const file = new MemoryFile("a snapshot", "memory:snapshot", new Uint8Array(0));
  const { bytes } = writeImage(file, image.store, image.catalog, image.store.revision(), onProgress);
  file.write(encodeManifestSegment(bytes), bytes);
  const published = {
    ...EMPTY_SUPERBLOCK,
    generation: 2n,
    manifestOffset: bytes,
    manifestBytes: MANIFEST_BYTES,
  };
  file.write(encodeSlot(published), SLOT_B_OFFSET);
  return file.content();
}
