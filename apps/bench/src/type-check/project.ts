/** Sources of a made-up program with many models, one file each, that does with every model what programs do. */

export const LIBRARIES = ["zod", "field"] as const;
export type Library = (typeof LIBRARIES)[number];

export interface ProjectSize {
  readonly models: number;
  readonly fields: number;
}

/** What a library says for each kind of field; the kinds take turns. */
interface Spelling {
  readonly imports: readonly string[];
  readonly object: (fields: string) => string;
  readonly kinds: readonly string[];
}

const SPELLINGS: Readonly<Record<Library, Spelling>> = {
  zod: {
    imports: ['import { z } from "zod";'],
    object: (fields) => `z.object({ ${fields} })`,
    kinds: [
      "z.string().min(1)",
      "z.int().min(0)",
      "z.number().optional()",
      'z.enum(["a", "b", "c"])',
      "z.date()",
      "z.boolean().default(false)",
      "z.array(z.string())",
      "z.object({ name: z.string(), born: z.int().optional(), home: z.object({ city: z.string() }) })",
      "z.bigint().nullable()",
      'z.discriminatedUnion("kind", [z.object({ kind: z.literal("a"), x: z.string() }), z.object({ kind: z.literal("b"), y: z.int() })])',
    ],
  },
  field: {
    imports: ['import { field } from "@modelvault/models";'],
    object: (fields) => `field.object({ ${fields} })`,
    kinds: [
      "field.string().min(1)",
      "field.int().min(0)",
      "field.number().optional()",
      'field.choice(["a", "b", "c"])',
      "field.date()",
      "field.boolean().default(false)",
      "field.list(field.string())",
      "field.object({ name: field.string(), born: field.int().optional(), home: field.object({ city: field.string() }) })",
      "field.bigint().nullable()",
      'field.variants("kind", [field.object({ kind: field.choice(["a"]), x: field.string() }), field.object({ kind: field.choice(["b"]), y: field.int() })])',
    ],
  },
};

/** File names and their texts. */
export function projectFiles(library: Library, { models, fields }: ProjectSize): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const imports = ['import { collection, defineModel, index } from "@modelvault/models";'];
  files.set("base.ts", [...imports, ...SPELLINGS[library].imports, "export {};"].join("\n"));
  for (let number = 0; number < models; number++)
    files.set(`model-${number}.ts`, modelFile(library, number, fields));
  return files;
}

function modelFile(library: Library, number: number, fieldCount: number): string {
  const { imports, object, kinds } = SPELLINGS[library];
  // Each model has names of its own, so that no work on types is shared between them.
  const name = (position: number): string => `m${number}f${position}`;
  const fields = Array.from(
    { length: fieldCount - 1 },
    (_, position) => `${name(position)}: ${kinds[position % kinds.length]}`,
  );
  const key = library === "zod" ? "id: z.uuid()" : "id: field.uuid()";
  return [
    'import type { Database } from "@modelvault/core";',
    'import { collection, defineModel, index } from "@modelvault/models";',
    ...imports,
    `const Model = defineModel("m${number}", ${object([key, ...fields].join(", "))}, {`,
    `  primaryKey: "id", generate: "uuidv7", indexes: [index("${name(0)}"), index("${name(7)}.home.city")],`,
    "});",
    "export function use(db: Database): unknown {",
    "  const rows = collection(db, Model);",
    "  const row = rows.all()[0];",
    `  if (row !== undefined) rows.put({ ...row, ${name(0)}: "x" });`,
    `  rows.update("k", { ${name(1)}: 5, ${name(7)}: { home: { city: "c" } } });`,
    `  rows.where("${name(4)}", ">", new Date()).where((is) => is.or(is("${name(3)}", "=", "a"), is("${name(7)}.born", "isNull"))).count();`,
    `  return rows.orderBy("${name(7)}.name").select("${name(0)}", "${name(7)}.home.city", "${name(9)}").limit(5).all();`,
    "}",
  ].join("\n");
}
