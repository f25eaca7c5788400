/**
 * Where a worker finds its modules. Node before 22.18 runs no TypeScript, so where this package, or a driver, is run from the sources
 * of a package that has been built (as in the tests of this repository), the worker is given what was built of them.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The module to load in a worker for one that is loaded here. */
export function workerModule(url: string): string {
  const source = /^(file:.*)\/src\/(.*)\.ts$/.exec(url);
  if (source === null) return url;
  const built = `${source[1]}/dist/${source[2]}.js`;
  return existsSync(fileURLToPath(built)) ? built : url;
}

/** A module of this package that is loaded in workers. */
export function workerFile(name: string): URL {
  return new URL(
    workerModule(import.meta.url).replace(/\/link\/worker-module\.(js|ts)$/, `/worker/${name}.$1`),
  );
}

/** What every worker of this package starts with. */
export const WORKER_ENTRY: URL = workerFile("entry");

/** The condition under which packages of this repository are resolved to their sources. */
const SOURCES = "modelvault-source";
const LEADS_TO_SOURCES: ReadonlySet<string> = new Set([`-C=${SOURCES}`, `--conditions=${SOURCES}`]);

/** Options that a worker takes for itself; the others are the whole process's, and Node refuses them in a list of a worker's own. */
const OF_WORKERS =
  /^(-[Cr]|--(conditions|require|import|loader|experimental-[a-z-]+|enable-source-maps|no-warnings|no-deprecation|preserve-symlinks(-main)?|trace-[a-z-]+))(=|$)/;
const WITH_VALUE = /^(-[Cr]|--(conditions|require|import|loader|experimental-loader))$/;

/**
 * Node options for a worker in a process that was started with `options`. Undefined: it inherits them, as workers do by themselves.
 * Only where some would lead it to sources, it gets a list of its own.
 */
export function workerExecArgv(options: readonly string[]): string[] | undefined {
  const kept: string[] = [];
  let leadsToSources = false;
  for (let at = 0; at < options.length; at++) {
    const option = options[at] as string;
    const whole = WITH_VALUE.test(option) ? [option, options[++at] ?? ""] : [option];
    if (LEADS_TO_SOURCES.has(whole.join("="))) leadsToSources = true;
    else if (OF_WORKERS.test(option)) kept.push(...whole);
  }
  return leadsToSources ? kept : undefined;
}
