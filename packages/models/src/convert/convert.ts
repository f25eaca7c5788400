/**
 * JSON Schema to shapes. Every part of a schema either has a counterpart in the engine, or is refused by its path with what to use
 * instead; a rule that the engine cannot hold other programs to is noted. Nothing is dropped in silence.
 */
import type { Value } from "@modelvault/core";
import { insteadOf } from "./advice.ts";
import { branchesOf, findUnrepresentable, isAnything, textsOf } from "./alternatives.ts";
import {
  asSchema,
  assertionsOf,
  ENGINE_DEFAULT,
  isAnyJson,
  OWN_RULES,
  type OwnRule,
  propertiesOf,
  requiredOf,
  resolveReference,
  type SchemaNode,
  STORED_TYPE,
  type StoredType,
  schemaAt,
  schemasAt,
  textAt,
  UNREPRESENTABLE,
  type Unrepresentable,
} from "./json-schema.ts";
import { type Conversion, FILLED_IN, fieldPath } from "./notes.ts";
import { floatBounds, integerBounds, keywordOf, lengthBounds } from "./numbers.ts";
import { ANY_JSON, enumOf, type FieldShape, type RowShape, type ValueShape } from "./shape.ts";
import { convertStored } from "./stored.ts";
import { convertString } from "./strings.ts";
import { convertUnion } from "./unions.ts";

/** The shape of a row. Undefined, or with fewer fields than there are, when `to.unsupported` says what is wrong. */
export function convertRow(to: Conversion): RowShape | undefined {
  const converted = convertSchema(to, to.root, "", []);
  if (converted === undefined) return undefined;
  const { shape, nullable } = converted;
  if ((shape.kind === "object" || shape.kind === "union") && !nullable) return shape;
  return to.refuse(
    "",
    "not an object with named fields",
    "make the schema of a row an object such as z.object({ … })",
  );
}

/** `open` are the references being resolved, to find a schema that contains itself. */
function convertSchema(
  to: Conversion,
  node: SchemaNode,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  return to.inside(node, path, () => convertPart(to, node, path, open));
}

function convertPart(
  to: Conversion,
  node: SchemaNode,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  const unrepresentable = node[UNREPRESENTABLE];
  if (unrepresentable !== undefined) {
    const { kind, message } = unrepresentable as Unrepresentable;
    return to.refuse(path, message, insteadOf(kind));
  }
  noteOwn(to, node, path);
  const stored = node[STORED_TYPE] as StoredType | undefined;
  if (stored !== undefined) return convertStored(stored);
  const reference = textAt(node, "$ref");
  if (reference !== undefined) return convertReference(to, node, reference, path, open);
  if ("not" in node) return to.refuse(path, "a schema that excludes values", insteadOf("never"));
  const branches = branchesOf(node, to.budget);
  if (branches !== undefined) {
    return convertUnion(to, node, branches, path, (part, aside) =>
      convertSchema(aside ?? to, part, path, open),
    );
  }
  const parts = schemasAt(node, "allOf");
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && assertionsOf(node).length === 1)
    return convertSchema(to, only, path, open);
  return convertFacets(to, [node, ...parts], path, open);
}

/** What a library says beside JSON Schema, and the default, which JSON Schema has for an annotation. */
function noteOwn(to: Conversion, node: SchemaNode, path: string): void {
  const rules = node[OWN_RULES];
  for (const { rule, why } of Array.isArray(rules) ? (rules as readonly OwnRule[]) : [])
    to.note(path, rule, why);
  if ("default" in node && !(ENGINE_DEFAULT in node)) to.note(path, "default", FILLED_IN);
}

function convertReference(
  to: Conversion,
  node: SchemaNode,
  reference: string,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  if (isAnyJson(to.root, reference)) return ANY_JSON;
  if (open.includes(reference) || reference === "#")
    return to.refuse(path, "a schema that contains itself", insteadOf("recursive"));
  const target = resolveReference(to.root, reference);
  if (target === undefined)
    return to.refuse(path, `a reference to ${reference}, outside of the schema`, "define it in place");
  const beside = assertionsOf(node).filter((keyword) => keyword !== "$ref");
  for (const keyword of beside) to.note(path, keyword, "it stands beside a reference");
  return convertSchema(to, target, path, [...open, reference]);
}

/** A node without alternatives, and those it is combined with by `allOf`. */
function convertFacets(
  to: Conversion,
  facets: readonly SchemaNode[],
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  const [node = {}] = facets;
  const types = new Set(facets.flatMap((facet) => textAt(facet, "type") ?? []));
  const [type, ...clash] = types;
  if (
    clash.length > 0 ||
    (facets.length > 1 &&
      (type === "object" ||
        type === "array" ||
        facets.some((facet) => branchesOf(facet, to.budget) ?? facet.$ref)))
  ) {
    return to.refuse(path, "an intersection of schemas", insteadOf("intersection"));
  }
  const listed = facets.find((facet) => "enum" in facet || "const" in facet);
  if (listed !== undefined) return convertListed(to, listed, path);
  switch (type) {
    case "string":
      if (facets.some((facet) => facet.format === "binary"))
        return to.refuse(path, "binary data", insteadOf("file"));
      noteOthers(to, path, facets, ["minLength", "maxLength", "pattern", "format"]);
      return { ...withConstraints(convertString(to, path, facets)), nullable: false };
    case "integer":
      noteOthers(to, path, facets, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"]);
      return { shape: { kind: "int64" }, constraints: integerBounds(facets), nullable: false };
    case "number":
      noteOthers(to, path, facets, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"]);
      return { shape: { kind: "float64" }, constraints: floatBounds(facets), nullable: false };
    case "boolean":
      noteOthers(to, path, facets, []);
      return { shape: { kind: "bool" }, constraints: [], nullable: false };
    case "array":
      return convertArray(to, node, path, open);
    case "object":
      return convertObject(to, node, path, open);
    case undefined:
      if (facets.every(isAnything)) return ANY_JSON;
      return to.refuse(path, "rules without a type", "say which type it is");
    default:
      return to.refuse(path, type === "null" ? "nothing but null" : `the type ${type}`, insteadOf("null"));
  }
}

function withConstraints(text: ReturnType<typeof convertString>): Pick<ValueShape, "shape" | "constraints"> {
  return { shape: { kind: text.kind }, constraints: text.constraints };
}

function convertListed(to: Conversion, node: SchemaNode, path: string): ValueShape | undefined {
  const values: readonly unknown[] =
    "const" in node ? [node.const] : Array.isArray(node.enum) ? node.enum : [];
  const texts = values.filter((value) => value !== null);
  if (texts.length === 0) return to.refuse(path, "nothing but null", insteadOf("null"));
  if (!texts.every((value) => typeof value === "string")) {
    const kind = texts.every((value) => typeof value === "number") ? "number" : "mixed";
    return to.refuse(
      path,
      kind === "number" ? "a choice of numbers" : "a choice of values that are not all strings",
      insteadOf("enum"),
    );
  }
  return enumOf(texts, texts.length < values.length);
}

function convertArray(
  to: Conversion,
  node: SchemaNode,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  if ("prefixItems" in node) return to.refuse(path, "a tuple", insteadOf("tuple"));
  noteOthers(to, path, [node], ["items", "minItems", "maxItems"]);
  const element = convertSchema(to, schemaAt(node, "items") ?? {}, `${path}[]`, open);
  if (element === undefined) return undefined;
  const ofLists = element.shape.kind === "list";
  const rules = element.constraints.map((constraint) => keywordOf(constraint, ofLists));
  to.noteWholly(`${path}[]`, rules, "the engine has no constraints on the elements of a list");
  const { min, max } = lengthBounds([node], "minItems", "maxItems");
  return {
    shape: { kind: "list", element: { shape: element.shape, nullable: element.nullable } },
    constraints: [
      ...(min === undefined ? [] : [{ min_length: min }]),
      ...(max === undefined ? [] : [{ max_length: max }]),
    ],
    nullable: false,
  };
}

function convertObject(
  to: Conversion,
  node: SchemaNode,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  const properties = propertiesOf(node);
  const names = schemaAt(node, "propertyNames");
  if (properties.length === 0) return convertRecord(to, node, names, path, open);
  const rest = asSchema(node.additionalProperties);
  if ("patternProperties" in node || (rest !== undefined && !("not" in rest))) {
    return to.refuse(path, "an object that keeps keys without a name of their own", insteadOf("loose"));
  }
  noteOthers(to, path, [node], ["properties", "required", "additionalProperties"]);
  return convertFields(to, properties, requiredOf(node), path, open);
}

/** An object without named properties: a JSON value, unless its keys are listed. */
function convertRecord(
  to: Conversion,
  node: SchemaNode,
  names: SchemaNode | undefined,
  path: string,
  open: readonly string[],
): ValueShape | undefined {
  const values = schemaAt(node, "additionalProperties");
  const listed = names === undefined ? undefined : textsOf(names);
  if (listed !== undefined && values !== undefined) {
    return convertFields(
      to,
      listed.map((name) => [name, values] as const),
      requiredOf(node),
      path,
      open,
    );
  }
  const hidden = findUnrepresentable(to.root, node, to.budget);
  if (hidden !== undefined) return to.refuse(`${path}{}`, hidden.message, insteadOf(hidden.kind));
  const inside = values === undefined ? undefined : convertSchema(to.aside(), values, `${path}{}`, open);
  if (inside !== undefined) to.records.set(path, inside.shape);
  if (values !== undefined && !("not" in values) && !holdsAnything(to, values)) {
    to.note(path, "additionalProperties", "the engine stores the object as JSON, of any kind");
  }
  if (names !== undefined && assertionsOf(names).some((keyword) => keyword !== "type")) {
    to.note(path, "propertyNames", "the engine stores the object as JSON, of any kind");
  }
  noteOthers(to, path, [node], ["properties", "required", "additionalProperties", "propertyNames"]);
  return { shape: { kind: "json" }, constraints: [], nullable: false };
}

/** Whether a schema takes every JSON value. */
function holdsAnything(to: Conversion, node: SchemaNode): boolean {
  const reference = textAt(node, "$ref");
  return reference === undefined ? isAnything(node) : isAnyJson(to.root, reference);
}

function convertFields(
  to: Conversion,
  properties: readonly (readonly [name: string, schema: SchemaNode])[],
  required: ReadonlySet<string>,
  path: string,
  open: readonly string[],
): ValueShape {
  const fields: FieldShape[] = [];
  for (const [name, schema] of properties) {
    const at = fieldPath(path, name);
    if (name === "__proto__" || name === "") {
      to.refuse(at, `a field named ${JSON.stringify(name)}`, "give it another name");
      continue;
    }
    const converted = convertSchema(to, schema, at, open);
    if (converted === undefined) continue;
    const fixed = ENGINE_DEFAULT in schema ? { default: schema[ENGINE_DEFAULT] as Value } : {};
    fields.push({ name, required: required.has(name), ...converted, ...fixed });
  }
  return { shape: { kind: "object", fields }, constraints: [], nullable: false };
}

function noteOthers(
  to: Conversion,
  path: string,
  facets: readonly SchemaNode[],
  known: readonly string[],
): void {
  for (const facet of facets) {
    for (const keyword of assertionsOf(facet)) {
      if (keyword === "type" || keyword === "allOf" || known.includes(keyword)) continue;
      to.note(path, keyword, "the engine has no such rule");
    }
  }
}
