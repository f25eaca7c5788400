/**
 * Room for coming commits: the log ends with a Temp segment of zeros, and a commit overwrites it from its start with its frame and the header
 * of a new, shorter Temp. The size of the file stays the same, so a sync has no size to write.
 *
 *     … last commit | Temp header | zeros …                              before
 *     … last commit | [filler] frame of the commit | Temp header | zeros …   after, in one write
 *
 * Torn by pages such a write leaves either the old Temp over whatever came after it, or a frame that stops at a checksum. Where the edge of
 * a page falls into a header, or between a header and the zeros that end the payload before it, upstream would find zeros in place of a
 * header and refuse the file. A filler before the frame moves those places off the edges: a Manifest, for its checksum is looked at, of bytes
 * that are not zero. The place of every new Temp header is chosen so, too, for the next commit begins there.
 */
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { MANIFEST_BYTES } from "../format/manifest.ts";
import { writeSegmentHeader } from "../format/segment.ts";

/** Bytes that a commit keeps free before its frame: the longest filler. */
export const LEAD_BYTES = 512;

/** What a disk writes as a whole. */
const PAGE_BYTES = 4096;
/** A longer frame crosses so many edges that no filler suits all of them. */
const PROTECTED_BYTES_MAX = 16_384;
const ROOM_BYTES_MIN = 65_536;
const ROOM_BYTES_MAX = 1_048_576;
const FILLER_BYTE = 0xa5;

/** Room to have behind a log of this length: half of it, within bounds, so that the file ends with a page. @param least no less than this */
export function roomFor(logBytes: number, least: number): number {
  const room = Math.max(least, Math.min(ROOM_BYTES_MAX, Math.max(ROOM_BYTES_MIN, Math.floor(logBytes / 2))));
  return room + PAGE_BYTES - ((logBytes + room) % PAGE_BYTES);
}

/**
 * Length of the filler for the segments `bytes[from..to)`, which go to `position` of the file with a Temp header behind them: 0 or at least a header.
 * Where none suits every header, it suits the one of the Temp.
 */
export function fillerBytes(bytes: Buffer, from: number, to: number, position: number): number {
  const last = position + to - from + SEGMENT_HEADER_BYTES - 1;
  if (Math.floor(position / PAGE_BYTES) === Math.floor(last / PAGE_BYTES)) return 0;
  const frail = frailPlaces(bytes, from, to);
  const filler = shortestFiller(frail, position);
  if (filler >= 0) return filler;
  return Math.max(0, shortestFiller(frail.slice(-2), position));
}

/** Writes a filler of at least a header's length. */
export function writeFiller(bytes: Buffer, at: number, length: number): void {
  bytes.fill(FILLER_BYTE, at + SEGMENT_HEADER_BYTES, at + length);
  writeSegmentHeader(bytes, at, SEGMENT.manifest, length - SEGMENT_HEADER_BYTES);
}

/** Writes the header of the Temp segment that keeps so many bytes, its own length included. What follows is not looked at by any reader. */
export function writeRoomHeader(bytes: Buffer, at: number, room: number): void {
  writeSegmentHeader(bytes, at, SEGMENT.temp, room - SEGMENT_HEADER_BYTES, 0);
}

/** First and last offset of each stretch, relative to `from`, in which no page may begin. The last stretch is that of the Temp header. */
function frailPlaces(bytes: Buffer, from: number, to: number): number[] {
  const places: number[] = [];
  const add = (header: number): void => {
    let zeros = header;
    while (zeros > from && bytes[zeros - 1] === 0) zeros--;
    places.push(zeros - from, header - from + SEGMENT_HEADER_BYTES - 1);
  };
  if (to - from <= PROTECTED_BYTES_MAX) {
    for (let at = nextSegment(bytes, from); at < to; at = nextSegment(bytes, at)) add(at);
  }
  add(to);
  return places;
}

function nextSegment(bytes: Buffer, at: number): number {
  return at + SEGMENT_HEADER_BYTES + bytes.readUInt32LE(at + 12);
}

/** The shortest filler that suits all stretches; -1 when there is none. */
function shortestFiller(frail: readonly number[], position: number): number {
  for (let filler = 0; filler <= LEAD_BYTES; filler = filler === 0 ? SEGMENT_HEADER_BYTES : filler + 1) {
    // A manifest of the usual length would be taken for one.
    if (filler === SEGMENT_HEADER_BYTES + MANIFEST_BYTES) continue;
    if (suits(frail, position + filler, filler)) return filler;
  }
  return -1;
}

function suits(frail: readonly number[], position: number, filler: number): boolean {
  // Behind a filler the first header of the frame is one among others.
  if (filler > 0 && edgeWithin(position, position + SEGMENT_HEADER_BYTES - 1)) return false;
  for (let index = 0; index < frail.length; index += 2) {
    if (edgeWithin(position + (frail[index] as number), position + (frail[index + 1] as number)))
      return false;
  }
  return true;
}

/** Whether a page begins at an offset from `first` to `last`. */
function edgeWithin(first: number, last: number): boolean {
  return Math.floor((first - 1) / PAGE_BYTES) !== Math.floor(last / PAGE_BYTES);
}
