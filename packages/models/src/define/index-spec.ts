/** Indexes as a model's options name them. */
import { refuseUnknownOptions } from "@modelvault/core";
import { argumentInvalid } from "./arguments.ts";

export interface IndexSpec<Path extends string = string> {
  /** Dotted path to a single comparable value. */
  readonly path: Path;
  readonly unique: boolean;
  /** Default: the path followed by `_idx` or `_unique`. */
  readonly name?: string;
}

export interface IndexSpecOptions {
  readonly name?: string;
}

/** @throws argument_invalid */
function indexSpec<const Path extends string>(
  path: Path,
  unique: boolean,
  options: IndexSpecOptions,
): IndexSpec<Path> {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw argumentInvalid("options", "an object with name", options);
  refuseUnknownOptions(options, ["name"]);
  const { name } = options;
  return name === undefined ? { path, unique } : { path, unique, name };
}

/** An index on a field, for queries and order: `index("author.name")`. */
export function index<const Path extends string>(
  path: Path,
  options: IndexSpecOptions = {},
): IndexSpec<Path> {
  return indexSpec(path, false, options);
}

/** An index that lets no two rows have the same value: `unique("title")`. Rows without a value are free. */
export function unique<const Path extends string>(
  path: Path,
  options: IndexSpecOptions = {},
): IndexSpec<Path> {
  return indexSpec(path, true, options);
}
