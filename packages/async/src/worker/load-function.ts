/** Functions that a module exports, for a worker to call: drivers, and what callers want to run beside the data. */
import { ModelVaultError } from "@modelvault/core";

export type Loaded = (...args: readonly unknown[]) => unknown;

/** Names of the arguments that say what to load, for errors. */
export interface LoadedFrom {
  readonly module: string;
  readonly name: string;
}

/** @throws argument_invalid where there is no such module, it cannot be loaded, or it exports no such function */
export async function loadFunction(moduleUrl: string, name: string, from: LoadedFrom): Promise<Loaded> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(moduleUrl);
  } catch (cause) {
    const expected = "the URL of a module that a worker can load";
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelVaultError(
      "argument_invalid",
      `${from.module} must be ${expected}, not ${moduleUrl}: ${reason} (A bundler must leave it out, for a worker finds it by its URL; a loader that it needs is an option of the worker: execArgv.)`,
      { argument: from.module, expected, actual: moduleUrl },
      { cause },
    );
  }
  const found = module[name];
  if (typeof found === "function") return found as Loaded;
  throw new ModelVaultError(
    "argument_invalid",
    `${from.name} must be the name of a function that ${moduleUrl} exports, not ${JSON.stringify(name)}.`,
    { argument: from.name, expected: "the name of an exported function", actual: name },
  );
}
