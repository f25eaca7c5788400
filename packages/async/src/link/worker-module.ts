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

/** What every worker of this package starts with. */
export const WORKER_ENTRY: URL = new URL(
  workerModule(import.meta.url).replace(/\/link\/worker-module\.(js|ts)$/, "/worker/entry.$1"),
);

/** The condition under which packages of this repository are resolved to their sources. */
const SOURCES = "modelvault-source";

/** Node options of workers that were given none: those of this process, but for what would lead to sources. */
export const WORKER_EXEC_ARGV: readonly string[] = process.execArgv.filter(
  (option, at, options) =>
    option !== `--conditions=${SOURCES}` &&
    !(option === SOURCES && /^(-C|--conditions)$/.test(options[at - 1] ?? "")) &&
    !(/^(-C|--conditions)$/.test(option) && options[at + 1] === SOURCES),
);
