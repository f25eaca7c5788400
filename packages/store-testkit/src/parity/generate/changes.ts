/** Changes of a schema, one or two at a time, of every gravity, and what becomes of the rows. */
import type { Random } from "../../bytes/random.ts";
import type { Change, Literal } from "../program.ts";
import {
  addIndex,
  bare,
  type FieldPlan,
  indexablePaths,
  makeConstraints,
  makeType,
  type SchemaPlan,
  type TypePlan,
} from "./schemas.ts";
import type { Palette } from "./values.ts";

/** The next version of a schema. The primary key stays what it is. */
export function changeSchema(random: Random, palette: Palette, plan: SchemaPlan): SchemaPlan {
  const edits = 1 + random.below(2);
  let changed = plan;
  for (let edit = 0; edit < edits; edit++) changed = editSchema(random, palette, changed);
  // Mostly what indexes stand on is there; where it is not, the version is refused.
  const paths = indexablePaths(changed.fields).map((path) => path.join("."));
  const kept = changed.indexes.filter(({ path }) => paths.includes(path.join(".")) || random.below(8) === 0);
  return { ...changed, indexes: kept };
}

function editSchema(random: Random, palette: Palette, plan: SchemaPlan): SchemaPlan {
  const [key, ...others] = plan.fields as [FieldPlan, ...FieldPlan[]];
  switch (random.below(9)) {
    case 8:
      return { ...plan, fields: [key, ...editDefault(random, palette, others)] };
    case 0:
    case 1:
      return { ...plan, fields: [key, ...addField(random, palette, others)] };
    case 2: {
      const indexes = [...plan.indexes];
      addIndex(random, indexes, random.pick(indexablePaths(plan.fields)));
      return { ...plan, indexes };
    }
    case 3:
      return { ...plan, indexes: random.shuffle(plan.indexes).slice(random.below(2)) };
    case 4: {
      const [first, ...rest] = plan.indexes;
      return first === undefined
        ? plan
        : { ...plan, indexes: [...rest, { ...first, name: first.name ?? "i", unique: !first.unique }] };
    }
    default:
      return others.length === 0
        ? { ...plan, fields: [key, ...addField(random, palette, others)] }
        : { ...plan, fields: [key, ...editField(random, others)] };
  }
}

function addField(random: Random, palette: Palette, fields: readonly FieldPlan[]): readonly FieldPlan[] {
  const free = ["u", "v", "w"].filter((name) => fields.every(({ path }) => path[0] !== name));
  const [name] = free;
  if (name === undefined) return fields;
  const type = makeType(random, 0);
  const optional: TypePlan = random.below(4) > 0 ? { is: "optional", inner: type } : type;
  const field: FieldPlan = { path: [name], type: optional, constraints: [] };
  return [...fields, random.below(3) === 0 ? withDefault(palette, field) : field];
}

/** Gives a field a default, or takes it away. */
function editDefault(random: Random, palette: Palette, fields: readonly FieldPlan[]): readonly FieldPlan[] {
  if (fields.length === 0) return fields;
  const at = random.below(fields.length);
  return fields.map((field, position) => {
    if (position !== at) return field;
    const { default: value, ...rest } = field;
    return value !== undefined && random.below(2) === 0 ? rest : withDefault(palette, rest);
  });
}

/** Fields of which the palette has a value that stands in JSON as it is. */
export function withDefault(palette: Palette, field: FieldPlan): FieldPlan {
  const value = palette.value(field);
  return isPlain(value) ? { ...field, default: value } : field;
}

function isPlain(
  value: Literal,
): value is null | boolean | number | string | readonly (boolean | number | string)[] {
  if (Array.isArray(value)) return value.every((element) => isPlain(element as Literal));
  return value === null || typeof value !== "object";
}

function editField(random: Random, fields: readonly FieldPlan[]): readonly FieldPlan[] {
  const list = [...fields];
  const at = random.below(list.length);
  const field = list[at] as FieldPlan;
  switch (random.below(6)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.splice(at, 1);
      list.splice(random.below(list.length + 1), 0, field);
      break;
    case 2:
      list[at] = { ...field, constraints: makeConstraints(random, field.type) };
      break;
    default: {
      const type = editType(random, field.type);
      const fits = bare(type).is === bare(field.type).is;
      // Mostly without its default, which the new type would not take.
      const { default: value, ...rest } = field;
      const kept = value !== undefined && (fits || random.below(8) === 0) ? { default: value } : {};
      list[at] = { ...rest, ...kept, type, constraints: fits ? field.constraints : [] };
    }
  }
  return list;
}

const neighbours: Readonly<Record<string, readonly TypePlan["is"][]>> = {
  int64: ["float64", "timestamp", "uint64", "string"],
  uint64: ["int64", "float64"],
  float64: ["int64", "bool", "json"],
  timestamp: ["int64"],
  uuid: ["string"],
  string: ["uuid", "bytes", "json"],
  json: ["string", "int64", "bytes"],
  bytes: ["string"],
};

function editType(random: Random, type: TypePlan): TypePlan {
  switch (type.is) {
    case "optional":
      return random.below(2) === 0 ? type.inner : { is: "optional", inner: editType(random, type.inner) };
    case "enum":
      if (random.below(3) === 0) return { is: "string" };
      return {
        is: "enum",
        variants:
          random.below(2) === 0 ? [...type.variants, "grown"] : type.variants.slice(0, -1).concat("z"),
      };
    case "object":
      return { is: "object", fields: editMembers(random, type.fields) };
    case "list":
      return random.below(2) === 0
        ? { is: "optional", inner: type }
        : { is: "list", element: editType(random, type.element) };
    default: {
      const near = neighbours[type.is];
      if (near === undefined || random.below(2) === 0) return { is: "optional", inner: type };
      return { is: random.pick(near) } as TypePlan;
    }
  }
}

function editMembers(random: Random, fields: readonly FieldPlan[]): readonly FieldPlan[] {
  if (random.below(2) > 0 && fields.every(({ path }) => path[0] !== "w"))
    return [...fields, { path: ["w"], type: { is: "optional", inner: { is: "int64" } }, constraints: [] }];
  const at = random.below(fields.length);
  return fields.map((field, position) =>
    position === at ? { ...field, type: { is: "optional", inner: field.type }, constraints: [] } : field,
  );
}

/** A rewriting function that gives new and changed fields values, and drops those that are gone. */
export function makeRewrite(random: Random, palette: Palette, before: SchemaPlan, after: SchemaPlan): Change {
  const set: Record<string, Literal> = {};
  for (const field of after.fields) {
    const [name = "", ...deeper] = field.path;
    const old = before.fields.find(({ path }) => path.join("\0") === field.path.join("\0"));
    const same = old !== undefined && JSON.stringify(old.type) === JSON.stringify(field.type);
    if (name !== "id" && deeper.length === 0 && !same) set[name] = palette.value(field);
  }
  const kept = new Set(after.fields.map(({ path }) => path[0]));
  const drop = before.fields.map(({ path }) => path[0] as string).filter((name) => !kept.has(name));
  if (random.below(12) === 0) return { call: random.pick(["throws", "promise"] as const) };
  return drop.length === 0 ? { set } : { set, drop };
}
