/**
 * Makes programs, each from a seed: some steps to set the scene, then whatever comes. It keeps in mind which collections and slots there
 * probably are, so that most steps mean something; it never looks at rows, so that steps can be taken out when a program is cut down.
 */
import { Random } from "../../bytes/random.ts";
import type { Change, Literal, Program, Step, StepBody, Terminal } from "../program.ts";
import { changeSchema, makeRewrite, withDefault } from "./changes.ts";
import { mistakenSchema, mistakenStep } from "./mistakes.ts";
import { QueryMaker } from "./queries.ts";
import { RowMaker } from "./rows.ts";
import { descriptorOf, type FieldPlan, makeSchema, type SchemaPlan } from "./schemas.ts";
import { Palette } from "./values.ts";

const stepsUsually = 24;
const depthMax = 3;
const terminals: readonly Terminal[] = [
  "all",
  "all",
  "all",
  "first",
  "one",
  "count",
  "count",
  "exists",
  "walk",
  "explain",
];

/** The program of a seed; the same one every time. */
export function makeProgram(seed: number): Program {
  return new ProgramMaker(new Random(seed)).make();
}

class ProgramMaker {
  readonly #random: Random;
  readonly #palette: Palette;
  readonly #queries: QueryMaker;
  readonly #rows: RowMaker;
  readonly #schemas = new Map<string, SchemaPlan>();
  readonly #integers: "number" | "bigint";
  readonly #many: boolean;
  readonly #long: boolean;
  #depth = 0;
  #inView = false;
  /** What goes on with slots that were filled; comes in between other steps. */
  readonly #toGoOn: StepBody[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#integers = random.below(3) === 0 ? "bigint" : "number";
    const unsafe = this.#integers === "bigint" || random.below(6) === 0;
    this.#many = random.below(12) === 0;
    this.#long = random.below(4) === 0;
    this.#palette = new Palette(random, { unsafe, long: this.#long, many: this.#many });
    this.#queries = new QueryMaker(random, this.#palette);
    this.#rows = new RowMaker(random, this.#palette);
  }

  make(): Program {
    const steps: Step[] = [this.#register("a")];
    if (this.#random.below(3) === 0) steps.push(this.#register("b"));
    const rows = this.#many ? 100 : 3 + this.#random.below(8);
    for (const name of this.#schemas.keys()) steps.push(this.#insertMany(name, rows, 0));
    const count = 4 + this.#random.below(stepsUsually);
    for (let step = 0; step < count; step++) steps.push(this.#step());
    return { integers: this.#integers, steps };
  }

  #register(name: string): Step {
    const plan = this.#defaulted(makeSchema(this.#random, this.#long));
    this.#schemas.set(name, plan);
    return { do: "register", schema: this.#describe(name, plan) };
  }

  /** The plan with defaults on some fields, inner ones too. */
  #defaulted(plan: SchemaPlan): SchemaPlan {
    const give = (field: FieldPlan): FieldPlan => {
      const { type } = field;
      const inner: FieldPlan =
        type.is === "object" ? { ...field, type: { is: "object", fields: type.fields.map(give) } } : field;
      return this.#random.below(5) === 0 ? withDefault(this.#palette, inner) : inner;
    };
    const [key, ...others] = plan.fields;
    return key === undefined ? plan : { ...plan, fields: [key, ...others.map(give)] };
  }

  #describe(name: string, plan: SchemaPlan): Extract<StepBody, { do: "register" }>["schema"] {
    return { name, primaryKey: "id", ...descriptorOf(this.#random, plan) };
  }

  /** A collection that probably exists. */
  #name(): string {
    return this.#random.pick([...this.#schemas.keys()]);
  }

  #schema(name: string): SchemaPlan {
    return this.#schemas.get(name) as SchemaPlan;
  }

  #step(): Step {
    const body = this.#body();
    const random = this.#random;
    if (this.#depth > 0 && random.below(4) === 0) return { ...body, via: "db" };
    return random.below(120) === 0 && !["iterate", "take", "leave"].includes(body.do)
      ? { ...body, via: "ended" }
      : body;
  }

  #body(): StepBody {
    const random = this.#random;
    const next = random.below(2) === 0 ? this.#toGoOn.shift() : undefined;
    if (next !== undefined) return next;
    const roll = random.below(100);
    if (roll < 34) return this.#write();
    if (roll < 58) return this.#read();
    if (roll < 66) return this.#pages();
    if (roll < 75) return this.#iterate();
    if (roll < 85) return this.#nested();
    if (roll < 92) return this.#changeSchema();
    if (roll < 96) return mistakenStep(random, this.#name(), this.#key(this.#name()));
    if (this.#depth === 0 && roll < 98)
      return { do: "reopen", integers: random.pick(["number", "bigint"] as const) };
    return random.pick<StepBody>([{ do: "verify" }, { do: "stats" }, { do: "names" }]);
  }

  #insertMany(name: string, count: number, mistakes: number): Step {
    const random = this.#random;
    const rows = Array.from({ length: count }, () => this.#row(name, random.below(6) < mistakes));
    const how = random.pick([undefined, undefined, "iterable", "throws"] as const);
    // Many rows fail as one where keys meet, so the first ones come one by one.
    if (mistakes === 0) return { do: "transaction", body: rows.map((row) => ({ do: "put", in: name, row })) };
    return how === undefined
      ? { do: "insertMany", in: name, rows }
      : { do: "insertMany", in: name, rows, how };
  }

  #write(): StepBody {
    const random = this.#random;
    const name = this.#name();
    switch (random.below(10)) {
      case 0:
      case 1:
        return { do: "insert", in: name, row: this.#row(name, true) };
      case 2:
      case 3:
        return { do: "put", in: name, row: this.#row(name, true) };
      case 4:
        return this.#insertMany(name, random.below(5), random.below(3) === 0 ? 2 : 1);
      case 5:
      case 6:
      case 7:
        return { do: "update", in: name, key: this.#key(name), change: this.#change(name) };
      case 8:
        return { do: "delete", in: name, key: this.#key(name) };
      default: {
        const query = this.#queries.query(this.#schema(name));
        return random.below(2) === 0
          ? { do: "query", in: name, query, end: "delete" }
          : { do: "updateAll", in: name, query, change: this.#change(name) };
      }
    }
  }

  #key(name: string): Literal {
    return this.#rows.key(this.#schema(name));
  }

  #row(name: string, mistakes: boolean): Literal {
    return this.#rows.row(this.#schema(name), mistakes);
  }

  #change(name: string): Change {
    const step = this.#depth < depthMax ? (): Step => this.#rowStep(name) : undefined;
    return this.#rows.change(this.#schema(name), step);
  }

  /** What an update function may do besides. */
  #rowStep(name: string): Step {
    const random = this.#random;
    return random.pick<() => Step>([
      () => ({ do: "delete", in: name, key: this.#key(name) }),
      () => ({ do: "insert", in: name, row: this.#row(name, false) }),
      () => ({ do: "put", in: name, row: this.#row(name, false) }),
      () => {
        // Refused in the end, so that nothing comes of it.
        const plan = this.#schema(name);
        const step = this.#evolve(name, plan);
        this.#schemas.set(name, plan);
        return step;
      },
      () => ({ do: "query", in: name, query: this.#queries.query(this.#schema(name)), end: "all" }),
    ])();
  }

  #read(): StepBody {
    const random = this.#random;
    const name = this.#name();
    const spelt = random.below(30) === 0 ? ` ${name} ` : name;
    switch (random.below(12)) {
      case 0:
        return { do: random.pick(["get", "getOrThrow", "has"] as const), in: spelt, key: this.#key(name) };
      case 1:
        return {
          do: "getMany",
          in: name,
          keys: Array.from({ length: random.below(5) }, () => this.#key(name)),
        };
      case 2:
        return { do: random.pick(["count", "schema", "hasCollection"] as const), in: spelt };
      default:
        return {
          do: "query",
          in: name,
          query: this.#queries.query(this.#schema(name)),
          end: random.pick(terminals),
        };
    }
  }

  #pages(): StepBody {
    const random = this.#random;
    const slot = random.pick(["x", "y"]);
    if (random.below(5) < 2) {
      const name = this.#name();
      this.#toGoOn.push({ do: "next", slot }, { do: "next", slot }, { do: "next", slot });
      return { do: "page", in: name, query: this.#queries.paged(this.#schema(name)), slot };
    }
    if (random.below(6) > 0)
      return random.below(2) === 0 ? { do: "next", slot } : { do: "next", slot, limit: 1 + random.below(3) };
    return {
      do: "next",
      slot,
      use: random.pick(["flip", "elsewhere", "cut", "grown", "empty", "offset", "number"] as const),
    };
  }

  #iterate(): StepBody {
    const random = this.#random;
    const slot = random.pick(["m", "n"]);
    switch (random.below(6)) {
      case 0:
      case 1:
      case 2: {
        const name = this.#name();
        this.#toGoOn.push({ do: "take", slot, rows: 1 }, { do: "take", slot, rows: 100 });
        return { do: "iterate", in: name, query: this.#queries.query(this.#schema(name)), slot };
      }
      case 3:
        return random.below(2) === 0 ? { do: "leave", slot } : { do: "take", slot, rows: 100 };
      default:
        return { do: "take", slot, rows: 1 + random.below(4) };
    }
  }

  #nested(): StepBody {
    const random = this.#random;
    if (this.#depth >= depthMax) return this.#write();
    this.#depth++;
    const before = this.#inView;
    const view = random.below(4) === 0;
    this.#inView ||= view;
    // What is registered inside may be rolled back; it is forgotten either way.
    const known = new Map(this.#schemas);
    const body = Array.from({ length: 1 + random.below(6) }, () => this.#step());
    this.#depth--;
    this.#inView = before;
    const roll = random.below(20);
    const kept = roll >= 8;
    if (!kept) {
      this.#schemas.clear();
      for (const [name, plan] of known) this.#schemas.set(name, plan);
    }
    if (view)
      return roll < 2 ? { do: "view", body, end: roll === 0 ? "throw" : "promise" } : { do: "view", body };
    if (kept) return { do: "transaction", body };
    if (roll === 0) return { do: "transaction", body, end: "promise" };
    if (roll === 1 && !before) return { do: "transaction", body, end: "close" };
    return roll < 5 ? { do: "transaction", body, end: "throw" } : { do: "transaction", body, strict: true };
  }

  #changeSchema(): StepBody {
    const random = this.#random;
    const name = this.#name();
    const plan = this.#schema(name);
    switch (random.below(10)) {
      case 8:
        return this.#drop(name);
      case 9: {
        const to = random.pick(["a", "b", "c", "d", name, " d "]);
        const target = to.trim();
        if (!this.#schemas.has(target)) {
          this.#schemas.delete(name);
          this.#schemas.set(target, plan);
        }
        return { do: "rename", in: name, to };
      }
      case 0:
        // Once more: nothing happens.
        return { do: "register", schema: this.#describe(name, plan) };
      case 1:
        return { do: "register", schema: this.#describe(name, changeSchema(random, this.#palette, plan)) };
      case 2:
        return { do: "register", schema: mistakenSchema(random, random.pick(["c", name]), plan) };
      case 3:
        return this.#schemas.size < 3
          ? (this.#register(this.#schemas.has("b") ? "c" : "b") as StepBody)
          : this.#write();
      default:
        return this.#evolve(name, plan);
    }
  }

  /** Mostly another collection of that name comes next. */
  #drop(name: string): StepBody {
    if (this.#schemas.size > 1 && this.#random.below(3) === 0) this.#schemas.delete(name);
    else this.#toGoOn.unshift(this.#register(name));
    return { do: "drop", in: name };
  }

  #evolve(name: string, plan: SchemaPlan): StepBody {
    const random = this.#random;
    const next = random.below(10) === 0 ? plan : changeSchema(random, this.#palette, plan);
    const accept = random.pick([undefined, "safe", "migration", "migration", "breaking", "breaking"]);
    const { fields, indexes } = descriptorOf(random, next);
    const keepsIndexes = next.indexes === plan.indexes && random.below(2) === 0;
    const schema = keepsIndexes ? { fields } : { fields, indexes };
    const made = random.below(2) === 0 ? makeRewrite(random, this.#palette, plan, next) : undefined;
    // A rewrite function may look at other collections, and at its own it may not.
    const rewrite = made !== undefined && "set" in made && random.below(6) === 0 ? this.#looking(made) : made;
    if (accept === "breaking" || accept === "migration") this.#schemas.set(name, next);
    return {
      do: "evolve",
      in: name,
      schema,
      ...(accept === undefined ? {} : { options: { accept } }),
      ...(rewrite === undefined ? {} : { rewrite }),
    };
  }

  #looking(change: Extract<Change, { readonly set: unknown }>): Change {
    const name = this.#name();
    const look: Step = this.#random.pick<Step>([
      { do: "get", in: name, key: this.#key(name) },
      { do: "count", in: name },
      { do: "query", in: name, query: {}, end: "all" },
    ]);
    return { ...change, run: [look] };
  }
}
