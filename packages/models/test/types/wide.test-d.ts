/** Checked by tsc alone: dates, bigints, bytes, unions, generated keys, and models of every library. Nothing here runs. */
import type { Database } from "@modelvault/core";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import {
  collection,
  defineModel,
  field,
  type InputOf,
  index,
  type KeyOf,
  type PathsOf,
  type RowOf,
} from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const Event = defineModel(
  "events",
  z.object({
    at: z.date(),
    total: z.bigint(),
    body: z.instanceof(Uint8Array).optional(),
    times: z.array(z.date()),
    place: z.object({ opened: z.date().nullable() }).optional(),
  }),
  { primaryKey: "at", indexes: [index("total"), index("body"), index("place.opened")] },
);

const Figure = defineModel(
  "figures",
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("circle"), id: z.int(), radius: z.number(), size: z.int() }),
    z.object({
      kind: z.literal("box"),
      id: z.int(),
      side: z.number(),
      size: z.number(),
      home: z.object({ city: z.string() }),
    }),
  ]),
  { primaryKey: "id", generate: "autoincrement", indexes: [index("radius"), index("home.city")] },
);

const Note = defineModel("notes", z.object({ id: z.uuid(), text: z.string() }), {
  primaryKey: "id",
  generate: "uuidv7",
});

export function check(db: Database): void {
  const events = collection(db, Event);
  expectType<Equal<KeyOf<typeof Event>, Date>>(true);
  expectType<Equal<PathsOf<typeof Event>, "at" | "total" | "body" | "times" | "place" | "place.opened">>(
    true,
  );
  events.get(new Date());
  events
    .where("at", "between", [new Date(), new Date()])
    .where("total", ">", 5n)
    .where("body", "=", new Uint8Array());
  events.where("times", "contains", new Date()).where("place.opened", "in", [new Date()]);
  events.orderBy("at").orderBy("place.opened");
  const selected = events.query().select("at", "place.opened").one();
  expectType<Equal<typeof selected, { at: Date; place?: { opened: Date | null } | undefined }>>(true);
  events.update(new Date(), { total: 5n, place: { opened: null }, body: null });
  // @ts-expect-error a date is not its number
  events.where("at", "=", 5);
  // @ts-expect-error nor its text
  events.get("2026-01-01");
  // @ts-expect-error a bigint is not a number
  events.where("total", ">", 5);
  // @ts-expect-error bytes have no beginning that text could be
  events.where("body", "startsWith", "x");
  // @ts-expect-error a date has no fields
  events.where("at.getTime", "isNull");

  const figures = collection(db, Figure);
  type Row = RowOf<typeof Figure>;
  expectType<Equal<ReturnType<typeof figures.all>, Row[]>>(true);
  expectType<
    Equal<PathsOf<typeof Figure>, "kind" | "id" | "radius" | "size" | "side" | "home" | "home.city">
  >(true);
  figures
    .where("kind", "=", "circle")
    .where("radius", ">", 1)
    .where("home.city", "=", "x")
    .where("side", "isNull");
  figures.insert({ kind: "circle", radius: 1, size: 1 });
  figures.insert({ kind: "box", id: 5, side: 1, size: 1, home: { city: "x" } });
  figures.update(5, { side: 2 });
  figures.update(5, { kind: "circle", radius: 2 });
  const found = figures.getOrThrow(5);
  if (found.kind === "circle") expectType<Equal<typeof found.radius, number>>(true);
  const part = figures.query().select("kind", "radius").one();
  expectType<Equal<typeof part, { kind: "circle"; radius: number } | { kind: "box" }>>(true);
  // @ts-expect-error no variant has it
  figures.where("diameter", "=", 1);
  // @ts-expect-error the other variant's field is missing
  figures.insert({ kind: "box", radius: 1, size: 1 });
  // @ts-expect-error what only one variant has is not there to be read
  void found.radius;
  // @ts-expect-error no variant has this kind
  figures.where("kind", "=", "hexagon");

  const notes = collection(db, Note);
  expectType<Equal<ReturnType<typeof notes.insert>, string>>(true);
  notes.insert({ text: "a" });
  notes.insert({ id: "x", text: "a" });
  notes.insertMany([{ text: "a" }]);
  notes.put({ text: "a" });
  expectType<Equal<RowOf<typeof Note>, { id: string; text: string }>>(true);
  // @ts-expect-error only the key may be left out
  notes.insert({});
  // @ts-expect-error there is no such way
  defineModel("notes", z.object({ id: z.uuid() }), { primaryKey: "id", generate: "serial" });
  // @ts-expect-error a uuid is no number
  defineModel("tickets", z.object({ number: z.int() }), { primaryKey: "number", generate: "uuidv7" });
  // @ts-expect-error a number is no text
  defineModel("notes", z.object({ id: z.string() }), { primaryKey: "id", generate: "autoincrement" });
  // @ts-expect-error dates are not made
  defineModel("events", z.object({ at: z.date() }), { primaryKey: "at", generate: "autoincrement" });
  const Plain = defineModel("notes", Note.schema, { primaryKey: "id" });
  // @ts-expect-error without generate the key is asked for
  collection(db, Plain).insert({ text: "a" });
}

const Valibot = defineModel(
  "m",
  toStandardJsonSchema(
    v.object({
      id: v.string(),
      at: v.date(),
      tags: v.optional(v.array(v.string()), []),
      home: v.object({ city: v.string() }),
    }),
  ),
  { primaryKey: "id", indexes: [index("at"), index("home.city")] },
);
expectType<Equal<RowOf<typeof Valibot>, { id: string; at: Date; tags: string[]; home: { city: string } }>>(
  true,
);
expectType<Equal<InputOf<typeof Valibot>["tags"], string[] | undefined>>(true);
expectType<Equal<PathsOf<typeof Valibot>, "id" | "at" | "tags" | "home" | "home.city">>(true);

const ArkType = defineModel(
  "m",
  type({ id: "string", at: "Date", "born?": "number.integer", home: { city: "string" } }),
  {
    primaryKey: "id",
    indexes: [index("at"), index("born"), index("home.city")],
  },
);
expectType<Equal<RowOf<typeof ArkType>, { id: string; at: Date; born?: number; home: { city: string } }>>(
  true,
);
expectType<Equal<PathsOf<typeof ArkType>, "id" | "at" | "born" | "home" | "home.city">>(true);

const Built = defineModel(
  "m",
  field.object({
    id: field.uuid(),
    title: field.string().min(1),
    at: field.date().default(() => new Date()),
    total: field.bigint().nullable(),
    cover: field.bytes().optional(),
    language: field.choice(["en", "de"]).default("en"),
    tags: field.list(field.string()).default([]),
    home: field.object({ city: field.string().optional() }).optional(),
    extra: field.json<{ a: number }>(),
    figure: field.variants("kind", [
      field.object({ kind: field.choice(["circle"]), radius: field.number() }),
      field.object({ kind: field.choice(["box"]), side: field.number().default(1) }),
    ]),
  }),
  {
    primaryKey: "id",
    generate: "uuidv7",
    indexes: [index("at"), index("home.city"), index("figure.radius")],
  },
);
expectType<
  Equal<
    RowOf<typeof Built>,
    {
      id: string;
      title: string;
      at: Date;
      total: bigint | null;
      cover?: Uint8Array | undefined;
      language: "en" | "de";
      tags: string[];
      home?: { city?: string | undefined } | undefined;
      extra: { a: number };
      figure: { kind: "circle"; radius: number } | { kind: "box"; side: number };
    }
  >
>(true);
const input: InputOf<typeof Built> = { title: "x", total: null, extra: { a: 1 }, figure: { kind: "box" } };
void input;
// @ts-expect-error the builder's default is of the type
field.string().default(5);
// @ts-expect-error lists are made of types
field.list("string");
