/** How grave a change of schema is, by the table of the documentation: looked up, never reasoned about. */
import { bareType } from "./check-schema.ts";
import { boundsOf, type Constraint, type FieldOf, kindOf, type SchemaOf, slotAt } from "./shape.ts";

/** 0: stored rows are right as they are. 1: they are to be checked or rewritten. 2: values are lost, or nobody knows. */
export type Gravity = 0 | 1 | 2;

export function gravityOf(before: SchemaOf, after: SchemaOf): Gravity {
  const { primaryKey } = after;
  if (keyType(before, primaryKey) !== keyType(after, primaryKey)) return 2;
  return Math.max(fieldsGravity(before.fields, after.fields), indexesGravity(before, after)) as Gravity;
}

function keyType({ fields }: SchemaOf, name: string): unknown {
  return fields.find(({ path }) => path.length === 1 && path[0] === name)?.type;
}

function fieldsGravity(before: readonly FieldOf[], after: readonly FieldOf[]): Gravity {
  let worst: Gravity = 0;
  const note = (gravity: Gravity): void => {
    if (gravity > worst) worst = gravity;
  };
  for (const field of before) {
    const now = after.find(({ path }) => sameJson(path, field.path));
    if (now === undefined) note(2);
    else {
      note(typeGravity(field.type, now.type));
      if (tightens(field.constraints, now.constraints)) note(1);
    }
  }
  for (const field of after) {
    if (before.some(({ path }) => sameJson(path, field.path))) continue;
    if (bareType(field.type) === field.type) note(1);
  }
  return worst;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function typeGravity(before: unknown, after: unknown): Gravity {
  const [old, now] = [bareType(before), bareType(after)];
  const required = old !== before && now === after ? 1 : 0;
  return Math.max(required, bareGravity(old, now)) as Gravity;
}

const numbers = ["int64", "uint64", "float64", "timestamp"];
const texts = ["string", "enum", "uuid"];

function bareGravity(old: unknown, now: unknown): Gravity {
  const [oldName, nowName] = [nameOf(old), nameOf(now)];
  const [oldBag, nowBag] = [old as Record<string, unknown>, now as Record<string, unknown>];
  if (oldName === nowName) {
    if (oldName === "list") return typeGravity(oldBag.list, nowBag.list);
    if (oldName === "object") return fieldsGravity(innerFields(oldBag.object), innerFields(nowBag.object));
    if (oldName !== "enum") return 0;
    return (oldBag.enum as string[]).every((variant) => (nowBag.enum as string[]).includes(variant)) ? 0 : 2;
  }
  if (oldName === "enum" && nowName === "string") return 0;
  if (oldName === "json") return nowName === "bytes" ? 2 : 1;
  if (nowName === "json") return holdsBytes(old) ? 2 : 1;
  const converts = [numbers, texts].some((names) => names.includes(oldName) && names.includes(nowName));
  return converts ? 1 : 2;
}

function holdsBytes(type: unknown): boolean {
  if (type === "bytes") return true;
  if (typeof type !== "object" || type === null || "enum" in type) return false;
  const [content] = Object.values(type) as [unknown];
  return Array.isArray(content)
    ? content.some((field: { readonly type: unknown }) => holdsBytes(field.type))
    : holdsBytes(content);
}

function nameOf(type: unknown): string {
  return typeof type === "string" ? type : (Object.keys(type as object)[0] as string);
}

function innerFields(list: unknown): readonly FieldOf[] {
  const fields = list as { path: readonly string[]; type: unknown; constraints?: readonly Constraint[] }[];
  return fields.map(({ path, type, constraints = [] }) => ({ path, type, constraints }));
}

function tightens(before: readonly Constraint[], after: readonly Constraint[]): boolean {
  const [old, now] = [boundsOf(before), boundsOf(after)];
  // Lengths are never below 0, so a least length of 0 asks nothing.
  const least = (bound: number): number => (isLength(before) || isLength(after) ? Math.max(bound, 0) : bound);
  if (least(now.min) > least(old.min) || now.max < old.max) return true;
  return after.some(
    (constraint) =>
      ["regex", "email", "url"].some((name) => name in constraint) &&
      !before.some((other) => sameJson(other, constraint)),
  );
}

function isLength(constraints: readonly Constraint[]): boolean {
  return constraints.some((constraint) => /length|nonempty/.test(Object.keys(constraint).join()));
}

function indexesGravity(before: SchemaOf, after: SchemaOf): Gravity {
  let worst: Gravity = 0;
  for (const index of after.indexes) {
    const old = before.indexes.find(({ name }) => name === index.name);
    const moved = old === undefined || !sameJson(old.path, index.path) || old.unique !== index.unique;
    if (moved) {
      if (index.unique) worst = 1;
    } else if (kindOf(slotAt(before.root, old.path)) !== kindOf(slotAt(after.root, index.path))) worst = 1;
  }
  return worst;
}
