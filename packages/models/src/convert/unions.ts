/**
 * Unions. The engine has one type for a field, so a union is one of these: a type and null, texts that are listed, anything,
 * objects told apart by a text, or scalars that have a type in common. Every other is refused.
 */
import { insteadOf } from "./advice.ts";
import { isAnything, isNull, textsOf } from "./alternatives.ts";
import { assertionsOf, type SchemaNode, UNREPRESENTABLE, type Unrepresentable } from "./json-schema.ts";
import type { Conversion } from "./notes.ts";
import { ANY_JSON, enumOf, type Shape, type ValueShape } from "./shape.ts";
import { convertVariants, objectsOf } from "./variants.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Converts a part; with `aside`, without telling what is wrong with it. */
type ConvertPart = (part: SchemaNode, aside?: Conversion) => ValueShape | undefined;

/** The shape of a node with alternatives. */
export function convertUnion(
  to: Conversion,
  node: SchemaNode,
  branches: readonly SchemaNode[],
  path: string,
  convert: ConvertPart,
): ValueShape | undefined {
  const values = branches.filter((branch) => !isNull(branch));
  const nullable = values.length < branches.length;
  if (!Array.isArray(node.type)) {
    for (const keyword of assertionsOf(node)) {
      if (!["anyOf", "oneOf", "type"].includes(keyword)) to.note(path, keyword, "it stands beside a union");
    }
  }
  const odd = values.find((value) => value[UNREPRESENTABLE] !== undefined)?.[UNREPRESENTABLE];
  if (odd !== undefined) {
    const { kind, message } = odd as Unrepresentable;
    return to.refuse(path, `a union with ${message}`, insteadOf(kind));
  }
  const [only, ...others] = values;
  if (only === undefined) return to.refuse(path, "nothing but null", insteadOf("null"));
  if (others.length === 0) {
    const inner = convert(only);
    return inner === undefined ? undefined : { ...inner, nullable: inner.nullable || nullable };
  }
  const variants = values.map(textsOf);
  if (variants.every((texts) => texts !== undefined)) return enumOf(variants.flat(), nullable);
  if (values.some(isAnything)) return ANY_JSON;
  const objects = objectsOf(to, values);
  if (objects !== undefined) {
    const union = convertVariants(to, objects, values, path, convert);
    return union && { ...union, nullable };
  }
  const common = commonScalar(to, values, convert);
  if (common === undefined) return to.refuse(path, "a union of several types", insteadOf("union"));
  to.note(path, "anyOf", `the engine knows only that all of its types are ${common}`);
  return { shape: { kind: common }, constraints: [], nullable };
}

/** The one scalar type that takes the values of all alternatives. */
function commonScalar(
  to: Conversion,
  values: readonly SchemaNode[],
  convert: ConvertPart,
): "string" | "uuid" | "int64" | "float64" | "timestamp" | "bytes" | undefined {
  const aside = to.aside();
  const kinds = values.map((value) => {
    const texts = textsOf(value);
    // ArkType lists the uuids of no bits and of all bits beside the rest.
    if (texts?.every((text) => UUID.test(text)) === true) return "uuid";
    return convert(value, aside)?.shape.kind;
  });
  const among = (...allowed: readonly Shape["kind"][]): boolean =>
    kinds.every((kind) => kind !== undefined && allowed.includes(kind));
  for (const kind of ["uuid", "timestamp", "bytes"] as const) if (among(kind)) return kind;
  if (among("string", "uuid", "enum")) return "string";
  if (among("int64")) return "int64";
  return among("int64", "float64") ? "float64" : undefined;
}
