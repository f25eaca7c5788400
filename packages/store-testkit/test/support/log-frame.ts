/**
 * One commit as bytes: the revision, then per change the keyspace's name, whether there is a value, key and value; each
 * text and each run of bytes behind its length in four bytes.
 */
import type { Change } from "./sorted-entries.ts";

type Changes = ReadonlyMap<string, ReadonlyMap<string, Change>>;

export function encodeFrame(revision: number, changes: Changes): Uint8Array {
  const parts: Uint8Array[] = [length(revision)];
  for (const [name, each] of changes) {
    for (const { key, value } of each.values()) {
      for (const part of [
        Buffer.from(name),
        key,
        Uint8Array.of(value === undefined ? 0 : 1),
        value ?? new Uint8Array(0),
      ])
        parts.push(length(part.length), part);
    }
  }
  return Uint8Array.from(Buffer.concat(parts));
}

export function decodeFrame(frame: Uint8Array): { revision: number; changes: Changes } {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  const changes = new Map<string, Map<string, Change>>();
  let at = 4;
  const next = (): Uint8Array => {
    const end = at + 4 + bytes.readUInt32BE(at);
    const part = frame.slice(at + 4, end);
    at = end;
    return part;
  };
  while (at < bytes.length) {
    const name = Buffer.from(next()).toString();
    const key = next();
    const present = next()[0] === 1;
    const value = next();
    const each = changes.get(name) ?? new Map<string, Change>();
    each.set(Buffer.from(key).toString("hex"), { key, value: present ? value : undefined });
    changes.set(name, each);
  }
  return { revision: bytes.readUInt32BE(0), changes };
}

/** A frame that says where it ends: behind its length in four bytes. */
export function sealed(frame: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([length(frame.length), frame]));
}

/** The frame in it; undefined when the bytes are not exactly those of one. */
export function unsealed(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 4) return undefined;
  const frame = bytes.slice(4);
  return Buffer.from(bytes).readUInt32BE(0) === frame.length ? frame : undefined;
}

function length(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
