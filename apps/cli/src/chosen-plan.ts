/** The plan a command works with: one from a file, or a fresh one from the models. */
import { readFileSync } from "node:fs";
import type { Database } from "@modelvault/core";
import { type Plan, plan, planFromJson } from "@modelvault/models";
import { type Arguments, flag, messageOf, text } from "./command.ts";
import { CommandError, EXIT } from "./exit-codes.ts";
import { loadModels } from "./models-module.ts";

export const PLAN_OPTION = {
  plan: { type: "string", value: "file", help: "a plan that plan --out wrote, in place of a new one" },
} as const;

export const VALIDATE_OPTION = {
  "no-validate-rows": {
    type: "boolean",
    help: "let rows stay that only their model refuses, by rules that the engine cannot keep",
  },
} as const;

export function validateRows(args: Arguments): { readonly validateRows: boolean } {
  return { validateRows: !flag(args, "no-validate-rows") };
}

/** Loads what is needed, then makes the plan once the vault is open. @throws CommandError */
export async function choosePlan(args: Arguments): Promise<(db: Database) => Plan> {
  const file = text(args, "plan");
  if (file === undefined) {
    const { models, options } = await loadModels(args);
    return (db) => plan(db, models, options);
  }
  if (text(args, "models") === undefined) {
    const planned = planFromJson(readText(file));
    return () => planned;
  }
  // The models' own functions and defaults, where the plan needs them.
  const { models, options } = await loadModels(args);
  const { allowDrop: _reviewedAlready, ...functions } = options;
  const planned = planFromJson(readText(file), { ...functions, models });
  return () => planned;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(EXIT.missing, `the plan "${file}" cannot be read: ${messageOf(error)}`);
  }
}
