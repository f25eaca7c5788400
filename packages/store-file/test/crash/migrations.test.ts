/**
 * A migration under every fault: whichever call of the file system fails, and wherever the power goes, the vault that is opened next is
 * the one before or the one after, schemas, rows and history together.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, isModelVaultError } from "@modelvault/core";
import {
  apply,
  defineModel,
  history,
  index,
  type Model,
  type PlanOptions,
  plan,
  unique,
} from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { FakeDisk, type Fault, randomFrom } from "../support/fake-disk.ts";
import { openOn } from "../support/open-on.ts";

const PATH = "/vaults/shop.modelvault";
// `npm run crash` tries more states for each moment at which the power may go.
const IMAGES = Number(process.env.MODELVAULT_CRASH_IMAGES ?? 3);
// Where it puts the states for upstream to open.
const FOLDER = process.env.MODELVAULT_CRASH_STATES;

const Book = defineModel(
  "books",
  z.object({ id: z.int(), title: z.string(), writer: z.string(), pages: z.int(), isbn10: z.string() }),
  { primaryKey: "id", indexes: [index("pages")] },
);
const Log = defineModel("logs", z.object({ id: z.int(), text: z.string() }), { primaryKey: "id" });

interface Migration {
  readonly name: string;
  readonly models: readonly Model[];
  readonly options?: PlanOptions;
}

const shape = { id: z.int(), title: z.string(), writer: z.string(), pages: z.int(), isbn10: z.string() };
const byPages = { primaryKey: "id", indexes: [index("pages")] } as const;

const MIGRATIONS: readonly Migration[] = [
  {
    name: "nothing but the schema",
    models: [
      defineModel("books", z.object({ ...shape, note: z.string().optional() }), {
        primaryKey: "id",
        indexes: [index("pages"), unique("title")],
      }),
      Log,
    ],
  },
  {
    name: "every row",
    models: [
      defineModel(
        "books",
        z.object({
          id: z.int(),
          title: z.string().min(1),
          author: z.object({ name: z.string() }),
          pages: z.number(),
          language: z.string(),
        }),
        { ...byPages, renamedFields: { "author.name": "writer" } },
      ),
      Log,
    ],
    options: { fill: { "books.language": "en" }, allowDrop: { fields: ["books.isbn10"] } },
  },
  {
    name: "collections",
    models: [
      defineModel("tomes", z.object(shape), { ...byPages, renamedFrom: "books" }),
      defineModel("books", z.object({ id: z.string() }), { primaryKey: "id" }),
    ],
    options: { allowDrop: { collections: ["logs"] } },
  },
];

/** All that a vault says. */
function contentOf(db: Database): string {
  const collections = db.collectionNames().map((name) => [db.schema(name), db.collection(name).all()]);
  return JSON.stringify([collections, history(db).map(({ hash }) => hash)]);
}

function prepared(): FakeDisk {
  const disk = new FakeDisk();
  using db = openOn(disk, PATH);
  apply(db, plan(db, [Book, Log]));
  db.collection("books").insertMany(
    Array.from({ length: 20 }, (_, id) => ({ id, title: `t${id}`, writer: "w", pages: id * 7, isbn10: "x" })),
  );
  db.collection("logs").insert({ id: 1, text: "started" });
  return disk;
}

/** Migrates on a disk that may fail; whether the migration was acknowledged. */
function migrate(disk: FakeDisk, { models, options }: Migration): boolean {
  let applied = false;
  let db: Database | undefined;
  try {
    db = openOn(disk, PATH);
    apply(db, plan(db, models, options), { now: () => 0 });
    applied = true;
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
  }
  try {
    db?.close();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
  }
  return applied;
}

function reopened(disk: FakeDisk): { readonly content: string; readonly problems: readonly unknown[] } {
  using db = openOn(disk, PATH);
  return { content: contentOf(db), problems: db.verify().problems };
}

/** Keeps each different state of the file once. */
function keep(migration: string, disk: FakeDisk, seen: Set<string>): void {
  const bytes = disk.bytesOf(PATH);
  if (FOLDER === undefined || bytes === undefined || seen.has(bytes.toString("latin1"))) return;
  seen.add(bytes.toString("latin1"));
  const place = join(FOLDER, `migration-of-${migration.replaceAll(" ", "-")}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, `${seen.size}.modelvault`), bytes);
}

test.each(MIGRATIONS)("a migration of $name is there whole or not at all", (migration) => {
  const start = prepared();
  const before = reopened(start.afterExit()).content;
  const smooth = start.afterExit();
  smooth.calls = 0;
  expect(migrate(smooth, migration)).toBe(true);
  const after = reopened(smooth.afterExit()).content;
  expect(after).not.toBe(before);

  let states = 0;
  const look = (disk: FakeDisk, applied: boolean): void => {
    const { content, problems } = reopened(disk);
    expect(problems).toEqual([]);
    expect(applied ? [after] : [before, after]).toContain(content);
    states++;
  };
  const faults: readonly Omit<Fault, "call">[] = [
    { errno: "EIO" },
    { errno: "EIO", forever: true },
    { errno: "ENOSPC", short: true },
    { errno: "ENOSPC", short: true, forever: true },
  ];
  for (const fault of faults) {
    for (let call = 1; call <= smooth.calls; call++) {
      const disk = start.afterExit();
      disk.fault = { ...fault, call };
      const applied = migrate(disk, migration);
      look(disk.afterExit(), applied);
    }
  }
  const random = randomFrom(1);
  const seen = new Set<string>();
  for (let call = 1; call <= smooth.calls + 1; call++) {
    const disk = start.afterExit();
    disk.powerLossAt = call;
    const applied = migrate(disk, migration);
    const choices = disk.unsynced === 0 ? [] : Array.from({ length: IMAGES }, () => random);
    for (const choice of ["all", "none", ...choices] as const) {
      const found = disk.afterPowerLoss(choice);
      keep(migration.name, found, seen);
      look(found, applied);
    }
  }
  expect(states).toBeGreaterThan(6 * smooth.calls);
});
