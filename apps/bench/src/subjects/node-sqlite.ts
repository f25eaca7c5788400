/** node:sqlite, Node's own binding, where Node has it: the same statements as for better-sqlite3, all prepared. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { City } from "../data/cities.ts";
import { CREATE_TABLE, columnsOf, type FlatCity, fromFlat, PRAGMAS, SQL } from "./sql.ts";
import type { Change, Page, Subject, SubjectKind } from "./subject.ts";

interface Statement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  iterate(...values: unknown[]): IterableIterator<unknown>;
}
interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export class NodeSqliteSubject implements Subject {
  readonly #connection: Connection;
  readonly #statements: Record<keyof typeof SQL, Statement>;

  constructor(path: string) {
    const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite") as {
      DatabaseSync: new (path: string) => Connection;
    };
    this.#connection = new DatabaseSync(path);
    for (const pragma of PRAGMAS) this.#connection.exec(`PRAGMA ${pragma}`);
    this.#connection.exec(CREATE_TABLE);
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, this.#connection.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, Statement>;
  }

  insert(rows: Iterable<City>): void {
    this.#transaction(() => {
      for (const row of rows) this.commit(row);
    });
  }

  commit(row: City): void {
    this.#statements.insert.run(...columnsOf(row));
  }

  get(id: number): City | undefined {
    const row = this.#statements.get.get(id) as FlatCity | undefined;
    return row === undefined ? undefined : fromFlat(row);
  }

  equal(population: number): City[] {
    return (this.#statements.equal.all(population) as FlatCity[]).map(fromFlat);
  }

  range(low: number, high: number, limit: number): City[] {
    return (this.#statements.range.all(low, high, limit) as FlatCity[]).map(fromFlat);
  }

  scan(visit: (row: City) => void): void {
    for (const row of this.#statements.scan.iterate()) visit(fromFlat(row as FlatCity));
  }

  count(country: string): number {
    return (this.#statements.count.get(country) as { "count(*)": number })["count(*)"];
  }

  page(size: number, after?: unknown): Page {
    const { firstPage, nextPage } = this.#statements;
    const last = after as City | undefined;
    const found = last === undefined ? firstPage.all(size) : nextPage.all(last.population, last.id, size);
    const rows = (found as FlatCity[]).map(fromFlat);
    return { rows, next: rows.at(-1) };
  }

  update(changes: readonly Change[]): void {
    this.#transaction(() => {
      for (const { id, population } of changes) this.#statements.update.run(population, id);
    });
  }

  delete(ids: readonly number[]): void {
    this.#transaction(() => {
      for (const id of ids) this.#statements.delete.run(id);
    });
  }

  close(): void {
    this.#connection.close();
  }

  #transaction(work: () => void): void {
    this.#connection.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#connection.exec("COMMIT");
    } catch (error) {
      this.#connection.exec("ROLLBACK");
      throw error;
    }
  }
}

export const nodeSqlite: SubjectKind = {
  name: "node:sqlite",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "WAL, synchronous = FULL, prepared",
  versions() {
    const sqlite = process.versions.sqlite;
    createRequire(import.meta.url)("node:sqlite");
    return sqlite === undefined ? {} : { "SQLite of node:sqlite": sqlite };
  },
  open: (folder) => new NodeSqliteSubject(join(folder, "cities.db")),
};
