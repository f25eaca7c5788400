/**
 * The module that a program keeps its models in: every model that it exports, and what it says about plans.
 *
 *   export const Book = defineModel("books", …);
 *   export const planOptions = { fill: { "books.language": "en" } };     // optional
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AllowDrop, Model, PlanOptions } from "@modelvault/models";
import { type Arguments, messageOf, text, texts } from "./command.ts";
import { CommandError, EXIT, UsageError } from "./exit-codes.ts";

export interface ModelsModule {
  readonly models: readonly Model[];
  readonly options: PlanOptions;
}

export const MODEL_OPTIONS = {
  models: {
    type: "string",
    value: "module",
    help: "module that exports the models, and planOptions if need be; TypeScript where Node can load it",
  },
} as const;

export const DROP_OPTIONS = {
  "drop-collection": {
    type: "string",
    multiple: true,
    value: "name",
    help: "a collection that may be dropped",
  },
  "drop-field": {
    type: "string",
    multiple: true,
    value: "books.isbn13",
    help: "a field that may be dropped",
  },
  "drop-index": {
    type: "string",
    multiple: true,
    value: "books.year_idx",
    help: "an index that may be dropped",
  },
} as const;

/** @throws CommandError when --models is missing or leads to no models */
export async function loadModels(args: Arguments): Promise<ModelsModule> {
  const given = text(args, "models");
  if (given === undefined) throw new UsageError("--models is missing: the module that exports the models");
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(resolve(given)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CommandError(
      EXIT.config,
      `the module "${given}" cannot be loaded: ${messageOf(error)}${typeScriptHint(given, error)}`,
    );
  }
  const models = [...new Set(Object.values(loaded).filter(isModel))];
  if (models.length === 0)
    throw new CommandError(EXIT.config, `the module "${given}" exports no model made with defineModel`);
  const options = (loaded.planOptions ?? {}) as PlanOptions;
  if (typeof options !== "object" || Array.isArray(options))
    throw new CommandError(EXIT.config, `the module "${given}" exports planOptions that are no object`);
  return { models, options: { ...options, allowDrop: mergeDrops(options.allowDrop, args) } };
}

/** What keeps Node from loading TypeScript: that it cannot, syntax that is more than types, and imports that only a compiler finds. */
const TYPESCRIPT_TROUBLE: readonly unknown[] = [
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
  "ERR_MODULE_NOT_FOUND",
];

/** What to do about a module of TypeScript that Node does not load by itself. */
function typeScriptHint(path: string, error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (!/\.[cm]?tsx?$/.test(path) || !TYPESCRIPT_TROUBLE.includes(code)) return "";
  return `
Node ${process.versions.node} does not load it as it is. Node from 22.18 on takes TypeScript whose types can be stripped; for any other, install tsx and run
  NODE_OPTIONS="--import tsx" modelvault …
or give the JavaScript that the module is compiled to.`;
}

const DROPS: readonly (readonly [keyof AllowDrop, string])[] = [
  ["collections", "drop-collection"],
  ["fields", "drop-field"],
  ["indexes", "drop-index"],
];

function mergeDrops(declared: AllowDrop | undefined, args: Arguments): AllowDrop {
  // What is declared as something else goes on as it is, for the plan to refuse by name.
  const merged: { -readonly [Key in keyof AllowDrop]: AllowDrop[Key] } = { ...declared };
  for (const [key, option] of DROPS) {
    const [own, given] = [declared?.[key], texts(args, option)];
    if (own === undefined || Array.isArray(own)) merged[key] = [...(own ?? []), ...given];
  }
  return merged;
}

function isModel(value: unknown): value is Model {
  if (typeof value !== "object" || value === null) return false;
  const { name, schema, descriptor } = value as Partial<Model>;
  return typeof name === "string" && schema !== undefined && typeof descriptor === "object";
}
