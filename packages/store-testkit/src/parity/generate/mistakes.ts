/** Things a vault must refuse, one mistake at a time: descriptors, options, arguments. */
import type { Random } from "../../bytes/random.ts";
import type { Json, Literal, Step } from "../program.ts";
import { descriptorOf, type SchemaPlan } from "./schemas.ts";

const badTypes: readonly Json[] = [
  "int32",
  5,
  { optional: "text" },
  { list: "string", optional: "string" },
  { enum: [] },
  { enum: ["a", "a"] },
  { object: [] },
  { map: "string" },
  {},
];

const badConstraints: readonly Json[] = [
  [{ min_i64: 0 }],
  [{ max_length: 2 }],
  [{ unknown: 1 }],
  [{ regex: "[a" }],
  [{ min_length: 3 }, { max_length: 2 }],
  [{ min_length: "3" }],
  [{ regex: "a", nonempty: true }],
];

/** A descriptor with a mistake in it. */
export function mistakenSchema(random: Random, name: string, plan: SchemaPlan): Json {
  const good = { name, primaryKey: "id", ...descriptorOf(random, plan) };
  const { fields } = good;
  const [key, ...others] = fields;
  const extra = (field: Json): Json => ({ ...good, fields: [...fields, field] });
  const text: Json = { path: "bad", type: "string" };
  return random.pick<() => Json>([
    () => ({ ...good, name: random.pick<Json>(["", "  ", 5, "__modelvault__"]) }),
    () => ({ ...good, primaryKey: random.pick<Json>(["nowhere", 5, "id.x"]) }),
    () => ({ ...good, fields: random.pick<Json>([5, "id", others]) }),
    () => ({ ...good, fields: [...fields, key as Json] }),
    () => ({ ...good, extra: 1 }),
    () => extra({ path: "bad", type: random.pick(badTypes) }),
    () => extra({ path: random.pick<Json>(["", "a..b", [], ["a", ""], 5, "id.x"]), type: "string" }),
    () =>
      extra({
        path: "bad",
        type: random.pick<Json>(["uuid", "bool"]),
        constraints: random.pick(badConstraints),
      }),
    () => extra({ path: "bad", type: "string", constraints: random.pick(badConstraints.slice(2)) }),
    () => extra({ path: "bad", type: "string", default: random.pick<Json>([5, null, {}, []]) }),
    () => extra({ path: "bad", type: { enum: ["a"] }, default: "b" }),
    () => extra({ path: "bad", type: "string", constraints: [{ max_length: 2 }], default: "abc" }),
    () => ({ ...good, indexes: [{ path: "nowhere" }] }),
    () => ({ ...good, indexes: random.pick<Json>([5, [{ path: "id", kind: "primary" }]]) }),
    () => ({
      ...good,
      indexes: [
        { path: "id", name: "x" },
        { path: "id", name: " x " },
      ],
    }),
    () => ({ ...good, fields: [...fields, text], indexes: [{ path: "bad.x" }] }),
    () => ({
      ...good,
      fields: [...fields, { path: "bad", type: { list: "string" } }],
      indexes: [{ path: "bad" }],
    }),
    () => random.pick<Json>([null, 5, "a", []]),
  ])();
}

/** A call with arguments that are none. */
export function mistakenStep(random: Random, name: string, key: Literal): Step {
  const noName = (): Json => random.pick<Json>([5, null, ["a"], "nowhere", "", "__modelvault__"]);
  return random.pick<() => Step>([
    () => ({ do: "get", in: noName(), key }),
    () => ({ do: "insert", in: noName(), row: { $o: { id: key } } }),
    () => ({ do: "schema", in: noName() }),
    () => ({ do: "hasCollection", in: noName() }),
    () => ({ do: "evolve", in: noName(), schema: { fields: [] } }),
    () => ({ do: "drop", in: noName() }),
    () => ({ do: "rename", in: noName(), to: "d" }),
    () => ({ do: "rename", in: name, to: random.pick<Json>(["", " ", 5, "__modelvault_x", null]) }),
    () => ({ do: "evolve", in: name, schema: random.pick<Json>([null, 5]) }),
    () => ({ do: "evolve", in: name, schema: { fields: [] }, options: { accept: "all" } }),
    () => ({ do: "evolve", in: name, schema: { fields: [] }, options: { force: true } }),
    () => ({ do: "insertMany", in: name, rows: [], how: "none" }),
    () => ({ do: "noCallback", of: random.pick(["transaction", "view", "rewrite"] as const) }),
    () => ({
      do: "open",
      options: random.pick<Literal>([5, { $o: { integers: "exact" } }, { $o: { integer: "bigint" } }, []]),
    }),
  ])();
}
