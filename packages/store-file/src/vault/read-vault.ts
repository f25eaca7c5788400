/**
 * Opening, the reading half: from the bytes of a file to an image of its state and a list of what is wrong with it. Nothing is
 * written here. In strict mode whatever upstream's strict mode would refuse is an error; else everything is opened that can be opened
 * without losing a committed transaction.
 */
import { isModelVaultError } from "@modelvault/core";
import { decodeFileHeader, versionUnsupported } from "../format/file-header.ts";
import {
  FORMAT_MINOR,
  HEADER_BYTES,
  LOG_START,
  SLOT_A_OFFSET,
  SLOT_B_OFFSET,
  SLOT_BYTES,
} from "../format/layout.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import {
  chooseSlot,
  decodeSlot,
  EMPTY_SUPERBLOCK,
  type SlotChoice,
  type Superblock,
} from "../format/superblock.ts";
import { FileWindow } from "../log/file-window.ts";
import { beginsOwnTransaction, type Damage, LogContents, scanLog } from "../log/scan.ts";
import type { OpenFile } from "../port/file-port.ts";
import { Image } from "./image.ts";
import { judgeDamage, unclean } from "./judge-damage.ts";
import { LogCatalog } from "./log-catalog.ts";
import {
  forEachFrom,
  forEachRecordOf,
  type LoadedCheckpoint,
  loadCheckpoint,
  pointsAtManifest,
  type RecordVisitor,
  readCheckpointAt,
  refuseToIgnore,
} from "./read-checkpoint.ts";
import { type RecordCounts, RowReplay } from "./replay.ts";

/** A vault as it was found. */
export interface ReadVault {
  readonly image: Image;
  readonly contents: LogContents;
  readonly counts: RecordCounts;
  readonly minor: number;
  readonly slots: SlotChoice;
  readonly checkpoint: LoadedCheckpoint | undefined;
  /** The log before this offset was not looked at, for a checkpoint of ours holds what it says. */
  readonly readFrom: number;
  /** Why there is a checkpoint that was not loaded. */
  readonly checkpointIgnored: string | undefined;
  /** The manifest pointer or the checkpoint pointer of the superblock leads nowhere. */
  readonly pointersStale: boolean;
  /** A torn tail: what is wrong where it begins. */
  readonly tail: Damage | undefined;
  /** Nothing but the beginning of a creation; there was never a commit. */
  readonly unfinished: boolean;
  readonly fileBytes: number;
  /** What the image's revision is ahead of the file's: see {@link KnownState}. */
  readonly revisionAhead: number;
}

/** What a handle has shown before it reads another file in the place of the one it had. */
export interface KnownState {
  readonly revision: number;
  readonly catalog: LogCatalog;
}

/**
 * @param known what the reading handle has shown so far, if anything
 * @param whole the log is read from its beginning even where a checkpoint of ours holds what it says; strict mode does so always
 * @throws file_not_vault, file_version_unsupported, log_damaged, log_unclean, checkpoint_invalid, record_payload_invalid,
 * catalog_payload_invalid
 */
export function readVault(
  file: OpenFile,
  strict: boolean,
  whole: boolean = strict,
  known?: KnownState,
): ReadVault {
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
  const start = whole ? undefined : startAtCheckpoint(window, contents, slots.superblock);
  const tail = scanLog(window, contents);
  if (tail !== undefined) judgeDamage(path, window, contents, tail, minor, strict);
  if (strict) refuseOddities(path, contents);
  const manifestStale = !pointsAtManifest(window, slots.superblock.manifestOffset, contents.end);
  if (strict && manifestStale) throw unclean(path, contents.end, "manifest_pointer");
  let { checkpoint, ignored } =
    start === undefined
      ? loadCheckpoint(path, window, contents, slots.superblock, strict)
      : { checkpoint: start, ignored: undefined };
  let filled: FilledImage;
  try {
    filled = fillImage(path, window, contents, checkpoint, known);
  } catch (error) {
    if (!(error instanceof PayloadProblem) || checkpoint === undefined) throw error;
    if (start !== undefined) return readVault(file, strict, true, known);
    refuseToIgnore(path, contents, checkpoint.offset, error.message, strict);
    ignored = error.message;
    checkpoint = undefined;
    filled = fillImage(path, window, contents, undefined, known);
  }
  const { image, counts, revisionAhead } = filled;
  return {
    image,
    contents,
    counts,
    minor,
    slots,
    checkpoint,
    readFrom: start?.offset ?? LOG_START,
    checkpointIgnored: ignored,
    pointersStale: manifestStale || ignored !== undefined,
    tail,
    unfinished: false,
    fileBytes,
    revisionAhead,
  };
}

/**
 * A checkpoint of ours, published and followed by the transaction we put behind one, holds everything that stands before it: then the log
 * is read from there. What upstream wrote last is read whole, for only we keep our revision there.
 */
function startAtCheckpoint(
  window: FileWindow,
  contents: LogContents,
  { manifestOffset, checkpointOffset, checkpointBytes }: Superblock,
): LoadedCheckpoint | undefined {
  if (manifestOffset !== 0 || checkpointOffset < LOG_START || checkpointBytes === 0) return undefined;
  if (checkpointOffset >= window.length) return undefined;
  const checkpoint = readCheckpointAt(window, checkpointOffset, window.length);
  if (typeof checkpoint === "string" || checkpoint.replayFrom !== checkpoint.end) return undefined;
  if (!beginsOwnTransaction(window, checkpoint.end)) return undefined;
  contents.startBehindCheckpoint(checkpointOffset, checkpoint.end);
  return checkpoint;
}

interface FilledImage {
  readonly image: Image;
  readonly revisionAhead: number;
  readonly counts: RecordCounts;
}

/**
 * Schemas first, all of them, then records: a record is read by the catalogue that its log ends with.
 * @throws PayloadProblem when the checkpoint is not made up as it should be
 */
function fillImage(
  path: string,
  window: FileWindow,
  contents: LogContents,
  checkpoint: LoadedCheckpoint | undefined,
  known: KnownState | undefined,
): FilledImage {
  const from = checkpoint?.replayFrom ?? LOG_START;
  const schemas: Buffer[] = [...(checkpoint?.catalog ?? [])];
  forEachFrom(window, contents.schemas, from, (bytes, at, end) => {
    schemas.push(Buffer.from(bytes.subarray(at, end)));
  });
  const catalog = LogCatalog.empty.with(schemas);
  const counts: RecordCounts = new Map();
  const revisionAhead = known === undefined ? 0 : aheadOf(known, contents, catalog);
  const image = Image.fill(catalog, contents.revision + revisionAhead, (rows) => {
    const replay = new RowReplay(catalog, rows, path);
    const apply: RecordVisitor = (bytes, at, end, offset) => replay.apply(bytes, at, end, offset);
    if (checkpoint !== undefined) replayCheckpoint(window, checkpoint, apply);
    forEachFrom(window, contents.records, from, apply);
    replay.countInto(counts);
  });
  return { image, counts, revisionAhead };
}

/**
 * A revision never says two things to one handle. A compaction of ours keeps it with what it stands for; what another engine compacted, or what was
 * restored, may bring an earlier one, or the same one for something else.
 */
function aheadOf(known: KnownState, { revision, ownLast }: LogContents, catalog: LogCatalog): number {
  const same =
    revision === known.revision && ownLast && samePayloads(catalog.payloads, known.catalog.payloads);
  return same ? 0 : Math.max(0, known.revision + 1 - revision);
}

function samePayloads(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length && a.every((payload, at) => Buffer.compare(payload, b[at] as Uint8Array) === 0)
  );
}

/** @throws PayloadProblem, for records that cannot be used too: the log may hold what can */
function replayCheckpoint(window: FileWindow, checkpoint: LoadedCheckpoint, apply: RecordVisitor): void {
  try {
    forEachRecordOf(window, checkpoint, apply);
  } catch (error) {
    if (isModelVaultError(error, "record_payload_invalid")) throw new PayloadProblem(error.message, 0);
    throw error;
  }
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
    readFrom: LOG_START,
    checkpointIgnored: undefined,
    pointersStale: false,
    tail: undefined,
    unfinished: true,
    fileBytes,
    revisionAhead: 0,
  };
}
