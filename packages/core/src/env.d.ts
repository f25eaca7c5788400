// The host globals core names. Core runs wherever JavaScript runs (`types: []`), so whatever is not in the
// language itself is declared here, as narrowly as core uses it. Every host since Node 20 has all of these.

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}

declare const performance: { now(): number };

declare function queueMicrotask(callback: () => void): void;

/** Present on Node and its kin only; core works without it. */
declare var Buffer:
  | {
      readonly prototype: {
        utf8Slice?(this: Uint8Array, start: number, end: number): string;
      };
    }
  | undefined;

interface ImportMeta {
  readonly url: string;
}
