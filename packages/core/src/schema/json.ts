/**
 * JSON text whose integers are exact: those beyond 2^53-1 are read and written as `bigint`, which `JSON` of Node 20 cannot do.
 * Everything else is JSON as RFC 8259 has it; a key given twice in one object is refused, for one of the two would be lost. Bytes are
 * written as `{"base64url":"…"}`, which is what a default of type bytes is read from.
 */
import { ModelVaultError } from "../errors/error.ts";
import { toBase64url } from "../keys/base64url.ts";
import { isBytes } from "../validate/shapes.ts";
import { describeValue, quote } from "./describe-value.ts";

/** Lists and objects inside each other. */
const depthMax = 256;

/** Descriptors, or any plain data, as JSON text. Properties that are undefined are left out. @throws schema_json_invalid for what JSON cannot hold */
export function descriptorsToJson(value: unknown): string {
  return write(value, 0);
}

/** The data of JSON text; integers beyond 2^53-1 become `bigint`. @throws schema_json_invalid, with the place in `details.offset` */
export function descriptorsFromJson(text: string): unknown {
  if (typeof text !== "string") {
    const actual = describeValue(text);
    throw new ModelVaultError("schema_json_invalid", `JSON text was expected, not ${actual}.`, { actual });
  }
  return new JsonReader(text).readAll();
}

function write(value: unknown, depth: number): string {
  if (depth > depthMax) throw unwritable(`data nested deeper than ${depthMax} levels`);
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw unwritable(String(value));
      return Object.is(value, -0) ? "-0.0" : String(value);
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "object":
      break;
    default:
      throw unwritable(`a value of type ${typeof value}`);
  }
  if (value === null) return "null";
  if (isBytes(value)) return `{"base64url":${JSON.stringify(toBase64url(value))}}`;
  if (Array.isArray(value)) return `[${Array.from(value, (element) => write(element, depth + 1)).join(",")}]`;
  const parts: string[] = [];
  for (const [key, content] of Object.entries(value)) {
    if (content !== undefined) parts.push(`${JSON.stringify(key)}:${write(content, depth + 1)}`);
  }
  return `{${parts.join(",")}}`;
}

function unwritable(what: string): ModelVaultError {
  return new ModelVaultError("schema_json_invalid", `JSON cannot hold ${what}.`, { actual: what });
}

const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|(true|false|null)|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)|("[^"\\]*(?:\\[\s\S][^"\\]*)*"))/y;
const END = /[\t\n\r ]*$/y;

type Token = { readonly mark: string } | { readonly value: unknown };

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): unknown {
    const value = this.#readValue(this.#next("a value"), 0);
    END.lastIndex = this.#offset;
    if (!END.test(this.#text)) throw this.#error("the end of the text");
    return value;
  }

  #readValue(token: Token, depth: number): unknown {
    if ("value" in token) return token.value;
    if (depth > depthMax) throw this.#error(`at most ${depthMax} levels`);
    if (token.mark === "[") return this.#readList(depth);
    if (token.mark === "{") return this.#readObject(depth);
    throw this.#error("a value");
  }

  #readList(depth: number): unknown[] {
    const list: unknown[] = [];
    let token = this.#next(`a value or "]"`);
    if ("mark" in token && token.mark === "]") return list;
    for (;;) {
      list.push(this.#readValue(token, depth + 1));
      if (this.#mark(",", "]") === "]") return list;
      token = this.#next("a value");
    }
  }

  #readObject(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    let token = this.#next(`a key or "}"`);
    if ("mark" in token && token.mark === "}") return object;
    for (;;) {
      if (!("value" in token) || typeof token.value !== "string")
        throw this.#error("a key in quotation marks");
      const key = token.value;
      if (Object.hasOwn(object, key)) throw this.#error(`no second key ${quote(key)}`);
      this.#mark(":");
      const value = this.#readValue(this.#next("a value"), depth + 1);
      // Not an assignment: the key may be __proto__.
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      if (this.#mark(",", "}") === "}") return object;
      token = this.#next("a key");
    }
  }

  #mark(...expected: string[]): string {
    const text = expected.map((mark) => `"${mark}"`).join(" or ");
    const token = this.#next(text);
    if ("mark" in token && expected.includes(token.mark)) return token.mark;
    throw this.#error(text);
  }

  #next(expected: string): Token {
    TOKEN.lastIndex = this.#offset;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#error(expected);
    this.#offset = TOKEN.lastIndex;
    const [, mark, word, number, fraction, exponent, string] = match;
    if (mark !== undefined) return { mark };
    if (word !== undefined) return { value: word === "null" ? null : word === "true" };
    if (number !== undefined)
      return {
        value: fraction === undefined && exponent === undefined ? exactInteger(number) : Number(number),
      };
    return { value: this.#readString(string ?? "") };
  }

  #readString(quoted: string): unknown {
    try {
      return JSON.parse(quoted);
    } catch {
      throw this.#error("text without control characters and unknown escapes");
    }
  }

  #error(expected: string): ModelVaultError {
    const offset = this.#offset;
    return new ModelVaultError(
      "schema_json_invalid",
      `The JSON text is not valid near character ${offset}: expected ${expected}.`,
      { offset, expected },
    );
  }
}

function exactInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
