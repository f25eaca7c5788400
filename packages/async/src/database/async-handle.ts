/** What a database, a transaction and a view have in common, awaited. */
import type {
  CheckOptions,
  CollectionDescriptor,
  Drop,
  IntegerMode,
  MaintenanceProgress,
  Registration,
  Renaming,
  Row,
  SchemaDescription,
  Value,
  VersionCheck,
  VersionDescriptor,
  VersionOptions,
} from "@modelvault/core";
import { argumentInvalid } from "@modelvault/core";
import { workerModule } from "../link/worker-module.ts";
import type { CallOptions, CallSite, Sending } from "../transaction/call-site.ts";
import type { Shown } from "../worker/showing.ts";
import { AsyncCollection } from "./async-collection.ts";
import { inContext } from "./caller-function.ts";
import { checkCallOptions } from "./options.ts";

/** By this the synchronous functions of `@modelvault/models` know what they cannot work with, also where a package is loaded twice. */
export const ASYNC_HANDLE: symbol = Symbol.for("modelvault.async-handle");

/** Reading side of every handle. */
export abstract class AsyncReadHandle {
  static {
    Object.defineProperty(AsyncReadHandle.prototype, ASYNC_HANDLE, { value: true });
  }

  /** Where calls of this handle go. Not for user code. */
  protected readonly site: CallSite;

  constructor(site: CallSite) {
    this.site = site;
  }

  /** Rows of one collection. Whether there is one is found out by its first call. `integers` as in the synchronous API. */
  collection<R extends object = Row>(
    name: string,
    options: { readonly integers?: IntegerMode } = {},
  ): AsyncCollection<R> {
    return new AsyncCollection<R>(this.site, name, options?.integers);
  }

  /** Names of all collections, in the order of their creation. */
  async collectionNames(options?: CallOptions): Promise<string[]> {
    return (await this.readCall("collectionNames", [], options)) as string[];
  }

  /** Whether there is a collection of this name. */
  async hasCollection(name: string, options?: CallOptions): Promise<boolean> {
    return (await this.readCall("hasCollection", [name], options)) as boolean;
  }

  /** The schema of a collection, as descriptors. Rejects with collection_unknown. */
  async schema(name: string, options?: CallOptions): Promise<SchemaDescription> {
    return (await this.readCall("schema", [name], options)) as SchemaDescription;
  }

  /** A hash of the names and schemas of all collections. */
  async schemaHash(options?: CallOptions): Promise<string> {
    return (await this.readCall("schemaHash", [], options)) as string;
  }

  /** The dry run of `registerVersion`; the functions of the options run in the caller's thread. */
  async checkVersion(
    name: string,
    descriptor: VersionDescriptor,
    options: CheckOptions & CallOptions = {},
  ): Promise<VersionCheck> {
    const { signal, rewrite, onRow, ...how } = optionsOf(options);
    const rewrites = typeof rewrite === "function";
    const shows = typeof onRow === "function";
    const plain = { ...how, ...asGiven("rewrite", rewrite), ...asGiven("onRow", onRow) };
    if (!rewrites && !shows)
      return (await this.readCall("checkVersion", [name, descriptor, plain], { signal })) as VersionCheck;
    const sending: Sending = {
      ...checkCallOptions({ signal }),
      integers: (how as CheckOptions).integers ?? this.site.integers,
      ...(rewrites
        ? { apply: rewriter(rewrite as Rewrite, "checkVersion", (await this.schema(name)).primaryKey) }
        : {}),
      ...(shows ? { progress: shownTo(onRow as (row: Row, key: Value) => void) } : {}),
    };
    const args = [name, descriptor, plain, { rewrites, shows }];
    return (await this.site.call("checkVersionBy", "read", args, sending)) as VersionCheck;
  }

  /** The bytes that were noted under a key. */
  async note(key: string, options?: CallOptions): Promise<Uint8Array | undefined> {
    return (await this.readCall("note", [key], options)) as Uint8Array | undefined;
  }

  /** Keys and bytes of all notes whose keys begin with a prefix. */
  async notes(prefix: string = "", options?: CallOptions): Promise<[key: string, value: Uint8Array][]> {
    return (await this.readCall("notes", [prefix], options)) as [string, Uint8Array][];
  }

  protected async readCall(
    op: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.site.call(op, "read", args, checkCallOptions(options));
  }
}

/** Reading and writing side. */
export abstract class AsyncWriteHandle extends AsyncReadHandle {
  /** Creates a collection. Registering the same schema again changes nothing, so this can stand at every start. */
  async register(descriptor: CollectionDescriptor, options?: CallOptions): Promise<Registration> {
    return (await this.writeCall("register", [descriptor], options)) as Registration;
  }

  /**
   * Gives a collection a new schema version, as in the synchronous API. A `rewrite` function runs in the caller's thread, on some
   * hundred rows at a time, while the engine waits in the middle of the change; `onProgress` is told there too.
   */
  async registerVersion(
    name: string,
    descriptor: VersionDescriptor,
    options: VersionOptions & CallOptions = {},
  ): Promise<Registration> {
    const { signal, rewrite, onProgress, ...how } = optionsOf(options);
    const sending: Sending = {
      ...checkCallOptions({ signal }),
      ...(typeof onProgress === "function"
        ? { progress: onProgress as (progress: MaintenanceProgress) => void }
        : {}),
    };
    const told = sending.progress !== undefined;
    // A callback that throws is known here only when all is done, so that there must be something to roll back.
    const change = async (op: string, how: object, asking: Sending): Promise<Registration> => {
      const go = (site: CallSite): Promise<unknown> =>
        site.call(op, "write", [name, descriptor, how, told], asking);
      return (await (told ? this.site.apart(go, {}) : go(this.site))) as Registration;
    };
    if (typeof rewrite !== "function") {
      const plain = {
        ...how,
        ...(rewrite === undefined ? {} : { rewrite }),
        ...(told || onProgress === undefined ? {} : { onProgress }),
      };
      return change("registerVersion", plain, sending);
    }
    const { integers } = how as VersionOptions;
    const { primaryKey } = await this.schema(name);
    return change("registerVersionBy", how, {
      ...sending,
      integers: integers ?? this.site.integers,
      apply: rewriter(rewrite as Rewrite, "registerVersion", primaryKey),
    });
  }

  /**
   * Runs a function that a module exports in the engine's own thread, as one transaction: `run(tx, ...args)`, with the synchronous API. For work that looks at many rows, and for
   * functions that are to run beside the data: a plan with functions of rows, say. Arguments and result are plain data; the function is synchronous.
   *
   * @example
   * await db.run(new URL("./recount.js", import.meta.url), "recount", ["books"]);
   */
  async run<T = unknown>(
    module: URL | string,
    name: string,
    args: readonly unknown[] = [],
    options?: CallOptions,
  ): Promise<T> {
    const url = String(module);
    if (!URL.canParse(url)) throw argumentInvalid("module", "the URL of a module", module);
    if (typeof name !== "string")
      throw argumentInvalid("name", "the name of a function that the module exports", name);
    if (!Array.isArray(args)) throw argumentInvalid("args", "a list of arguments", args);
    return (await this.writeCall("run", [workerModule(url), name, args], options)) as T;
  }

  /** Calls a collection by another name. */
  async renameCollection(from: string, to: string, options?: CallOptions): Promise<Renaming> {
    return (await this.writeCall("renameCollection", [from, to], options)) as Renaming;
  }

  /** Removes a collection with all its rows. */
  async dropCollection(name: string, options?: CallOptions): Promise<Drop> {
    return (await this.writeCall("dropCollection", [name], options)) as Drop;
  }

  /** Keeps bytes under a key, beside the collections; `undefined` removes them. */
  async setNote(key: string, value: Uint8Array | undefined, options?: CallOptions): Promise<void> {
    await this.writeCall("setNote", [key, value], options);
  }

  protected async writeCall(
    op: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.site.call(op, "write", args, checkCallOptions(options));
  }
}

/** @throws argument_invalid */
function optionsOf<T extends object>(
  options: T,
): T & { readonly rewrite?: unknown; readonly onRow?: unknown; readonly onProgress?: unknown } {
  if (typeof options === "object" && options !== null) return options;
  throw argumentInvalid("options", "an object", options);
}

/** An option that is no function, for the engine to judge. */
function asGiven(name: string, value: unknown): object {
  return value === undefined || typeof value === "function" ? {} : { [name]: value };
}

/** Takes batches of rows for a function of one. */
function shownTo(look: (row: Row, key: Value) => void): (rows: never) => void {
  const shown = inContext(look, "options.onRow", "checkVersion");
  return (rows: readonly Shown[]) => {
    for (const [row, key] of rows) shown(row, key);
  };
}

/** A function of a row and its key, as the caller gives it. */
type Rewrite = (row: Row, key: Value) => Row;

/** A rewrite function of rows and their keys, as one of rows. */
function rewriter(rewrite: Rewrite, call: string, primaryKey: string): (row: Row) => unknown {
  const rewritten = inContext(rewrite, "options.rewrite", call);
  return (row) => rewritten(row, row[primaryKey] as Value);
}
