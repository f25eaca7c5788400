/**
 * The reference scenarios of the crash matrix. Each is a list of steps on a vault, each with what the vault holds after it. A step is
 * acknowledged when it returns.
 */
import type { Database } from "@modelvault/core";

/** Rows by collection and key, as text. */
export type Content = ReadonlyMap<string, string>;

export interface CrashStep {
  readonly run: (db: Database) => void;
  /** What the vault holds when the step is done, from what it held before. */
  readonly after: (before: Content) => Content;
}

export interface CrashScenario {
  readonly name: string;
  /** Done before anything may fail. */
  readonly setUp: readonly CrashStep[];
  readonly steps: readonly CrashStep[];
}

const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: "string" },
  { path: "n", type: { optional: "int64" } },
] as const;

function register(name: string): CrashStep {
  return {
    run: (db) => {
      db.register({
        name,
        primaryKey: "id",
        fields,
        indexes: [{ path: "n" }, { path: "s", kind: "unique" }],
      });
    },
    after: (before) => new Map(before).set(`${name}`, "registered"),
  };
}

function put(name: string, id: number, text: string, n: number | null = id): CrashStep {
  return {
    run: (db) => {
      db.collection(name).put({ id, s: text, n });
    },
    after: (before) => new Map(before).set(`${name}/${id}`, `${text}/${n}`),
  };
}

function remove(name: string, id: number): CrashStep {
  return {
    run: (db) => {
      db.collection(name).delete(id);
    },
    after: (before) => {
      const content = new Map(before);
      content.delete(`${name}/${id}`);
      return content;
    },
  };
}

/** Changes nothing that can be read. */
function maintenance(run: (db: Database) => void): CrashStep {
  return { run, after: (before) => before };
}

function together(steps: readonly CrashStep[]): CrashStep {
  return {
    run: (db) => {
      db.transaction(() => {
        for (const step of steps) step.run(db);
      });
    },
    after: (before) => steps.reduce((content, step) => step.after(content), before),
  };
}

const someRows = Array.from({ length: 6 }, (_, at) => put("t", at, `row ${at}`));

export const crashScenarios: readonly CrashScenario[] = [
  { name: "create", setUp: [], steps: [register("t"), put("t", 1, "one")] },
  {
    name: "autocommits",
    setUp: [register("t")],
    steps: [
      put("t", 1, "one"),
      put("t", 2, "two"),
      put("t", 1, "uno", null),
      remove("t", 2),
      put("t", 3, "two"),
    ],
  },
  {
    name: "spare room",
    setUp: [register("t"), ...someRows],
    // Frames within a page and over many, more than the first room holds, and one that is longer than any.
    steps: [
      put("t", 10, "s"),
      put("t", 11, "m".repeat(3000)),
      put("t", 12, "l".repeat(9000)),
      put("t", 10, "s again"),
      put("t", 13, "x".repeat(40_000)),
      remove("t", 11),
      put("t", 14, "y".repeat(30_000)),
      put("t", 15, "z".repeat(80_000)),
      put("t", 16, "last"),
    ],
  },
  {
    name: "big transaction",
    setUp: [register("t"), ...someRows],
    steps: [
      together(Array.from({ length: 120 }, (_, at) => put("t", at, `new ${at} ${"x".repeat(90)}`))),
      put("t", 500, "after"),
    ],
  },
  {
    name: "register",
    setUp: [register("t"), ...someRows],
    steps: [
      register("u"),
      together([register("v"), put("v", 1, "v")]),
      {
        run: (db) => {
          db.registerVersion(
            "t",
            { fields: [...fields, { path: "r", type: "int64" }] },
            { accept: "migration", rewrite: (row) => ({ ...row, r: 1 }) },
          );
        },
        after: (before) => new Map(before).set("t", "version 2"),
      },
      put("u", 1, "u"),
    ],
  },
  {
    name: "checkpoint",
    setUp: [register("t"), ...someRows],
    steps: [
      maintenance((db) => db.checkpoint()),
      put("t", 7, "seven"),
      maintenance((db) => db.checkpoint()),
      remove("t", 0),
    ],
  },
  {
    name: "compaction",
    setUp: [register("t"), ...someRows, remove("t", 2), put("t", 3, "again")],
    steps: [maintenance((db) => db.compact()), put("t", 8, "eight"), maintenance((db) => db.compact())],
  },
  { name: "close", setUp: [register("t")], steps: [put("t", 1, "one"), maintenance((db) => db.close())] },
];

/** What a second writer does after any of them. */
export const nextSteps: readonly CrashStep[] = [put("t", 30, "next"), put("t", 31, "w".repeat(5000))];

/** What a vault holds, in the form of the steps. */
export function contentOfVault(db: Database): Content {
  const content = new Map<string, string>();
  for (const name of db.collectionNames()) {
    const { version } = db.schema(name);
    content.set(name, version === 1 ? "registered" : `version ${version}`);
    for (const row of db.collection(name).all() as { id: number; s: string; n: number | null }[]) {
      content.set(`${name}/${row.id}`, `${row.s}/${row.n}`);
    }
  }
  return content;
}

export function sameContent(a: Content, b: Content): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
