/**
 * Random pairs of schemas that are not strangers to each other, rows for the first, and values for whatever the second asks for. Models here
 * are made of descriptors alone, so that every type of the engine takes part, and no vendor's limits.
 */
import type {
  CollectionDescriptor,
  ConstraintDescriptor,
  FieldDescriptor,
  Row,
  TypeDescriptor,
  Value,
} from "@modelvault/core";
import type { Model } from "@modelvault/models";
import fc from "fast-check";

const VARIANTS = ["de", "en", "fr", ""] as const;
const NAMES = ["a", "b", "c", "d"] as const;

const scalar: fc.Arbitrary<TypeDescriptor> = fc.oneof(
  fc.constantFrom<TypeDescriptor[]>(
    "bool",
    "int64",
    "uint64",
    "float64",
    "string",
    "uuid",
    "timestamp",
    "bytes",
    "json",
  ),
  fc.subarray([...VARIANTS], { minLength: 1 }).map((variants): TypeDescriptor => ({ enum: variants })),
);

const constraintsFor = (type: TypeDescriptor): fc.Arbitrary<ConstraintDescriptor[]> => {
  if (type === "int64") {
    return fc.constantFrom<ConstraintDescriptor[][]>(
      [],
      [{ min_i64: 0 }],
      [{ min_i64: -5 }, { max_i64: 100 }],
    );
  }
  if (type === "string") {
    return fc.constantFrom<ConstraintDescriptor[][]>(
      [],
      [{ min_length: 1 }],
      [{ max_length: 3 }],
      [{ nonempty: true }],
    );
  }
  return fc.constant([]);
};

function field(name: string, depth: number): fc.Arbitrary<FieldDescriptor> {
  const inner = fc.subarray(["p", "q"], { minLength: 1 });
  const composite: fc.Arbitrary<TypeDescriptor> =
    depth === 0
      ? scalar
      : fc.oneof(
          { weight: 4, arbitrary: scalar },
          { weight: 1, arbitrary: scalar.map((element): TypeDescriptor => ({ list: element })) },
          {
            weight: 1,
            arbitrary: inner
              .chain((names) => fc.tuple(...names.map((each) => field(each, depth - 1))))
              .map((fields): TypeDescriptor => ({ object: fields })),
          },
        );
  return fc.record({ type: composite, optional: fc.boolean() }).chain(({ type, optional }) =>
    constraintsFor(type).map((constraints) => ({
      path: [name],
      type: optional ? { optional: type } : type,
      ...(constraints.length === 0 ? {} : { constraints }),
    })),
  );
}

const INDEXABLE: readonly unknown[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "uuid",
  "timestamp",
  "bytes",
];

function bareType(type: TypeDescriptor): TypeDescriptor {
  return typeof type === "object" && "optional" in type ? bareType(type.optional) : type;
}

/** The fields of a version, and perhaps an index on one of them. */
function versionOf(fields: readonly FieldDescriptor[]): fc.Arbitrary<CollectionDescriptor> {
  const scalars = fields.filter(({ type }) => INDEXABLE.includes(bareType(type)));
  return fc.subarray(scalars, { maxLength: Math.min(2, scalars.length) }).chain((indexed) =>
    fc
      .array(fc.constantFrom("index" as const, "unique" as const), { minLength: 2, maxLength: 2 })
      .map((kinds) => ({
        name: "books",
        primaryKey: "id",
        fields: [{ path: ["id"], type: "int64" as const }, ...fields],
        indexes: indexed.map(({ path }, at) => ({ path, kind: kinds[at] ?? "index" })),
      })),
  );
}

const fieldsOf: fc.Arbitrary<FieldDescriptor[]> = fc
  .subarray([...NAMES])
  .chain((names) => fc.tuple(...names.map((name) => field(name, 1))));

export type SchemaPair = readonly [
  before: CollectionDescriptor,
  after: CollectionDescriptor,
  /** New name to old name. */
  renamed: { readonly [path: string]: string },
];

/** The second version keeps some fields as they are, gives one another name, changes some, and adds and drops others. */
export const schemaPair: fc.Arbitrary<SchemaPair> = fieldsOf.chain((before) =>
  fc
    .record({
      kept: fc.subarray(before),
      others: fieldsOf,
      shuffled: fc.boolean(),
      renames: fc.boolean(),
    })
    .chain(({ kept: same, others, shuffled, renames }) => {
      const [first, ...rest] = same;
      const renamed = renames && first !== undefined ? { e: String(first.path) } : {};
      const kept = renames && first !== undefined ? [{ ...first, path: ["e"] }, ...rest] : same;
      const names = new Set(kept.map(({ path }) => String(path)));
      const after = [...kept, ...others.filter(({ path }) => !names.has(String(path)))];
      return fc.tuple(versionOf(before), versionOf(shuffled ? after.reverse() : after), fc.constant(renamed));
    }),
);

/** A value that fits a field. */
export function fittingValue(
  type: TypeDescriptor,
  constraints: readonly ConstraintDescriptor[] = [],
): fc.Arbitrary<Value> {
  if (typeof type === "object") {
    if ("optional" in type) return fc.option(fittingValue(type.optional, constraints), { nil: null });
    if ("enum" in type) return fc.constantFrom(...type.enum);
    if ("list" in type) return fc.array(fittingValue(type.list), { maxLength: 3 });
    return fc.record(
      Object.fromEntries(
        type.object.map((each) => [String(each.path), fittingValue(each.type, each.constraints)]),
      ),
    );
  }
  switch (type) {
    case "bool":
      return fc.boolean();
    case "int64":
      return constraints.length > 0
        ? fc.constantFrom<Value[]>(0, 1, 7, 100)
        : fc.constantFrom<Value[]>(0, -1, 5, 1974, 2 ** 53 - 1, 2n ** 63n - 1n, -(2n ** 63n));
    case "uint64":
      return fc.constantFrom<Value[]>(0, 5, 1974, 2n ** 64n - 1n);
    case "timestamp":
      return fc.constantFrom<Value[]>(0, 5, -1974, 1_700_000_000_000_000);
    case "float64":
      return fc.constantFrom<Value[]>(0, 5, 1974, -0.5, 2 ** 60, 1e300);
    case "uuid":
      return fc.uuid();
    case "bytes":
      return fc.uint8Array({ maxLength: 3 });
    case "json":
      return fc.jsonValue({ maxDepth: 1 }).filter((value) => value !== null) as fc.Arbitrary<Value>;
    case "string":
      return constraints.length > 0
        ? fc.constantFrom<Value[]>("x", "de", "abc")
        : fc.constantFrom<Value[]>("", "de", "x\0y", "für", "12345678");
  }
}

export function rowsOf({ fields }: CollectionDescriptor): fc.Arbitrary<Row[]> {
  const others = fields.filter(({ path }) => String(path) !== "id");
  return fc
    .array(
      fc.record(
        Object.fromEntries(
          others.map((each) => [String(each.path), fittingValue(each.type, each.constraints)]),
        ),
      ),
      {
        maxLength: 6,
      },
    )
    .map((rows) => rows.map((row, id): Row => ({ id, ...row })));
}

/** A model that is its descriptor, and fills nothing in. */
export function modelOf(
  descriptor: CollectionDescriptor,
  renamedFields: { readonly [path: string]: string } = {},
  takes: (row: Row) => boolean = () => true,
): Model {
  // It has no default for a row that lacks something, which is what a row without its key is.
  const validate = (row: Row): unknown => {
    if (!Object.hasOwn(row, descriptor.primaryKey))
      return { issues: [{ message: "no defaults here", path: [] }] };
    return takes(row) ? { value: row } : { issues: [{ message: "not this one", path: [] }] };
  };
  const schema = { "~standard": { version: 1, vendor: "test", validate } };
  return {
    name: descriptor.name,
    descriptor,
    schema,
    shape: { kind: "object", fields: [] },
    fields: [],
    renamedFields,
    primaryKey: descriptor.primaryKey,
  } as unknown as Model;
}

export interface NamedField {
  /** As options name it. */
  readonly name: string;
  readonly type: TypeDescriptor;
  readonly constraints: readonly ConstraintDescriptor[];
}

/** Every field, inner ones and elements included, by the name that options give it. */
export function namedFields(collection: string, fields: readonly FieldDescriptor[]): NamedField[] {
  return fields.flatMap(({ path, type, constraints = [] }) =>
    below(`${collection}.${String(path)}`, type, constraints),
  );
}

function below(
  name: string,
  type: TypeDescriptor,
  constraints: readonly ConstraintDescriptor[],
): NamedField[] {
  const inner = bareType(type);
  const self = { name, type, constraints };
  if (typeof inner !== "object") return [self];
  if ("list" in inner) return [self, ...below(`${name}.[]`, inner.list, [])];
  return "object" in inner ? [self, ...namedFields(name, inner.object)] : [self];
}
