/**
 * Turns a row plan into the source of one straight function and that into code: several times faster than walking the
 * plan, because every property and every position is a constant. The code knows only the common case. At the first byte that is
 * not as expected it gives the payload to the interpreter, which reads it in another order or says what is wrong.
 *
 * Where a content security policy forbids making code from text, nothing is generated and the interpreter does all.
 */
import type { IntegerMode } from "../collection/collection-state.ts";
import { exactInteger } from "../keys/integers.ts";
import { readUtf8 } from "../keys/text.ts";
import { uuidText } from "../keys/uuid.ts";
import { listElementsMax, textBytesMax } from "../schema/limits.ts";
import type { Row, Type } from "../schema/types.ts";
import { parseJson } from "./interpret-plan.ts";
import type { ReadNode, RowPlan, RowShape } from "./read-plan.ts";
import { KEY_OFFSET, storedScalar, taggedWidth, tagOf, widthMin } from "./record-layout.ts";
import { copyBytes } from "./record-reader.ts";
import { encodePath } from "./record-v3.ts";
import { compileSource, literal } from "./source.ts";

/** Engines give up optimising functions much longer than this. */
const STATEMENTS_MAX = 1500;

const NO_BYTES = new Uint8Array();

const helpers = {
  text: readUtf8,
  copy: copyBytes,
  uuid: uuidText,
  exact: exactInteger,
  parse: parseJson,
  same: beginsWith,
};

/**
 * A function equal to `interpret` and faster; undefined when the host forbids it or the plan is not worth it.
 * @param interpret reads any payload of the plan
 */
export function generateDecoder(
  plan: RowPlan,
  integers: IntegerMode,
  interpret: (payload: Uint8Array) => Row,
): ((payload: Uint8Array) => Row) | undefined {
  if (plan.layout === 1 || !plan.exact || plan.primary.kind === undefined) return undefined;
  const source = new DecoderSource(integers);
  const body = source.row(plan);
  if (body === undefined || source.statements > STATEMENTS_MAX) return undefined;
  const float = new DataView(new ArrayBuffer(8));
  return compileSource(body, { ...helpers, float, interpret, paths: source.paths }) as
    | ((payload: Uint8Array) => Row)
    | undefined;
}

function beginsWith(bytes: Uint8Array, at: number, beginning: Uint8Array): boolean {
  for (let index = 0; index < beginning.length; index++)
    if (bytes[at + index] !== beginning[index]) return false;
  return true;
}

const HALF = (offset: number): string =>
  `b[p + ${offset}] | b[p + ${offset + 1}] << 8 | b[p + ${offset + 2}] << 16 | b[p + ${offset + 3}] << 24`;

/** Writes statements over `b` (bytes), `p` (position), `end`, `n`, `low`, `high`; each value goes to a variable of its own. */
class DecoderSource {
  readonly paths: Uint8Array[] = [];
  statements = 0;
  readonly #integers: IntegerMode;
  #variables = 0;

  constructor(integers: IntegerMode) {
    this.#integers = integers;
  }

  row(plan: RowPlan): string | undefined {
    const { primary, fields, slotCount } = plan;
    if (primary.kind === undefined || fields.some(({ type }) => hasEmptyElements(type))) return undefined;
    const key: ReadNode =
      primary.slot < 0 ? { op: "skip", type: { kind: primary.kind } } : { op: "scalar", kind: primary.kind };
    const parts = [
      "let n = 0, low = 0, high = 0;",
      ...Array.from({ length: slotCount }, (_, slot) => `let s${slot} = null;`),
      this.#value(key, `s${primary.slot}`),
      `if (end - p < 4 || (${HALF(0)}) !== ${fields.length}) return interpret(b); p += 4;`,
    ];
    let wanted = fields.reduce((sum, { slot }) => sum + (slot < 0 ? 0 : 1), 0);
    for (const { path, node, slot } of fields) {
      if (!plan.whole && wanted === 0) break;
      const pathBytes = plan.layout === 3 ? encodePath(path) : NO_BYTES;
      if (pathBytes === undefined) return undefined;
      if (pathBytes.length > 0) parts.push(this.#path(pathBytes));
      parts.push(this.#value(node, `s${slot}`));
      if (slot >= 0) wanted--;
    }
    if (plan.whole) parts.push("if (p !== end) return interpret(b);");
    return `return function decodeRow(b) { const end = b.length; let p = ${KEY_OFFSET}; ${parts.join("\n")} return ${shapeSource(plan.shape)}; };`;
  }

  #path(bytes: Uint8Array): string {
    this.statements++;
    const step = `p += ${bytes.length};`;
    if (bytes.length <= 24) {
      const differs = Array.from(bytes, (byte, index) => `b[p + ${index}] !== ${byte}`).join(" || ");
      return `if (${differs}) return interpret(b); ${step}`;
    }
    const index = this.paths.push(bytes) - 1;
    return `if (!same(b, p, paths[${index}])) return interpret(b); ${step}`;
  }

  /** Statements that read a value into a variable, which exists. */
  #value(node: ReadNode, to: string): string {
    this.statements++;
    switch (node.op) {
      case "skip":
        return this.#skip(node.type);
      case "scalar":
        return this.#scalar(node.kind, to);
      case "json":
        return `${this.#scalar("string", to)} ${to} = parse(${to}); if (${to} === undefined) return interpret(b);`;
      case "optional":
        return `${PRESENCE} if (n === 0) ${to} = null; else { ${this.#value(node.inner, to)} }`;
      case "list": {
        const [list, element, index] = [this.#variable(), this.#variable(), this.#variable()];
        return `${listLength(node.elementWidthMin)} const ${list} = []; for (let ${index} = n; ${index} > 0; ${index}--) {
          let ${element} = null; ${this.#value(node.element, element)} ${list}.push(${element}); } ${to} = ${list};`;
      }
      case "object": {
        const variables = new Map(node.names.map((name) => [name, this.#variable()]));
        const members = node.members.map((member) =>
          member.node.op === "skip"
            ? this.#value(member.node, "")
            : this.#value(member.node, variables.get(member.name) ?? ""),
        );
        const declared = [...variables.values()].map((variable) => `let ${variable} = null;`).join(" ");
        const properties = [...variables]
          .map(([name, variable]) => `${literal(name)}: ${variable}`)
          .join(", ");
        return `{ ${declared} ${members.join("\n")} ${to} = { ${properties} }; }`;
      }
    }
  }

  #scalar(kind: ReturnType<typeof storedScalar> & string, to: string): string {
    switch (kind) {
      case "bool":
        return `${expect(kind)} ${to} = b[p + 1] !== 0; p += 2;`;
      case "int64":
      case "uint64":
      case "timestamp":
        return `${expect(kind)} low = ${HALF(1)}; high = ${HALF(5)}; ${this.#integer(kind, to)} p += 9;`;
      case "float64":
        return `${expect(kind)} float.setInt32(0, ${HALF(1)}, true); float.setInt32(4, ${HALF(5)}, true); ${to} = float.getFloat64(0, true); p += 9;`;
      case "string":
        return `${content(kind)} ${to} = text(b, p, p + n); if (${to} === undefined) return interpret(b); p += n;`;
      case "bytes":
        return `${content(kind)} ${to} = copy(b, p, n); p += n;`;
      case "uuid":
        return `${expect(kind)} ${to} = uuid(b, p + 1); p += 17;`;
    }
  }

  #integer(kind: "int64" | "uint64" | "timestamp", to: string): string {
    const top = kind === "uint64" ? "(high >>> 0)" : "high";
    const unsafe =
      kind === "uint64"
        ? `${top} > 0x1fffff`
        : "high > 0x1fffff || high < -0x200000 || (high === -0x200000 && low === 0)";
    const value = `${top} * 4294967296 + (low >>> 0)`;
    const large = `exact(${JSON.stringify(kind)}, high, low)`;
    switch (this.#integers) {
      case "number":
        return `if (${unsafe}) return interpret(b); ${to} = ${value};`;
      case "exact":
        return `${to} = ${unsafe} ? ${large} : ${value};`;
      case "bigint":
        return `${to} = ${unsafe} ? ${large} : BigInt(${value});`;
    }
  }

  #skip(type: Type): string {
    switch (type.kind) {
      case "optional":
        return `${PRESENCE} if (n === 1) { ${this.#skip(type.inner)} }`;
      case "list": {
        const index = this.#variable();
        return `${listLength(widthMin(type.element))} for (let ${index} = n; ${index} > 0; ${index}--) { ${this.#skip(type.element)} }`;
      }
      case "object":
        return type.fields.map((field) => this.#skip(field.type)).join("\n");
      default: {
        this.statements++;
        const kind = storedScalar(type) ?? "bool";
        return kind === "string" || kind === "bytes"
          ? `${content(kind)} p += n;`
          : `${expect(kind)} p += ${taggedWidth(kind)};`;
      }
    }
  }

  #variable(): string {
    return `v${this.#variables++}`;
  }
}

const PRESENCE = "if (p === end || b[p] > 1) return interpret(b); n = b[p++];";

/** Leaves if there is no whole scalar of this kind (or, of varying width, no whole beginning of one). */
function expect(kind: NonNullable<ReturnType<typeof storedScalar>>): string {
  return `if (end - p < ${taggedWidth(kind)} || b[p] !== ${tagOf(kind)}) return interpret(b);`;
}

/** Moves to a content and leaves its length, which is there, in `n`. */
function content(kind: "string" | "bytes"): string {
  return `${expect(kind)} n = (${HALF(1)}) >>> 0; p += 5; if (n > ${textBytesMax} || n > end - p) return interpret(b);`;
}

/** Moves behind the count of a list and leaves it in `n`. */
function listLength(elementWidthMin: number): string {
  return `if (end - p < 4) return interpret(b); n = (${HALF(0)}) >>> 0; p += 4;
    if (n > ${listElementsMax} || n * ${elementWidthMin} > end - p) return interpret(b);`;
}

/** Whether some list inside a type has elements that take no bytes; the interpreter counts those. */
function hasEmptyElements(type: Type): boolean {
  switch (type.kind) {
    case "optional":
      return hasEmptyElements(type.inner);
    case "list":
      return widthMin(type.element) === 0 || hasEmptyElements(type.element);
    case "object":
      return type.fields.some((field) => hasEmptyElements(field.type));
    default:
      return false;
  }
}

function shapeSource(shape: RowShape): string {
  const parts = shape.map(
    (part) => `${literal(part.name)}: ${"slot" in part ? `s${part.slot}` : shapeSource(part.children)}`,
  );
  return `{ ${parts.join(", ")} }`;
}
