/** Functions that a module exports, for a worker to call: drivers, and what callers want to run beside the data. */
import { ModelVaultError } from "@modelvault/core";

export type Loaded = (...args: readonly unknown[]) => unknown;

/** @throws argument_invalid, and what loading the module throws */
export async function loadFunction(moduleUrl: string, name: string, argument: string): Promise<Loaded> {
  const module = (await import(moduleUrl)) as Readonly<Record<string, unknown>>;
  const found = module[name];
  if (typeof found === "function") return found as Loaded;
  throw new ModelVaultError(
    "argument_invalid",
    `${argument} must be the name of a function that ${moduleUrl} exports, not ${JSON.stringify(name)}.`,
    { argument, expected: "the name of an exported function", actual: name },
  );
}
