/**
 * One life of a vault: a model that changes five to ten times, in any of four libraries, with rows written in between, reopened, undone, and perhaps
 * with the power going in the middle of a migration. Beside it a list of rows that each change is done to naively; after each step both say the same.
 */
import { type Database, isModelVaultError } from "@modelvault/core";
import { expect } from "vitest";
import { apply, collection, history, type Model, plan, planFromJson, revert } from "../../src/index.ts";
import { begin, type Evolution, nameAnew, optionsOf } from "./evolution.ts";
import { evolve } from "./evolutions.ts";
import {
  anyLibrary,
  type Item,
  modelOf,
  pick,
  type Random,
  randomFrom,
  type Spec,
} from "./evolving-model.ts";
import { anyKind, itemFits, itemOf, spell } from "./evolving-rows.ts";

// A campaign asks for more: lives of each driver, and the seed of the first. Without one the lives are always the same.
const { MODELVAULT_LIVES, MODELVAULT_SEED } = process.env;
const LIVES = Number(MODELVAULT_LIVES ?? 2);
const SEED = Number(
  MODELVAULT_SEED ?? (MODELVAULT_LIVES === undefined ? 8 : Math.floor(Math.random() * 1e9)),
);
const FAILURES_MAX = 10;

/** Where a vault lives, and how it is opened again. */
export interface Home {
  open(): Database;
  /** A vault that is gone once it is closed. */
  readonly forgets?: boolean;
  /** Applies with the power going somewhere; undefined where nothing but a machine could do that. */
  readonly crash?: (work: (db: Database) => void) => void;
}

type Counts = Map<string, number>;

class Life {
  readonly told: string[] = [];
  readonly #random: Random;
  readonly #home: Home;
  readonly #counts: Counts;
  #db: Database;
  #spec: Spec;
  #model: Model;
  #rows: readonly Item[] = [];
  #last = 0;
  #migrations = 1;

  constructor(random: Random, home: Home, counts: Counts) {
    this.#random = random;
    this.#home = home;
    this.#counts = counts;
    this.#db = home.open();
    nameAnew();
    const fields = ["a", "b", "c"].map((name) => ({
      name,
      kind: anyKind(random, name, 2),
      optional: random() < 0.3,
    }));
    this.#spec = { collection: "things", fields, indexes: [] };
    this.#model = modelOf(this.#spec, anyLibrary(random));
    this.told.push(JSON.stringify(this.#spec));
    apply(this.#db, plan(this.#db, [this.#model]));
  }

  run(): void {
    const steps = 5 + Math.floor(this.#random() * 6);
    for (let step = 0; step < steps; step++) {
      this.#write();
      this.#reopen();
      this.#migrate();
      if (this.#random() < 0.3) this.#reopen();
    }
    this.#db.close();
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #reopen(): void {
    if (this.#home.forgets) return;
    this.#db.close();
    this.#db = this.#home.open();
    this.#compare();
  }

  #compare(): void {
    const rows = collection(this.#db, this.#model).all() as readonly Item[];
    const byId = [...this.#rows].sort((a, b) => Number(a.id) - Number(b.id));
    expect(rows.map(spell)).toEqual(byId.map(spell));
    expect(this.#db.verify().problems).toEqual([]);
    expect(plan(this.#db, [this.#model]).steps).toEqual([]);
    expect(history(this.#db)).toHaveLength(this.#migrations);
  }

  #write(): void {
    const things = collection(this.#db, this.#model);
    for (let count = Math.floor(this.#random() * 4); count > 0; count--) {
      const item = itemOf(this.#random, this.#spec.fields);
      const clash = this.#collides([...this.#rows, { id: -1, ...item }]);
      try {
        const id = things.insert(item as never) as number;
        expect(clash).toBe(false);
        expect(id).toBe(this.#last + 1);
        this.#last = id;
        this.#rows = [...this.#rows, { id, ...item }];
        this.#count("insert");
      } catch (error) {
        if (!isModelVaultError(error, "unique_violation")) throw error;
        expect(clash).toBe(true);
      }
    }
    if (this.#rows.length > 0 && this.#random() < 0.3) {
      const { id } = pick(this.#random, this.#rows);
      expect(things.delete(id as never)).toBe(true);
      this.#rows = this.#rows.filter((row) => row.id !== id);
      this.#count("delete");
    }
  }

  #migrate(): void {
    const e = begin(this.#spec);
    for (let change = 1 + Math.floor(this.#random() * 3); change > 0; change--) evolve(e, this.#random);
    const library = anyLibrary(this.#random);
    this.told.push(`${library}: ${e.told.join("; ")}`);
    const model = modelOf(e.spec, library, {
      renamedFields: e.renamedFields,
      ...(e.renamedFrom === undefined ? {} : { renamedFrom: e.renamedFrom }),
    });
    const options = optionsOf(e);
    const made = plan(this.#db, [model], options);
    const { fill, convert, rewrite } = options;
    const sources = {
      models: [model],
      ...(fill && { fill }),
      ...(convert && { convert }),
      ...(rewrite && { rewrite }),
    };
    const changes = this.#random() < 0.5 ? made : planFromJson(JSON.stringify(made), sources);
    const after = this.#rows.map((row) => e.changes.reduce((item, change) => change(item), row));
    const expected = this.#expected(e, after);
    const blocked = e.blocked && this.#rows.length > 0;
    if (!blocked) expect(changes.check(this.#db).ok).toBe(expected === "applied");
    const before = { spec: this.#spec, model: this.#model, rows: this.#rows };
    const work = (db: Database): void => {
      apply(db, changes);
    };
    let outcome = "applied";
    try {
      if (this.#home.crash !== undefined && this.#random() < 0.7)
        this.#crash(work, model, e, after, expected);
      else work(this.#db);
    } catch (error) {
      if (!isModelVaultError(error)) throw error;
      outcome = error.code;
    }
    this.#count(outcome);
    if (expected !== "applied") {
      expect(outcome).toMatch(
        expected === "invalid" ? /^(migration_row_invalid|unique_violation)$/ : expected,
      );
      this.#compare();
      return;
    }
    expect(outcome).toBe("applied");
    if (!changes.isEmpty) this.#migrations++;
    this.#settle(e.spec, model, after);
    this.#compare();
    if (changes.isEmpty) return;
    expect(apply(this.#db, changes, sources).changed).toBe(false);
    if (this.#random() < 0.3) this.#undo(before);
  }

  #settle(spec: Spec, model: Model, rows: readonly Item[]): void {
    this.#spec = spec;
    this.#model = model;
    this.#rows = rows;
  }

  /** The migration with the power going; then whatever is there is one of the two, and the migration is made again where it is the one before. */
  #crash(
    work: (db: Database) => void,
    model: Model,
    { spec }: Evolution,
    after: readonly Item[],
    expected: string,
  ): void {
    const { crash } = this.#home;
    if (crash === undefined) return;
    this.#db.close();
    crash(work);
    this.#count("crash");
    this.#db = this.#home.open();
    const before = { spec: this.#spec, model: this.#model, rows: this.#rows };
    const migrated = history(this.#db).length > this.#migrations;
    if (migrated) {
      expect(expected).toBe("applied");
      this.#count("crash after");
      this.#migrations++;
      this.#settle(spec, model, after);
      this.#compare();
      this.#migrations--;
      this.#settle(before.spec, before.model, before.rows);
      return;
    }
    this.#compare();
    work(this.#db);
  }

  #undo(before: { readonly spec: Spec; readonly model: Model; readonly rows: readonly Item[] }): void {
    try {
      revert(this.#db);
    } catch (error) {
      if (!isModelVaultError(error, "migration_irreversible")) throw error;
      this.#count("irreversible");
      this.#compare();
      return;
    }
    this.#count("reverted");
    this.told.push("reverted");
    this.#migrations++;
    this.#settle(before.spec, before.model, before.rows);
    this.#compare();
  }

  #expected(e: Evolution, after: readonly Item[]): "applied" | "plan_blocked" | "invalid" {
    if (e.blocked && this.#rows.length > 0) return "plan_blocked";
    const { fields } = e.spec;
    return after.every((row) => itemFits(fields, row)) && !this.#collides(after, e.spec)
      ? "applied"
      : "invalid";
  }

  #collides(rows: readonly Item[], { indexes }: Spec = this.#spec): boolean {
    return indexes.some(({ path, unique }) => {
      if (!unique) return false;
      const values = rows
        .map((row) => path.reduce<unknown>((item, name) => (item as Item | undefined)?.[name], row))
        .filter((value) => value !== undefined)
        .map(spell);
      return new Set(values).size < values.length;
    });
  }
}

/** Plays lives in a kind of home. What goes wrong is told with the seed that plays it again. */
export function play(name: string, homeOf: (random: Random) => Home): void {
  const counts: Counts = new Map();
  const failures: Error[] = [];
  for (let life = 0; life < LIVES && failures.length < FAILURES_MAX; life++) {
    const random = randomFrom(SEED + life);
    const played = new Life(random, homeOf(random), counts);
    try {
      played.run();
    } catch (cause) {
      const told = [`MODELVAULT_SEED=${SEED + life} MODELVAULT_LIVES=1 (${name})`, ...played.told];
      failures.push(new Error(told.join("\n"), { cause }));
    }
  }
  if (LIVES > 100) console.log(name, SEED, LIVES, [...counts].sort());
  for (const failure of failures.slice(1)) console.log(failure);
  if (failures[0] !== undefined) throw failures[0];
  // Of the lives that are always the same it is known; of many it is as good as certain.
  if (MODELVAULT_LIVES === undefined || LIVES > 100) expect(counts.get("applied") ?? 0).toBeGreaterThan(0);
}
