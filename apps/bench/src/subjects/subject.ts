/**
 * What is measured: a database that holds cities, behind one small interface, so that every scenario asks every
 * subject for the same work. Answers are whole rows, as plain objects with their nested location, for those are what
 * an application goes on with; a subject that stores something else builds them.
 */
import type { City } from "../data/cities.ts";
import type { AsyncOpening } from "./async/async-subject.ts";

/** Writes may finish later (some peers write on a thread of their own); what they wrote counts once they have. */
export type Done = void | Promise<void>;

/** Rows of a page by (population, id), and whatever the subject needs to find the following page. */
export interface Page {
  readonly rows: readonly City[];
  readonly next: unknown;
}

export interface Change {
  readonly id: number;
  readonly population: number;
}

/** One open database. `id` is the primary key; country and population have plain indexes. */
export interface Subject {
  /** Stores new rows in one transaction. */
  insert(rows: Iterable<City>): Done;
  /** Stores one new row in a transaction of its own: durable, where the subject is, when this is done. */
  commit(row: City): Done;
  get(id: number): City | undefined;
  /** Rows of one population, by id, through the index. */
  equal(population: number): City[];
  /** The first rows with `low` ≤ population < `high`, by (population, id). */
  range(low: number, high: number, limit: number): City[];
  /** Hands every row to `visit`, by id, one by one. */
  scan(visit: (row: City) => void): void;
  /** How many rows a country has, through the index. */
  count(country: string): number;
  /** The first page by (population, id), or the one behind another. */
  page(size: number, after?: unknown): Page;
  /** Sets populations in one transaction; the index follows. */
  update(changes: readonly Change[]): Done;
  /** Removes rows in one transaction. */
  delete(ids: readonly number[]): Done;
  /** What a vault file does to open faster or take less room. */
  maintain?(what: "checkpoint" | "compact"): void;
  close(): Done;
}

/** Says whether a row is right, without storing it. */
export type Validator = (row: City) => boolean;

/** A subject as the list of subjects knows it, not yet open. */
export interface SubjectKind {
  readonly name: string;
  /** Ours is compared with the others. */
  readonly ours: boolean;
  /** A commit survives the end of the process and of the machine. */
  readonly durable: boolean;
  /** What it stores can be opened again. */
  readonly persistent: boolean;
  /** It is a vault in one file. */
  readonly vaultFile?: boolean;
  /** Every row is checked against its schema as it is stored. */
  readonly validates: boolean;
  /** How it is used here, in a few words. */
  readonly about: string;
  /** Why it cannot take part, if that is known without trying. */
  readonly missing?: string;
  /** Loads its code and gives the versions of what is measured, by package name. @throws when it is not installed */
  versions(): Readonly<Record<string, string>>;
  /** Opens the database in a folder that is its own. */
  readonly open?: (folder: string) => Subject | Promise<Subject>;
  /** Its database for callers that must not be held up. */
  readonly asynchronous?: AsyncOpening;
  /** Its validation alone. */
  readonly validator?: () => Validator;
}
