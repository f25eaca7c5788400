/**
 * Values that structured clone refuses, spelled out: they come to life in the worker as something the engine judges in the same
 * words as it would the original. None of them can be stored; this is about who says so, and how.
 */
import { copyOfBytes } from "./bytes.ts";

type Odd =
  | readonly ["plain", value: unknown]
  | readonly ["function"]
  | readonly ["symbol", description: string | undefined]
  /** Bytes that were handed over to another thread. */
  | readonly ["detached"]
  /** A buffer, or a view on one, that is no Uint8Array. */
  | readonly ["buffer", tag: string]
  /** Another built-in object, known by its tag. */
  | readonly ["tagged", tag: string]
  | readonly ["list", length: number, items: readonly (readonly [index: number, item: Odd])[]]
  | readonly [
      "record",
      entries: readonly (readonly [name: string, value: Odd])[],
      symbols: readonly (string | undefined)[],
      /** Of an instance of a class: whether that says how it is written as JSON. */
      instance: { readonly toJSON: boolean } | undefined,
    ]
  /** An object that was met on the way down to it, by how many levels up. */
  | readonly ["again", levels: number];

/** Deeper than anything that is stored; what lies below is left out. */
const DEPTH_MAX = 300;

export function spell(value: unknown): unknown {
  return spellValue(value, []);
}

function spellValue(value: unknown, above: readonly object[]): Odd {
  if (typeof value === "function") return ["function"];
  if (typeof value === "symbol") return ["symbol", value.description];
  if (typeof value !== "object" || value === null) return ["plain", value];
  const met = above.lastIndexOf(value);
  if (met >= 0) return ["again", above.length - met];
  if (above.length >= DEPTH_MAX) return ["plain", null];
  const path = [...above, value];
  if (Array.isArray(value)) {
    const items = Object.keys(value)
      .map(Number)
      .filter((at) => Number.isInteger(at) && at >= 0 && at < value.length && Object.hasOwn(value, at))
      .map((at) => [at, spellValue(value[at], path)] as const);
    return ["list", value.length, items];
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === "Uint8Array") {
    try {
      return ["plain", copyOfBytes(value)];
    } catch {
      return ArrayBuffer.isView(value) ? ["detached"] : ["tagged", tag];
    }
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return ["buffer", tag];
  if (tag !== "Object") return ["tagged", tag];
  const record = value as Readonly<Record<string, unknown>>;
  return [
    "record",
    Object.keys(record).map((name) => [name, spellValue(record[name], path)] as const),
    Object.getOwnPropertySymbols(record).map((symbol) => symbol.description),
    isPlain(value) ? undefined : { toJSON: prototypeLike(value) === SPEAKING },
  ];
}

/** Whether an object is of no class; the `Object` of another realm is none. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

/** Stand for all classes: those whose instances say how they are written as JSON, and the others. */
const SPEAKING: object = { toJSON: () => null };
const SILENT: object = {};

/** The prototype of what stands for an instance of a class. */
export function prototypeLike(value: object): object {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === "function" ? SPEAKING : SILENT;
}

export function readOut(spelled: unknown): unknown {
  return readValue(spelled as Odd, []);
}

function readValue(odd: Odd, above: readonly unknown[]): unknown {
  switch (odd[0]) {
    case "plain":
      return odd[1];
    case "function":
      return () => undefined;
    case "symbol":
      return Symbol(odd[1]);
    case "detached":
      return detached();
    case "buffer":
      // To the engine one is like another, but for its name.
      return Object.defineProperty(new DataView(new ArrayBuffer(0)), Symbol.toStringTag, { value: odd[1] });
    case "tagged":
      return tagged(odd[1]);
    case "again":
      return above[above.length - odd[1]];
    case "list": {
      const list: unknown[] = new Array(odd[1]);
      for (const [index, item] of odd[2]) list[index] = readValue(item, [...above, list]);
      return list;
    }
    case "record": {
      const record = Object.create(odd[3] === undefined ? Object.prototype : classOf(odd[3])) as Record<
        string | symbol,
        unknown
      >;
      for (const [name, value] of odd[1]) {
        const content = readValue(value, [...above, record]);
        Object.defineProperty(record, name, {
          value: content,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      for (const description of odd[2]) record[Symbol(description)] = true;
      return record;
    }
  }
}

function classOf({ toJSON }: { readonly toJSON: boolean }): object {
  return toJSON ? SPEAKING : SILENT;
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(1);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

/** An empty object of the same tag, which is all that is ever asked of it. */
function tagged(tag: string): object {
  switch (tag) {
    case "Date":
      return new Date(Number.NaN);
    case "Promise":
      return Promise.resolve();
    case "Map":
      return new Map();
    case "Set":
      return new Set();
    default:
      return Object.create({}, { [Symbol.toStringTag]: { value: tag } }) as object;
  }
}
