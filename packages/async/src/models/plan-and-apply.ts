/**
 * Plans and their application on an asynchronous database. Both are those of the synchronous API: what they ask of the vault is read
 * first; what applying does to it is noted, then done, all of it in one transaction.
 */
import type {
  CollectionDescriptor,
  SchemaDescription,
  Transaction,
  VersionDescriptor,
  VersionOptions,
} from "@modelvault/core";
import { argumentInvalid } from "@modelvault/core";
import {
  type Applied,
  type ApplyOptions,
  apply,
  type Model,
  type Plan,
  type PlanOptions,
  plan,
} from "@modelvault/models";
import type { AsyncDatabase } from "../database/async-database.ts";
import type { AsyncReadHandle } from "../database/async-handle.ts";
import { AsyncTransaction } from "../database/async-transaction.ts";
import type { AsyncTransactionOptions } from "../database/options.ts";

type FactParts = [
  schemas: ReadonlyMap<string, SchemaDescription>,
  notes: readonly (readonly [string, Uint8Array])[],
  counts: ReadonlyMap<string, number>,
];

/** What plans look at, read at one moment. */
class VaultFacts {
  readonly #schemas: ReadonlyMap<string, SchemaDescription>;
  readonly #notes: readonly (readonly [string, Uint8Array])[];
  readonly #counts: ReadonlyMap<string, number>;

  constructor(...[schemas, notes, counts]: FactParts) {
    this.#schemas = schemas;
    this.#notes = notes;
    this.#counts = counts;
  }

  /** Reads them into what is made of them. */
  static async read<T extends VaultFacts>(
    db: AsyncReadHandle,
    Facts: new (...parts: FactParts) => T,
  ): Promise<T> {
    const names = await db.collectionNames();
    const [schemas, counts, notes] = await Promise.all([
      Promise.all(names.map((name) => db.schema(name))),
      Promise.all(names.map((name) => db.collection(name).count())),
      db.notes(),
    ]);
    return new Facts(
      new Map(schemas.map((schema) => [schema.name, schema])),
      notes,
      new Map(names.map((name, at) => [name, counts[at] ?? 0])),
    );
  }

  collectionNames(): string[] {
    return [...this.#schemas.keys()];
  }

  hasCollection(name: string): boolean {
    return this.#schemas.has(name);
  }

  schema(name: string): SchemaDescription {
    const schema = this.#schemas.get(name);
    if (schema === undefined) throw argumentInvalid("name", "the name of a collection", name);
    return schema;
  }

  notes(prefix: string = ""): [string, Uint8Array][] {
    return this.#notes.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, value]);
  }

  note(key: string): Uint8Array | undefined {
    return this.#notes.find(([each]) => each === key)?.[1];
  }

  collection(name: string): { count(): number } {
    return { count: () => this.#counts.get(name) ?? 0 };
  }
}

/** Answers as a transaction does, and notes what it is told to do. */
class Notebook extends VaultFacts {
  readonly steps: ((tx: AsyncTransaction) => Promise<unknown>)[] = [];

  transaction<T>(work: (tx: this) => T): T {
    return work(this);
  }

  dropCollection(name: string): void {
    this.steps.push((tx) => tx.dropCollection(name));
  }

  renameCollection(from: string, to: string): void {
    this.steps.push((tx) => tx.renameCollection(from, to));
  }

  register(descriptor: CollectionDescriptor): void {
    this.steps.push((tx) => tx.register(descriptor));
  }

  registerVersion(name: string, descriptor: VersionDescriptor, options: VersionOptions): void {
    this.steps.push((tx) => tx.registerVersion(name, descriptor, options));
  }

  setNote(key: string, value: Uint8Array | undefined): void {
    this.steps.push((tx) => tx.setNote(key, value));
  }
}

/**
 * What has to happen for the vault to have the collections of these models, as `plan` of the synchronous API.
 *
 * @example
 * const changes = await asyncPlan(db, [Book, Author]);
 * console.log(String(changes));
 */
export async function asyncPlan(
  db: AsyncDatabase | AsyncTransaction,
  models: readonly Model[],
  options?: PlanOptions,
): Promise<Plan> {
  checkHandle(db);
  const facts =
    db instanceof AsyncTransaction
      ? await VaultFacts.read(db, VaultFacts)
      : await db.read((view) => VaultFacts.read(view, VaultFacts));
  return plan(facts, models, options);
}

/**
 * Applies a plan in one transaction, as `apply` of the synchronous API. Functions of rows run in the caller's thread, some hundred rows at a time, while
 * the engine waits in the middle of the change. Without `timeoutMs` it may take as long as it takes.
 */
export async function asyncApply(
  db: AsyncDatabase | AsyncTransaction,
  changes: Plan,
  options: ApplyOptions = {},
  limits: AsyncTransactionOptions = {},
): Promise<Applied> {
  checkHandle(db);
  const work = async (tx: AsyncTransaction): Promise<Applied> => {
    const notebook = await VaultFacts.read(tx, Notebook);
    // It reads, and tells what is to be done, through nothing but what a notebook has.
    const applied = apply(notebook as unknown as Transaction, changes, options);
    for (const step of notebook.steps) await step(tx);
    return applied;
  };
  // All or nothing anyway: without savepoints, any number of rows can be rewritten.
  return db.transaction(work, {
    timeoutMs: Number.POSITIVE_INFINITY,
    ...limits,
    ...(db instanceof AsyncTransaction ? {} : { savepoints: false }),
  });
}

function checkHandle(db: unknown): void {
  if (typeof (db as Partial<AsyncDatabase> | null | undefined)?.transaction !== "function")
    throw argumentInvalid("db", "an asynchronous database or a transaction", db);
}
