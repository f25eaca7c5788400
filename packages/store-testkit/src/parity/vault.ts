/**
 * What a program needs of a vault: the engine's `Database`, `Transaction` and `ReadView` have it, and so does the oracle. Arguments
 * are unknown, for programs also hand in what must be refused.
 */

export interface Registered {
  readonly name: string;
  readonly version: number;
  readonly changed: boolean;
}

export interface ParityQuery {
  where(...args: readonly unknown[]): ParityQuery;
  orderBy(path: unknown, direction?: unknown): ParityQuery;
  limit(rows: unknown): ParityQuery;
  offset(rows: unknown): ParityQuery;
  after(cursor: unknown): ParityQuery;
  select(...paths: readonly unknown[]): ParityQuery;
  all(): readonly unknown[];
  first(): unknown;
  one(): unknown;
  count(): number;
  exists(): boolean;
  iterate(): IterableIterator<unknown>;
  page(): { readonly rows: readonly unknown[]; readonly next: string | null };
  delete(): number;
  update(change: unknown): number;
  explain(): { readonly rowsReturned: number };
}

export interface ParityCollection {
  insert(row: unknown): unknown;
  insertMany(rows: unknown): number;
  put(row: unknown): boolean;
  update(key: unknown, change: unknown): unknown;
  delete(key: unknown): boolean;
  get(key: unknown): unknown;
  getOrThrow(key: unknown): unknown;
  getMany(keys: unknown): readonly unknown[];
  has(key: unknown): boolean;
  count(): number;
  query(): ParityQuery;
}

/** The reading side. */
export interface ParityReader {
  collection(name: unknown): ParityCollection;
  collectionNames(): readonly string[];
  hasCollection(name: unknown): boolean;
  schema(name: unknown): unknown;
}

/** The writing side: a database or a transaction. */
export interface ParityWriter extends ParityReader {
  register(descriptor: unknown): Registered;
  registerVersion(name: unknown, descriptor: unknown, options?: unknown): Registered;
  dropCollection(name: unknown): { readonly name: string; readonly rows: number };
  renameCollection(from: unknown, to: unknown): { readonly name: string; readonly changed: boolean };
  transaction(callback: unknown): unknown;
}

export interface ParityVault extends ParityWriter {
  read(callback: unknown): unknown;
  verify(): {
    readonly ok: boolean;
    readonly problems: readonly unknown[];
    readonly indexEntriesChecked: number;
  };
  stats(): {
    readonly collections: readonly {
      readonly name: string;
      readonly version: number;
      readonly rows: number;
      readonly indexes: readonly {
        readonly name: string;
        readonly unique: boolean;
        readonly entries: number;
      }[];
    }[];
  };
  close(): void;
}

/** Opens the place of a program, or opens it again. */
export type OpenVault = (options: unknown) => ParityVault;
