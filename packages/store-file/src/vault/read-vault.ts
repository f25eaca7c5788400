/**
 * Opening, the reading half: from the bytes of a file to an image of its state and a list of what is wrong with it. Nothing is
 * written here. In strict mode whatever upstream's strict mode would refuse is an error; else everything is opened that can be opened
 * without losing a committed transaction.
 */
import { decodeFileHeader, versionUnsupported } from "../format/file-header.ts";
import {
  FORMAT_MINOR,
  HEADER_BYTES,
  LOG_START,
  SLOT_A_OFFSET,
  SLOT_B_OFFSET,
  SLOT_BYTES,
} from "../format/layout.ts";
import { chooseSlot, decodeSlot, EMPTY_SUPERBLOCK, type SlotChoice } from "../format/superblock.ts";
import { FileWindow } from "../log/file-window.ts";
import { type Damage, LogContents, scanLog } from "../log/scan.ts";
import type { OpenFile } from "../port/file-port.ts";
import { Image } from "./image.ts";
import { judgeDamage, unclean } from "./judge-damage.ts";
import { LogCatalog } from "./log-catalog.ts";
import { forEachFrom, type LoadedCheckpoint, loadCheckpoint, pointsAtManifest } from "./read-checkpoint.ts";
import { type RecordCounts, RowReplay } from "./replay.ts";

/** A vault as it was found. */
export interface ReadVault {
  readonly image: Image;
  readonly contents: LogContents;
  readonly counts: RecordCounts;
  readonly minor: number;
  readonly slots: SlotChoice;
  readonly checkpoint: LoadedCheckpoint | undefined;
  /** Why there is a checkpoint that was not loaded. */
  readonly checkpointIgnored: string | undefined;
  /** The manifest pointer or the checkpoint pointer of the superblock leads nowhere. */
  readonly pointersStale: boolean;
  /** A torn tail: what is wrong where it begins. */
  readonly tail: Damage | undefined;
  /** Nothing but the beginning of a creation; there was never a commit. */
  readonly unfinished: boolean;
  readonly fileBytes: number;
}

/**
 * @throws file_not_vault, file_version_unsupported, log_damaged, log_unclean, checkpoint_invalid, record_payload_invalid,
 * catalog_payload_invalid
 */
export function readVault(file: OpenFile, strict: boolean): ReadVault {
  const { path } = file;
  const window = new FileWindow(file);
  const fileBytes = window.length;
  const head = window.view(0, Math.min(fileBytes, LOG_START)) ?? Buffer.alloc(0);
  if (isBlank(head, fileBytes)) return unfinishedVault(path, strict && fileBytes > 0, fileBytes);
  const minor = decodeFileHeader(head, path);
  if (minor === 2 && fileBytes !== HEADER_BYTES) throw versionUnsupported(path, 0, minor);
  if (fileBytes < LOG_START) return unfinishedVault(path, strict && minor !== 2, fileBytes);
  const slots = chooseSlot(
    decodeSlot(head.subarray(SLOT_A_OFFSET, SLOT_A_OFFSET + SLOT_BYTES)),
    decodeSlot(head.subarray(SLOT_B_OFFSET, SLOT_B_OFFSET + SLOT_BYTES)),
  );
  if (strict && slots.upstreamRefuses) throw unclean(path, LOG_START, "superblock");
  const contents = new LogContents(LOG_START);
  const tail = scanLog(window, contents);
  if (tail !== undefined) judgeDamage(path, window, contents, tail, minor, strict);
  if (strict) refuseOddities(path, contents);
  const manifestStale = !pointsAtManifest(window, slots.superblock.manifestOffset, contents.end);
  if (strict && manifestStale) throw unclean(path, contents.end, "manifest_pointer");
  const { checkpoint, ignored } = loadCheckpoint(path, window, contents, slots.superblock, strict);
  const { image, counts } = fillImage(path, window, contents, checkpoint);
  return {
    image,
    contents,
    counts,
    minor,
    slots,
    checkpoint,
    checkpointIgnored: ignored,
    pointersStale: manifestStale || ignored !== undefined,
    tail,
    unfinished: false,
    fileBytes,
  };
}

/** Schemas first, all of them, then records: a record is read by the catalogue that its log ends with. */
function fillImage(
  path: string,
  window: FileWindow,
  contents: LogContents,
  checkpoint: LoadedCheckpoint | undefined,
): { readonly image: Image; readonly counts: RecordCounts } {
  const from = checkpoint?.replayFrom ?? LOG_START;
  const schemas: Buffer[] = [...(checkpoint?.parts.catalog ?? [])];
  forEachFrom(window, contents.schemas, from, (bytes, at, end) => {
    schemas.push(Buffer.from(bytes.subarray(at, end)));
  });
  const catalog = LogCatalog.empty.with(schemas);
  const counts: RecordCounts = new Map();
  const image = Image.fill(catalog, contents.revision, (rows) => {
    const replay = new RowReplay(catalog, rows, path, counts);
    for (const record of checkpoint?.parts.records ?? []) replay.apply(record, 0, record.length, from);
    forEachFrom(window, contents.records, from, (bytes, at, end, offset) =>
      replay.apply(bytes, at, end, offset),
    );
  });
  return { image, counts };
}

/** What is no damage to us, and would be to upstream's strict mode. */
function refuseOddities(path: string, { abandoned, badManifests }: LogContents): void {
  if (abandoned.length > 0) throw unclean(path, abandoned.offset(0), "abandoned");
  if (badManifests.length > 0) throw unclean(path, badManifests.offset(0), "manifest");
}

/** A file in which a creation has not got as far as its header: empty, or short and all zeros so far. */
function isBlank(head: Buffer, fileBytes: number): boolean {
  if (fileBytes > LOG_START + 50) return false;
  const found = head.subarray(0, HEADER_BYTES);
  const begun = Buffer.from("TDB0", "latin1").subarray(0, found.length);
  return (
    found.every((byte) => byte === 0) || (found.length < HEADER_BYTES && found.subarray(0, 4).equals(begun))
  );
}

function unfinishedVault(path: string, refuse: boolean, fileBytes: number): ReadVault {
  if (refuse) throw unclean(path, 0, "creation");
  return {
    image: Image.fill(LogCatalog.empty, 0, () => undefined),
    contents: new LogContents(LOG_START),
    counts: new Map(),
    minor: FORMAT_MINOR,
    slots: { current: undefined, superblock: EMPTY_SUPERBLOCK, upstreamRefuses: true },
    checkpoint: undefined,
    checkpointIgnored: undefined,
    pointersStale: false,
    tail: undefined,
    unfinished: true,
    fileBytes,
  };
}
