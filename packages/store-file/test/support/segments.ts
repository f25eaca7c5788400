import { readFileSync } from "node:fs";
import { LOG_START } from "../../src/format/layout.ts";

export interface SegmentOfFile {
  readonly offset: number;
  readonly type: number;
  readonly payload: Buffer;
}

/** The segments of a file that has no damage, read by their lengths alone. */
export function segmentsOf(path: string): SegmentOfFile[] {
  const bytes = readFileSync(path);
  const segments: SegmentOfFile[] = [];
  for (let at = LOG_START; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 12);
    segments.push({
      offset: at,
      type: bytes.readUInt16LE(at + 6),
      payload: bytes.subarray(at + 32, at + 32 + length),
    });
    at += 32 + length;
  }
  return segments;
}
