/** Indexes as a model's options name them. */

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

/** An index on a field, for queries and order: `index("author.name")`. */
export function index<const Path extends string>(
  path: Path,
  options: IndexSpecOptions = {},
): IndexSpec<Path> {
  return { path, unique: false, ...options };
}

/** An index that lets no two rows have the same value: `unique("title")`. Rows without a value are free. */
export function unique<const Path extends string>(
  path: Path,
  options: IndexSpecOptions = {},
): IndexSpec<Path> {
  return { path, unique: true, ...options };
}
