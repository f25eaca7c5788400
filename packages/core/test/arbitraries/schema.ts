/**
 * Arbitrary schemas, all of them valid: every type and constraint, nested paths, indexes through object types, names that trip
 * JavaScript. Rows for them are in `rows.ts`, values in `values.ts`.
 */
import fc from "fast-check";
import { unwrap } from "../../src/schema/resolve-path.ts";
import type {
  Constraint,
  Field,
  FieldPath,
  IndexDefinition,
  ObjectField,
  Row,
  ScalarKind,
  Schema,
  Type,
} from "../../src/schema/types.ts";
import { arbitraryRows } from "./rows.ts";
import { type Form, nastyFloats, nastyInt64s, nastyUint64s, patternSamples } from "./values.ts";

export { arbitraryRow, arbitraryRows } from "./rows.ts";
export { arbitraryJson, arbitraryString, arbitraryValue, type Form } from "./values.ts";

export interface SchemaOptions {
  /** Fields besides the primary key, at the top level. Default 5. */
  readonly fieldsMax?: number;
  /** Whether paths of several segments may occur. Default true. */
  readonly nestedPaths?: boolean;
  /** Whether constraints may occur. Default true. */
  readonly constraints?: boolean;
  /** Whether indexes may occur, and unique ones among them. Default "any". */
  readonly indexes?: "none" | "non_unique" | "any";
  /** Whether the json type may occur. Default true. */
  readonly json?: boolean;
}

export const scalarKinds: readonly ScalarKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

/** Names an object of JavaScript has already, names that look like numbers or paths, and plain ones. */
const nastyNames: readonly string[] = [
  "constructor",
  "toString",
  "hasOwnProperty",
  "then",
  "length",
  "0",
  "-1",
  "a.b",
  "a b",
  "é",
  "日本",
  "😀",
  "\0",
  "a",
  "b",
  "c",
  "name",
  "year",
];

/** Made once: making one takes fast-check tens of milliseconds. */
const words = fc.stringMatching(/^[a-z]{1,6}$/);
const names = fc.oneof(
  { arbitrary: words, weight: 2 },
  { arbitrary: fc.constantFrom(...nastyNames), weight: 1 },
);

export function arbitraryName(): fc.Arbitrary<string> {
  return names;
}

function arbitraryNames(minLength: number, maxLength: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(arbitraryName(), { minLength, maxLength });
}

/** A type with at most `depth` wrappers around a leaf. */
export function arbitraryType(depth: number = 3, options: SchemaOptions = {}): fc.Arbitrary<Type> {
  const { json = true } = options;
  const leaf = fc.oneof(
    { arbitrary: fc.constantFrom<Type>(...scalarKinds.map((kind) => ({ kind }))), weight: 6 },
    {
      arbitrary: fc
        .uniqueArray(fc.constantFrom("", "new", "sold", "é", "constructor"), { minLength: 1, maxLength: 3 })
        .map((variants): Type => ({ kind: "enum", variants })),
      weight: 1,
    },
    { arbitrary: fc.constant<Type>(json ? { kind: "json" } : { kind: "bool" }), weight: 1 },
  );
  if (depth === 0) return leaf;
  const inner = arbitraryType(depth - 1, options);
  return fc.oneof(
    { arbitrary: leaf, weight: 5 },
    { arbitrary: inner.map((type): Type => ({ kind: "optional", inner: type })), weight: 3 },
    { arbitrary: inner.map((type): Type => ({ kind: "list", element: type })), weight: 1 },
    { arbitrary: arbitraryObjectType(inner, options), weight: 1 },
  );
}

function arbitraryObjectType(inner: fc.Arbitrary<Type>, options: SchemaOptions): fc.Arbitrary<Type> {
  return arbitraryNames(1, 3)
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          inner.chain((type) =>
            arbitraryConstraints(type, options).map(
              (constraints): ObjectField => ({ name, type, constraints }),
            ),
          ),
        ),
      ),
    )
    .map((fields): Type => ({ kind: "object", fields }));
}

/** Constraints that fit a type and that some value meets, often none. */
export function arbitraryConstraints(
  type: Type,
  options: SchemaOptions = {},
): fc.Arbitrary<readonly Constraint[]> {
  const none = fc.constant<readonly Constraint[]>([]);
  if (options.constraints === false) return none;
  const some = constraintsOn(unwrap(type).type.kind);
  return some === undefined ? none : fc.oneof({ arbitrary: none, weight: 1 }, { arbitrary: some, weight: 1 });
}

function constraintsOn(kind: Type["kind"]): fc.Arbitrary<readonly Constraint[]> | undefined {
  switch (kind) {
    case "int64":
      return intervals(fc.constantFrom(...nastyInt64s), "min_i64", "max_i64");
    case "uint64":
      return intervals(fc.constantFrom(...nastyUint64s), "min_u64", "max_u64");
    case "float64":
      return intervals(fc.constantFrom(...nastyFloats.filter(Number.isFinite)), "min_f64", "max_f64");
    case "bytes":
    case "list":
      return lengths();
    case "string":
      return fc.oneof(lengths(), shapes());
    default:
      return undefined;
  }
}

function intervals<T extends number | bigint>(
  values: fc.Arbitrary<T>,
  minKind: Constraint["kind"],
  maxKind: Constraint["kind"],
): fc.Arbitrary<readonly Constraint[]> {
  return fc.tuple(values, values, fc.constantFrom("min", "max", "both", "reversed")).map(([a, b, which]) => {
    const [least, most] = a <= b ? [a, b] : [b, a];
    const min = { kind: minKind, value: least } as Constraint;
    const max = { kind: maxKind, value: most } as Constraint;
    return which === "min" ? [min] : which === "max" ? [max] : which === "both" ? [min, max] : [max, min];
  });
}

function lengths(): fc.Arbitrary<readonly Constraint[]> {
  const nonempty = fc.constant<readonly Constraint[]>([{ kind: "nonempty" }]);
  return fc.oneof(nonempty, intervals(fc.constantFrom(0n, 1n, 2n, 3n), "min_length", "max_length"));
}

function shapes(): fc.Arbitrary<readonly Constraint[]> {
  const shape = fc.oneof(
    fc.constantFrom(...patternSamples).map(({ pattern }): Constraint => ({ kind: "regex", pattern })),
    fc.constantFrom<Constraint>({ kind: "email" }, { kind: "url" }),
  );
  const length = fc.constantFrom<readonly Constraint[]>([], [{ kind: "max_length", value: 200n }]);
  return fc.tuple(shape, length).map(([first, rest]) => [first, ...rest]);
}

/** A valid schema. */
export function arbitrarySchema(options: SchemaOptions = {}): fc.Arbitrary<Schema> {
  const { fieldsMax = 5, nestedPaths = true } = options;
  const layout = nestedPaths
    ? fc.constantFrom<"flat" | "nested">("flat", "flat", "nested")
    : fc.constant<"flat" | "nested">("flat");
  return layout
    .chain((kind) => fc.tuple(arbitraryNames(1, fieldsMax + 1), fc.constant(kind)))
    .chain(([names, kind]) => {
      const [primaryKey = "id", ...rest] = names;
      const others = rest.map((name) =>
        kind === "nested" ? arbitraryBranch([name], 2, options) : arbitraryFlatField([name], options),
      );
      return fc
        .tuple(arbitraryPrimary(primaryKey, options), fc.tuple(...others), fc.nat())
        .map(([primary, fields, position]) => {
          const list = fields.flat();
          list.splice(position % (list.length + 1), 0, primary);
          return { fields: list, primaryKey };
        });
    })
    .chain((parts) =>
      arbitraryIndexes(parts.fields, options).map((indexes): Schema => ({ ...parts, indexes })),
    );
}

/** A valid schema with rows for it. */
export function arbitrarySchemaWithRows(
  options: SchemaOptions & { readonly form?: Form; readonly rowsMax?: number } = {},
): fc.Arbitrary<{ readonly schema: Schema; readonly rows: readonly Row[] }> {
  const { form = "loose", rowsMax = 20 } = options;
  return arbitrarySchema(options).chain((schema) =>
    arbitraryRows(schema, { form, maxLength: rowsMax }).map((rows) => ({ schema, rows })),
  );
}

function arbitraryPrimary(name: string, options: SchemaOptions): fc.Arbitrary<Field> {
  return fc
    .constantFrom<Type>(...scalarKinds.map((kind) => ({ kind })))
    .chain((type) =>
      arbitraryConstraints(type, options).map((constraints) => ({ path: [name], type, constraints })),
    );
}

function arbitraryFlatField(path: FieldPath, options: SchemaOptions): fc.Arbitrary<Field[]> {
  return arbitraryType(3, options).chain((type) =>
    arbitraryConstraints(type, options).map((constraints) => [{ path, type, constraints }]),
  );
}

/** A field, or an object spread over paths of several segments; no object types, which may not stand beside those. */
function arbitraryBranch(path: FieldPath, depth: number, options: SchemaOptions): fc.Arbitrary<Field[]> {
  const field = arbitraryType(2, options)
    .filter((type) => unwrap(type).type.kind !== "object")
    .chain((type) =>
      arbitraryConstraints(type, options).map((constraints): Field[] => [{ path, type, constraints }]),
    );
  if (depth === 0) return field;
  const branch = arbitraryNames(1, 3).chain((names) =>
    fc
      .tuple(...names.map((name) => arbitraryBranch([...path, name], depth - 1, options)))
      .map((fields) => fields.flat()),
  );
  return fc.oneof(field, branch);
}

/** Paths of a field list that can be indexed, through object types. */
export function indexablePaths(fields: readonly Field[]): FieldPath[] {
  return fields.flatMap(({ path, type }) => indexableBelow(path, type));
}

function indexableBelow(path: FieldPath, type: Type): FieldPath[] {
  const inner = unwrap(type).type;
  if (inner.kind === "object")
    return inner.fields.flatMap((field) => indexableBelow([...path, field.name], field.type));
  return inner.kind === "list" || inner.kind === "json" ? [] : [path];
}

function arbitraryIndexes(fields: readonly Field[], options: SchemaOptions): fc.Arbitrary<IndexDefinition[]> {
  const { indexes = "any" } = options;
  const paths = indexablePaths(fields);
  if (indexes === "none" || paths.length === 0) return fc.constant([]);
  const unique = indexes === "any" ? fc.boolean() : fc.constant(false);
  const index = fc.record(
    {
      name: words,
      path: fc.constantFrom(...paths),
      unique,
    },
    { noNullPrototype: true },
  );
  return fc.uniqueArray(index, { maxLength: 3, selector: ({ name }) => name });
}
