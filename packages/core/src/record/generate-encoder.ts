/**
 * Turns an encode plan into code, as `generate-decoder.ts` does for decoding. The code gives up, with nothing handed out, at the
 * first value that is not as expected; the interpreter then writes the row or says what is wrong with it.
 */
import type { ByteWriter } from "../keys/byte-writer.ts";
import { INTEGER_HALVES, splitInteger } from "../keys/integers.ts";
import { writeUtf8 } from "../keys/text.ts";
import { writeUuid } from "../keys/uuid.ts";
import { listElementsMax, textBytesMax } from "../schema/limits.ts";
import type { Row, ScalarKind, Type } from "../schema/types.ts";
import { type EncodePlan, jsonText } from "./encode-plan.ts";
import { PAYLOAD_BYTES_MAX, storedScalar, tagOf, widthMin } from "./record-layout.ts";
import { compileSource } from "./source.ts";

/** Engines give up optimising functions much longer than this. */
const STATEMENTS_MAX = 1000;

const helpers = {
  plain: isPlain,
  utf8: writeUtf8,
  split: splitInteger,
  halves: INTEGER_HALVES,
  uuid: writeUuid,
  jsonText,
  own: Object.hasOwn,
};

/** Whether an object inherits nothing but what all objects do; of others only own properties count, which the interpreter sees to. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** Appends the payload of a row, or returns false with the writer's string spoiled. */
export type GeneratedEncoder = (row: Row, out: ByteWriter) => boolean;

/** An encoder for the common case; undefined when the host forbids it or the plan is not worth it. */
export function generateEncoder(plan: EncodePlan): GeneratedEncoder | undefined {
  const source = new EncoderSource();
  const body = source.row(plan);
  if (body === undefined || source.statements > STATEMENTS_MAX) return undefined;
  const float = new DataView(new ArrayBuffer(8));
  return compileSource(body, { ...helpers, float, constants: source.constants }) as
    | GeneratedEncoder
    | undefined;
}

/** Writes statements over `out` (writer), `b` (its bytes), `p` (position); a value stands in a variable of its own. */
class EncoderSource {
  readonly constants: Uint8Array[] = [];
  statements = 0;
  #variables = 0;

  row(plan: EncodePlan): string | undefined {
    const { beginning, primary, fields } = plan;
    if (primary.kind === undefined || fields.some(({ type }) => isRare(type))) return undefined;
    const key = this.#variable();
    const parts = [
      "if (!plain(row)) return false;",
      this.#bytes(beginning),
      `const ${key} = ${property("row", primary.name)};`,
      this.#scalar(primary.kind, key),
      this.#bytes(new Uint8Array(new Uint32Array([fields.length]).buffer)),
    ];
    for (const { path, type, pathBytes } of fields) {
      if (pathBytes === undefined) return undefined;
      if (pathBytes.length > 0) parts.push(this.#bytes(pathBytes));
      let holder = "row";
      for (const [depth, segment] of path.entries()) {
        const value = this.#variable();
        if (depth > 0) {
          const missing = `${holder} === null || ${holder} === undefined`;
          parts.push(
            `if (!(${missing}) && (typeof ${holder} !== "object" || !plain(${holder}))) return false;`,
          );
        }
        const read = property(holder, segment);
        parts.push(
          `const ${value} = ${depth === 0 ? read : `${holder} === null || ${holder} === undefined ? undefined : ${read}`};`,
        );
        holder = value;
      }
      parts.push(this.#value(type, holder));
    }
    return `return function encodeRow(row, out) { let b = out.bytes, p = out.at, n = 0, low = 0, high = 0; ${parts.join("\n")}
      out.at = p; return out.length <= ${PAYLOAD_BYTES_MAX}; };`;
  }

  /** Statements that write a value. */
  #value(type: Type, value: string): string {
    this.statements++;
    switch (type.kind) {
      case "optional":
        return `${room("1")} if (${value} === null || ${value} === undefined) b[p++] = 0; else { b[p++] = 1; ${this.#value(type.inner, value)} }`;
      case "list": {
        const [index, element] = [this.#variable(), this.#variable()];
        return `if (!Array.isArray(${value}) || ${value}.length > ${listElementsMax}) return false;
          ${room("4")} n = ${value}.length; ${STORE_LENGTH(0)} p += 4;
          for (let ${index} = 0; ${index} < ${value}.length; ${index}++) { const ${element} = ${value}[${index}]; ${this.#value(type.element, element)} }`;
      }
      case "object": {
        const members = type.fields.map((field) => {
          const inner = this.#variable();
          return `const ${inner} = ${property(value, field.name)}; ${this.#value(field.type, inner)}`;
        });
        return `if (typeof ${value} !== "object" || ${value} === null || !plain(${value})) return false; ${members.join("\n")}`;
      }
      case "json": {
        const text = this.#variable();
        return `let ${text}; try { ${text} = jsonText(${value}); } catch { return false; } ${this.#scalar("string", text)}`;
      }
      default:
        return this.#scalar(storedScalar(type) ?? "bool", value);
    }
  }

  #scalar(kind: ScalarKind, value: string): string {
    const tag = `b[p] = ${tagOf(kind)};`;
    switch (kind) {
      case "bool":
        return `if (typeof ${value} !== "boolean") return false; ${room("2")} ${tag} b[p + 1] = ${value} ? 1 : 0; p += 2;`;
      case "int64":
      case "uint64":
      case "timestamp":
        return `if (typeof ${value} === "number" && (${value} | 0) === ${value}${kind === "uint64" ? ` && ${value} >= 0` : ""}) { low = ${value} | 0; high = low >> 31; }
          else if (split(${JSON.stringify(kind)}, ${value})) { low = halves[0]; high = halves[1]; } else return false;
          ${room("9")} ${tag} ${STORE_HALF("low", 1)} ${STORE_HALF("high", 5)} p += 9;`;
      case "float64":
        return `if (typeof ${value} !== "number") return false; float.setFloat64(0, ${value}, true);
          low = float.getInt32(0, true); high = float.getInt32(4, true);
          ${room("9")} ${tag} ${STORE_HALF("low", 1)} ${STORE_HALF("high", 5)} p += 9;`;
      case "string":
        return `if (typeof ${value} !== "string" || ${value}.length > ${textBytesMax}) return false;
          ${room(`5 + 3 * ${value}.length`)} n = utf8(${value}, b, p + 5) - p - 5; if (n < 0 || n > ${textBytesMax}) return false;
          ${tag} ${STORE_LENGTH(1)} p += 5 + n;`;
      case "bytes":
        return `if (!(${value} instanceof Uint8Array) || ${value}.length > ${textBytesMax}) return false;
          n = ${value}.length; ${room("5 + n")} ${tag} ${STORE_LENGTH(1)} b.set(${value}, p + 5); p += 5 + n;`;
      case "uuid":
        return `${room("17")} if (!uuid(${value}, b, p + 1)) return false; ${tag} p += 17;`;
    }
  }

  /** Statements that write constant bytes. */
  #bytes(bytes: Uint8Array): string {
    this.statements++;
    if (bytes.length <= 16)
      return `${room(`${bytes.length}`)} ${Array.from(bytes, (byte, index) => `b[p + ${index}] = ${byte};`).join(" ")} p += ${bytes.length};`;
    const index = this.constants.push(bytes) - 1;
    return `${room(`${bytes.length}`)} b.set(constants[${index}], p); p += ${bytes.length};`;
  }

  #variable(): string {
    return `v${this.#variables++}`;
  }
}

const STORE_HALF = (half: string, offset: number): string =>
  `b[p + ${offset}] = ${half}; b[p + ${offset + 1}] = ${half} >> 8; b[p + ${offset + 2}] = ${half} >> 16; b[p + ${offset + 3}] = ${half} >> 24;`;
const STORE_LENGTH = (offset: number): string => STORE_HALF("n", offset);

/** Makes room for so many bytes at `p`. */
function room(count: string): string {
  return `if (b.length - p < ${count}) { out.at = p; if (out.length > ${PAYLOAD_BYTES_MAX}) return false; out.reserve(${count}); b = out.bytes; p = out.at; }`;
}

/** The expression for a property: its own, where objects in general have one of that name. */
function property(object: string, name: string): string {
  const key = JSON.stringify(name);
  return name in Object.prototype
    ? `(own(${object}, ${key}) ? ${object}[${key}] : undefined)`
    : `${object}[${key}]`;
}

/** Whether some list inside a type has elements that take no bytes; the interpreter counts those. */
function isRare(type: Type): boolean {
  switch (type.kind) {
    case "optional":
      return isRare(type.inner);
    case "list":
      return widthMin(type.element) === 0 || isRare(type.element);
    case "object":
      return type.fields.some((field) => isRare(field.type));
    default:
      return false;
  }
}
