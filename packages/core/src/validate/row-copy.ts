/**
 * A private copy of a candidate row, for callers' objects may answer differently each time they are asked: getters, proxies, another
 * reference that changes them. Every property is read exactly once, into plain data that is then checked, encoded and
 * indexed. Shapes that validation will refuse are left as they are; bytes are shared, not copied, unless another thread shares them too.
 */
import { ModelVaultError } from "../errors/error.ts";
import { describeValue } from "../schema/describe-value.ts";
import { jsonDepthMax, listElementsMax, textBytesMax } from "../schema/limits.ts";
import type { Field, Schema, Type } from "../schema/types.ts";
import { isBytes, isPlainObject, isRecord, plainBytes } from "./shapes.ts";

/** Copies what can be inside a value; values without an inside need none. */
type Copy = (value: unknown) => unknown;

/** Compiles the copier of a schema's rows. It throws `row_unreadable` when reading the candidate throws, with that as its cause. */
export function compileRowCopy(schema: Schema): (candidate: unknown) => unknown {
  const copy = copyLevel(schema.fields, 0);
  return (candidate) => {
    try {
      return copy(candidate);
    } catch (cause) {
      throw new ModelVaultError(
        "row_unreadable",
        "Reading the row threw an error.",
        { actual: describeValue(candidate) },
        { cause },
      );
    }
  };
}

function copyLevel(fields: readonly Field[], depth: number): Copy {
  const inner = new Map<string, Copy>();
  for (const name of new Set(fields.map((field) => field.path[depth] ?? ""))) {
    const below = fields.filter((field) => field.path[depth] === name);
    const [only] = below;
    const copy = only?.path.length === depth + 1 ? copyOf(only.type) : copyLevel(below, depth + 1);
    if (copy !== undefined) inner.set(name, copy);
  }
  return recordCopy(inner);
}

function copyOf(type: Type): Copy | undefined {
  switch (type.kind) {
    case "optional":
      return copyOf(type.inner);
    case "list":
      return listCopy(copyOf(type.element));
    case "object": {
      const inner = new Map<string, Copy>();
      for (const field of type.fields) {
        const copy = copyOf(field.type);
        if (copy !== undefined) inner.set(field.name, copy);
      }
      return recordCopy(inner);
    }
    case "bytes":
      return (value) => (isBytes(value) ? plainBytes(value) : value);
    case "json":
      return (value) => copyJson(value, new Map(), 0);
    default:
      return undefined;
  }
}

function recordCopy(inner: ReadonlyMap<string, Copy>): Copy {
  const members = [...inner];
  return (value) => {
    if (!isRecord(value)) return value;
    // Spreading takes own enumerable properties, symbols too, and defines them: __proto__ stays an ordinary key.
    const copy: Record<string, unknown> = { ...value };
    for (const [name, copyMember] of members) {
      if (!Object.hasOwn(copy, name)) continue;
      const content = copy[name];
      if (typeof content === "object" && content !== null) define(copy, name, copyMember(content));
    }
    return copy;
  };
}

function define(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}

function listCopy(copyElement: Copy | undefined): Copy {
  return (value) => {
    if (!Array.isArray(value) || value.length > listElementsMax) return value;
    const copy: unknown[] = new Array(value.length);
    fillList(copy, value, copyElement);
    return copy;
  };
}

/** Holes stay holes. */
function fillList(copy: unknown[], list: readonly unknown[], copyElement: Copy | undefined): void {
  for (let index = 0; index < copy.length; index++) {
    const element = list[index];
    if (element === undefined && !Object.hasOwn(list, index)) continue;
    copy[index] = copyElement === undefined ? element : copyElement(element);
  }
}

/** `known` holds the copies made so far: what is shared stays shared, and a cycle a cycle, or a small value could grow without end. */
function copyJson(value: unknown, known: Map<object, unknown>, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth >= jsonDepthMax) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  if (Array.isArray(value)) {
    // Refused anyway, and going through a list of holes takes long.
    if (value.length > textBytesMax) return value;
    const copy: unknown[] = new Array(value.length);
    known.set(value, copy);
    fillList(copy, value, (element) => copyJson(element, known, depth + 1));
    return copy;
  }
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  known.set(value, copy);
  for (const key of Object.keys(copy)) {
    const content = copy[key];
    if (typeof content === "object" && content !== null)
      define(copy, key, copyJson(content, known, depth + 1));
  }
  return copy;
}
