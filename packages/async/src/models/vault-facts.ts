/**
 * What plans look at, read at one moment, so that the functions of the synchronous API can work on it: they read from these facts, and what they would do to the vault is
 * noted, to be done afterwards.
 */
import {
  argumentInvalid,
  type CollectionDescriptor,
  collectionNoteKey,
  type Database,
  type Row,
  type SchemaDescription,
  type Transaction,
  type VersionDescriptor,
  type VersionOptions,
} from "@modelvault/core";
import type { AsyncReadHandle } from "../database/async-handle.ts";
import type { AsyncTransaction } from "../database/async-transaction.ts";

interface Facts {
  readonly schemas: ReadonlyMap<string, SchemaDescription>;
  readonly notes: Map<string, Uint8Array>;
  readonly counts: ReadonlyMap<string, number>;
}

async function readFacts(db: AsyncReadHandle): Promise<Facts> {
  const names = await db.collectionNames();
  const [schemas, counts, notes] = await Promise.all([
    Promise.all(names.map((name) => db.schema(name))),
    Promise.all(names.map((name) => db.collection(name).count())),
    db.notes(),
  ]);
  return {
    schemas: new Map(schemas.map((schema) => [schema.name, schema])),
    notes: new Map(notes),
    counts: new Map(names.map((name, at) => [name, counts[at] ?? 0])),
  };
}

/** Answers as a reading handle does, as far as plans ask. */
export class VaultFacts {
  protected readonly facts: Facts;

  /** Without facts: those of an empty vault. */
  constructor(facts: Facts = { schemas: new Map(), notes: new Map(), counts: new Map() }) {
    this.facts = facts;
  }

  static async read(db: AsyncReadHandle): Promise<VaultFacts> {
    return new VaultFacts(await readFacts(db));
  }

  collectionNames(): string[] {
    return [...this.facts.schemas.keys()];
  }

  hasCollection(name: string): boolean {
    return this.facts.schemas.has(name);
  }

  schema(name: string): SchemaDescription {
    const schema = this.facts.schemas.get(name);
    if (schema === undefined) throw argumentInvalid("name", "the name of a collection", name);
    return schema;
  }

  notes(prefix: string = ""): [string, Uint8Array][] {
    return [...this.facts.notes].filter(([key]) => key.startsWith(prefix));
  }

  note(key: string): Uint8Array | undefined {
    return this.facts.notes.get(key);
  }

  collection(name: string): { count(): number } {
    return { count: () => this.facts.counts.get(name) ?? 0 };
  }
}

const OWN_PREFIX = "modelvault/";

/** Answers as a transaction does, and notes what it is told to do. */
export class Notebook extends VaultFacts {
  readonly #steps: ((tx: AsyncTransaction) => Promise<unknown>)[] = [];

  static override async read(db: AsyncReadHandle): Promise<Notebook> {
    return new Notebook(await readFacts(db));
  }

  /** For functions of the synchronous API: they reach a handle through nothing but what a notebook has. */
  get handle(): Database & Transaction {
    return asHandle(this);
  }

  /** Whether there is nothing to do. */
  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** Does what was noted. Rejects with what the engine refuses. */
  async carryOut(tx: AsyncTransaction): Promise<void> {
    for (const step of this.#steps) await step(tx);
  }

  transaction<T>(work: (tx: this) => T): T {
    return work(this);
  }

  dropCollection(name: string): void {
    this.#moveNotes(name, undefined);
    this.#steps.push((tx) => tx.dropCollection(name));
  }

  renameCollection(from: string, to: string): void {
    this.#moveNotes(from, to);
    this.#steps.push((tx) => tx.renameCollection(from, to));
  }

  register(descriptor: CollectionDescriptor): void {
    this.#steps.push((tx) => tx.register(descriptor));
  }

  registerVersion(name: string, descriptor: VersionDescriptor, options: VersionOptions): void {
    this.#steps.push((tx) => tx.registerVersion(name, descriptor, options));
  }

  setNote(key: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.facts.notes.delete(key);
    else this.facts.notes.set(key, value);
    this.#steps.push((tx) => tx.setNote(key, value));
  }

  /** Shows every row of a collection, integers exact, in the order of the keys, and says when that was all. */
  visitRows(name: string, look: (row: Row) => void, done: () => void): void {
    this.#steps.push(async (tx) => {
      for await (const row of tx.collection<Row>(name, { integers: "exact" }).iterate()) look(row);
      done();
    });
  }

  /** The notes of a collection go along with it, as in the vault. */
  #moveNotes(from: string, to: string | undefined): void {
    const { notes } = this.facts;
    for (const [key, value] of [...notes]) {
      if (!key.startsWith(OWN_PREFIX)) continue;
      const what = key.slice(OWN_PREFIX.length).split("/")[0] ?? "";
      if (key !== collectionNoteKey(what, from)) continue;
      notes.delete(key);
      if (to !== undefined) notes.set(collectionNoteKey(what, to), value);
    }
  }
}

/** Whatever more a handle has, nobody reaches for it. */
function asHandle(notebook: unknown): Database & Transaction {
  return notebook as Database & Transaction;
}
