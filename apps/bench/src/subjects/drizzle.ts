/**
 * Drizzle on better-sqlite3, every query prepared with placeholders, as its page on performance says. It has no
 * iterator for SQLite, so a scan reads all rows at once.
 */
import { join } from "node:path";
import type { City } from "../data/cities.ts";
import { peer, peerVersion } from "../peers.ts";
import { type Connection, connect } from "./better-sqlite3.ts";
import type { Change, Page, Subject, SubjectKind } from "./subject.ts";

/** The part of Drizzle's interface that is used, without its inference of types. */
interface Prepared {
  run(values: object): unknown;
  get(values?: object): unknown;
  all(values?: object): unknown[];
}
interface Building {
  from(table: object): Building;
  where(condition: unknown): Building;
  orderBy(...columns: unknown[]): Building;
  limit(rows: unknown): Building;
  values(row: object): Building;
  set(values: object): Building;
  prepare(): Prepared;
}
interface Drizzle {
  select(fields: object): Building;
  insert(table: object): Building;
  update(table: object): Building;
  delete(table: object): Building;
  transaction(work: () => void): void;
}
type Column = { notNull(): Column; primaryKey(): Column };
type Make = (...columns: unknown[]) => unknown;
interface Operators {
  readonly sql: ((text: TemplateStringsArray, ...values: unknown[]) => unknown) & {
    placeholder(name: string): unknown;
  };
  readonly eq: Make;
  readonly gte: Make;
  readonly lt: Make;
  readonly and: Make;
  readonly count: Make;
}
interface Tables {
  sqliteTable(name: string, columns: Record<string, Column>): Record<string, unknown>;
  integer(name: string): Column;
  text(name: string): Column;
  real(name: string): Column;
}

export class DrizzleSubject implements Subject {
  readonly #connection: Connection;
  readonly #db: Drizzle;
  readonly #queries: ReturnType<typeof prepareAll>;

  constructor(path: string) {
    const { drizzle } = peer<{ drizzle(config: object): Drizzle }>("drizzle-orm/better-sqlite3");
    this.#connection = connect(path);
    this.#db = drizzle({ client: this.#connection });
    this.#queries = prepareAll(this.#db);
  }

  insert(rows: Iterable<City>): void {
    this.#db.transaction(() => {
      for (const row of rows) this.commit(row);
    });
  }

  commit(row: City): void {
    const { location, ...flat } = row;
    this.#queries.insert.run({ ...flat, lat: location.lat, lon: location.lon });
  }

  get(id: number): City | undefined {
    return this.#queries.get.get({ id }) as City | undefined;
  }

  equal(population: number): City[] {
    return this.#queries.equal.all({ population }) as City[];
  }

  range(low: number, high: number, limit: number): City[] {
    return this.#queries.range.all({ low, high, limit }) as City[];
  }

  scan(visit: (row: City) => void): void {
    for (const row of this.#queries.scan.all()) visit(row as City);
  }

  count(country: string): number {
    return (this.#queries.count.get({ country }) as { rows: number }).rows;
  }

  page(size: number, after?: unknown): Page {
    const { firstPage, nextPage } = this.#queries;
    const last = after as City | undefined;
    const rows = (
      last === undefined
        ? firstPage.all({ size })
        : nextPage.all({ population: last.population, id: last.id, size })
    ) as City[];
    return { rows, next: rows.at(-1) };
  }

  update(changes: readonly Change[]): void {
    this.#db.transaction(() => {
      for (const change of changes) this.#queries.update.run(change);
    });
  }

  delete(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#queries.delete.run({ id });
    });
  }

  close(): void {
    this.#connection.close();
  }
}

function prepareAll(db: Drizzle) {
  const { sql, eq, gte, lt, and, count } = peer<Operators>("drizzle-orm");
  const { sqliteTable, integer, text, real } = peer<Tables>("drizzle-orm/sqlite-core");
  const cities = sqliteTable("cities", {
    id: integer("id").primaryKey(),
    name: text("name").notNull(),
    country: text("country").notNull(),
    featureCode: text("featureCode").notNull(),
    adminCode: text("adminCode").notNull(),
    muni: text("muni"),
    population: integer("population").notNull(),
    lat: real("lat").notNull(),
    lon: real("lon").notNull(),
  });
  const { id, name, country, featureCode, adminCode, muni, population, lat, lon } = cities;
  const fields = { id, name, country, featureCode, adminCode, muni, population, location: { lat, lon } };
  const given = sql.placeholder;
  const select = (): Building => db.select(fields).from(cities);
  const values = Object.fromEntries(Object.keys(cities).map((column) => [column, given(column)]));
  const position = sql`(${population}, ${id}) > (${given("population")}, ${given("id")})`;
  return {
    insert: db.insert(cities).values(values).prepare(),
    get: select()
      .where(eq(id, given("id")))
      .prepare(),
    equal: select()
      .where(eq(population, given("population")))
      .prepare(),
    range: select()
      .where(and(gte(population, given("low")), lt(population, given("high"))))
      .orderBy(population, id)
      .limit(given("limit"))
      .prepare(),
    scan: select().orderBy(id).prepare(),
    count: db
      .select({ rows: count() })
      .from(cities)
      .where(eq(country, given("country")))
      .prepare(),
    firstPage: select().orderBy(population, id).limit(given("size")).prepare(),
    nextPage: select().where(position).orderBy(population, id).limit(given("size")).prepare(),
    update: db
      .update(cities)
      .set({ population: sql`${given("population")}` })
      .where(eq(id, given("id")))
      .prepare(),
    delete: db
      .delete(cities)
      .where(eq(id, given("id")))
      .prepare(),
  };
}

export const drizzle: SubjectKind = {
  name: "drizzle",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "on better-sqlite3, prepared",
  versions() {
    peer("drizzle-orm/better-sqlite3");
    return { "drizzle-orm": peerVersion("drizzle-orm") };
  },
  open: (folder) => new DrizzleSubject(join(folder, "cities.db")),
};
