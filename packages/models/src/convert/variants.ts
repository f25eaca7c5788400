/**
 * Unions of objects, told apart by one field whose text differs between them. They are stored as one object that has the fields of all
 * variants; a field that not all of them have need not be there, and one of several variants has one type in all.
 */
import { insteadOf } from "./advice.ts";
import { textsOf } from "./alternatives.ts";
import { propertiesOf, requiredOf, resolveReference, type SchemaNode, textAt } from "./json-schema.ts";
import { type Conversion, fieldPath } from "./notes.ts";
import type { ElementShape, FieldShape, Shape, ValueShape, VariantShape } from "./shape.ts";

/** The alternatives of a union with references resolved, when all of them are objects with named fields. */
export function objectsOf(
  to: Conversion,
  branches: readonly SchemaNode[],
): readonly SchemaNode[] | undefined {
  const nodes = branches.map((branch) => {
    const reference = textAt(branch, "$ref");
    return reference === undefined ? branch : resolveReference(to.root, reference);
  });
  return nodes.every((node) => node !== undefined && node.type === "object" && propertiesOf(node).length > 0)
    ? (nodes as readonly SchemaNode[])
    : undefined;
}

/** The shape of a union of objects. `convert` converts one of them. */
export function convertVariants(
  to: Conversion,
  nodes: readonly SchemaNode[],
  branches: readonly SchemaNode[],
  path: string,
  convert: (branch: SchemaNode) => ValueShape | undefined,
): ValueShape | undefined {
  const found = findTag(to, nodes);
  if (found === undefined)
    return to.refuse(path, "a union of objects that no text tells apart", insteadOf("tag"));
  const variants: VariantShape[] = [];
  for (const [position, branch] of branches.entries()) {
    const converted = convert(branch);
    if (converted?.shape.kind !== "object") return undefined;
    variants.push({ tags: found.tags[position] ?? [], fields: converted.shape.fields });
  }
  const fields = mergeFields(to, path, variants);
  return { shape: { kind: "union", tag: found.tag, variants, fields }, constraints: [], nullable: false };
}

/** The first field that all alternatives must have and whose texts differ between them. */
function findTag(
  to: Conversion,
  nodes: readonly SchemaNode[],
): { readonly tag: string; readonly tags: readonly (readonly string[])[] } | undefined {
  const [first = {}] = nodes;
  for (const [tag] of propertiesOf(first)) {
    const tags = nodes.map((node) => tagsOf(to, node, tag));
    const texts = tags.flatMap((list) => list ?? []);
    if (tags.every((list) => list !== undefined) && new Set(texts).size === texts.length)
      return { tag, tags: tags as readonly (readonly string[])[] };
  }
  return undefined;
}

function tagsOf(to: Conversion, node: SchemaNode, tag: string): readonly string[] | undefined {
  if (!requiredOf(node).has(tag)) return undefined;
  const property = propertiesOf(node).find(([name]) => name === tag)?.[1];
  const reference = property === undefined ? undefined : textAt(property, "$ref");
  const resolved = reference === undefined ? property : resolveReference(to.root, reference);
  return resolved === undefined ? undefined : textsOf(resolved);
}

/** The fields of all variants, in the order in which they first appear. */
function mergeFields(
  to: Conversion,
  path: string,
  variants: readonly { readonly fields: readonly FieldShape[] }[],
): readonly FieldShape[] {
  const names = new Set(variants.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const given = variants.flatMap(({ fields }) => fields.find((field) => field.name === name) ?? []);
    const merged = mergeField(to, fieldPath(path, name), name, given);
    if (merged === undefined) return [];
    return { ...merged, required: merged.required && given.length === variants.length };
  });
}

function mergeField(
  to: Conversion,
  at: string,
  name: string,
  given: readonly FieldShape[],
): FieldShape | undefined {
  const shape = mergeShapes(
    to,
    at,
    given.map((field) => field.shape),
  );
  if (shape === undefined) return undefined;
  const [constraints = [], ...others] = given.map((field) => field.constraints);
  const alike = others.every((list) => constraintText(list) === constraintText(constraints));
  if (!alike) to.note(at, "oneOf", "its rules differ between the variants");
  return {
    name,
    shape,
    constraints: alike && sameKinds(given) ? constraints : [],
    nullable: given.some(({ nullable }) => nullable),
    required: given.every(({ required }) => required),
  };
}

function constraintText(constraints: readonly object[]): string {
  return constraints
    .map((constraint) => Object.entries(constraint).map(([key, value]) => `${key} ${String(value)}`))
    .sort()
    .join();
}

function sameKinds(given: readonly FieldShape[]): boolean {
  return new Set(given.map(({ shape }) => shape.kind)).size === 1;
}

/** The one shape that takes the values of all. */
function mergeShapes(to: Conversion, at: string, shapes: readonly Shape[]): Shape | undefined {
  const [first] = shapes;
  if (first === undefined || shapes.length === 1) return first;
  const kinds = new Set(shapes.map(({ kind }) => kind));
  if (kinds.size > 1) {
    if (among(kinds, ["object", "union"])) return mergeObjects(to, at, shapes);
    if (among(kinds, ["int64", "float64"])) return { kind: "float64" };
    if (among(kinds, ["string", "uuid", "enum"])) return { kind: "string" };
    return conflict(to, at, shapes);
  }
  switch (first.kind) {
    case "enum": {
      const variants = shapes.flatMap((shape) => (shape.kind === "enum" ? shape.variants : []));
      return { kind: "enum", variants: [...new Set(variants)] };
    }
    case "bigint":
      return shapes.every((shape) => shape.kind === "bigint" && shape.stored === first.stored)
        ? first
        : conflict(to, at, shapes);
    case "list": {
      const elements = shapes.flatMap((shape): ElementShape[] =>
        shape.kind === "list" ? [shape.element] : [],
      );
      const shape = mergeShapes(
        to,
        `${at}[]`,
        elements.map((element) => element.shape),
      );
      const nullable = elements.some((element) => element.nullable);
      return shape && { kind: "list", element: { shape, nullable } };
    }
    case "object":
    case "union":
      return mergeObjects(to, at, shapes);
    default:
      return first;
  }
}

function among(kinds: ReadonlySet<string>, allowed: readonly string[]): boolean {
  return [...kinds].every((kind) => allowed.includes(kind));
}

function mergeObjects(to: Conversion, at: string, shapes: readonly Shape[]): Shape {
  const objects = shapes.flatMap((shape) =>
    shape.kind === "object" || shape.kind === "union" ? [{ fields: shape.fields }] : [],
  );
  return { kind: "object", fields: mergeFields(to, at, objects) };
}

function conflict(to: Conversion, at: string, shapes: readonly Shape[]): undefined {
  const kinds = [...new Set(shapes.map(kindName))];
  const found = `a field that is ${kinds[0]} in one variant and ${kinds[1]} in another`;
  return to.refuse(at, found, insteadOf("conflict"));
}

function kindName(shape: Shape): string {
  return shape.kind === "bigint" ? `${shape.stored} (a bigint)` : shape.kind;
}
