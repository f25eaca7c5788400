/**
 * Plays a program on a vault, the engine's or the oracle's, and writes down what came of each step. Whatever a step throws is its
 * outcome, and the program goes on; only inside a strict transaction an error leaves the callback.
 */
import { audit } from "./audit.ts";
import { literalValue, objectOf } from "./literal.ts";
import { LOST_CURSOR } from "./oracle/find-rows.ts";
import { type Outcome, outcomeOf, Planned } from "./outcome.ts";
import type { Change, Program, QueryShape, Step, StepBody } from "./program.ts";
import { queryOf, rowsOf, runQuery, takeRows } from "./queries.ts";
import type { OpenVault, ParityReader, ParityVault, ParityWriter } from "./vault.ts";

/** What came of one step. */
export interface Entry {
  /** Where the step is: positions from the outside in, joined by dots. */
  readonly at: string;
  readonly step: string;
  readonly outcome: Outcome;
}

/** A handle that steps go through. */
interface Seat {
  readonly kind: "vault" | "transaction" | "view";
  reader(): ParityReader;
  /** Of a view, the vault. */
  writer(): ParityWriter;
  readonly strict: boolean;
}

type StepOf<Name extends StepBody["do"]> = Extract<StepBody, { readonly do: Name }>;

/** Plays a program to its end, looks the whole vault over, and closes it. */
export function play(program: Program, open: OpenVault): readonly Entry[] {
  const player = new Player(open, program.integers);
  try {
    player.play(program.steps, "");
    player.play([{ do: "reopen", integers: "bigint" }, { do: "audit" }], "end ");
  } finally {
    player.end();
  }
  return player.entries;
}

class Player {
  readonly entries: Entry[] = [];
  readonly #open: OpenVault;
  #vault: ParityVault;
  /** The transaction or view that ended last. */
  #ended: Seat | undefined;
  readonly #pages = new Map<string, { readonly in: unknown; readonly query: QueryShape; cursor: unknown }>();
  readonly #iterators = new Map<
    string,
    { readonly kind: Seat["kind"]; readonly rows: IterableIterator<unknown> }
  >();

  constructor(open: OpenVault, integers: "number" | "bigint") {
    this.#open = open;
    this.#vault = open({ integers });
  }

  play(steps: readonly Step[], before: string): void {
    this.#playAll(steps, before, this.#root(false));
  }

  end(): void {
    this.#leaveAll();
    this.#vault.close();
  }

  /** Reopening replaces the vault, so it is looked up at each step. */
  #root(strict: boolean): Seat {
    return { kind: "vault", reader: () => this.#vault, writer: () => this.#vault, strict };
  }

  #playAll(steps: readonly Step[], before: string, seat: Seat): void {
    for (const [position, step] of steps.entries()) this.#playOne(step, `${before}${position}`, seat);
  }

  #playOne(step: Step, at: string, inside: Seat): void {
    const { via } = step;
    const seat = via === "db" ? this.#root(inside.strict) : via === "ended" ? this.#ended : inside;
    if (seat === undefined) {
      this.#note(step, at, { value: "nothing has ended yet" });
      return;
    }
    const { outcome, error } = outcomeOf(() => this.#perform(step, at, seat));
    this.#note(step, at, outcome);
    // What the oracle leaves open may not decide whether a transaction is kept.
    if (error !== undefined && inside.strict && step.do !== "next") throw error;
  }

  #note(step: Step, at: string, outcome: Outcome): void {
    this.entries.push({ at, step: step.do, outcome });
  }

  #perform(step: Step, at: string, seat: Seat): unknown {
    const reader = seat.reader();
    switch (step.do) {
      case "register": {
        const { name, version, changed } = seat.writer().register(step.schema);
        return { name, version, changed };
      }
      case "evolve":
        return this.#evolve(step, at, seat.writer());
      case "drop":
        return seat.writer().dropCollection(step.in);
      case "rename":
        return seat.writer().renameCollection(step.in, step.to);
      case "insert":
      case "put":
        return reader.collection(step.in)[step.do](literalValue(step.row));
      case "insertMany":
        return reader.collection(step.in).insertMany(rowsOf(step.rows, step.how));
      case "update":
        return reader.collection(step.in).update(literalValue(step.key), this.#changeOf(step.change, at));
      case "delete":
      case "get":
      case "getOrThrow":
      case "has":
        return reader.collection(step.in)[step.do](literalValue(step.key));
      case "getMany":
        return reader.collection(step.in).getMany(step.keys.map(literalValue));
      case "count":
        return reader.collection(step.in).count();
      case "schema":
      case "hasCollection":
        return reader[step.do](step.in);
      case "query":
        return runQuery(queryOf(reader.collection(step.in), step.query), step.end);
      case "updateAll":
        return queryOf(reader.collection(step.in), step.query).update(this.#changeOf(step.change, at));
      case "page":
        return this.#firstPage(step, reader);
      case "next":
        return this.#nextPage(step, reader);
      case "iterate": {
        this.#leave(step.slot);
        const rows = queryOf(reader.collection(step.in), step.query).iterate();
        this.#iterators.set(step.slot, { kind: seat.kind, rows });
        return undefined;
      }
      case "take":
        return takeRows(this.#iterators.get(step.slot)?.rows, step.rows);
      case "leave":
        return this.#leave(step.slot);
      case "transaction":
        return this.#transaction(step, at, seat.writer());
      case "view":
        return this.#view(step, at);
      case "noCallback":
        return this.#withoutCallback(step.of, seat.writer());
      case "verify": {
        const { ok, problems, indexEntriesChecked } = this.#vault.verify();
        return { ok, problems, indexEntriesChecked };
      }
      case "stats":
        return this.#vault.stats().collections;
      case "names":
        return reader.collectionNames();
      case "audit":
        return audit(this.#vault);
      case "reopen":
        return this.#reopen(step.integers);
      case "open":
        return this.#open(literalValue(step.options)).close();
    }
  }

  #evolve(step: StepOf<"evolve">, at: string, writer: ParityWriter): unknown {
    const options: Record<string, unknown> = objectOf(step.options ?? {});
    if (step.rewrite !== undefined) options.rewrite = this.#changeOf(step.rewrite, at);
    const { name, version, changed } = writer.registerVersion(step.in, step.schema, options);
    return { name, version, changed };
  }

  /** A patch, or a function of the row. */
  #changeOf(change: Change, at: string): unknown {
    if ("patch" in change) return literalValue(change.patch);
    if ("give" in change) return () => literalValue(change.give);
    if ("call" in change)
      return () => {
        if (change.call === "promise") return Promise.resolve({});
        throw new Planned("change");
      };
    return (row: Record<string, unknown>) => {
      this.#playAll(change.run ?? [], `${at}.`, this.#root(false));
      const changed = { ...row, ...objectOf(change.set) };
      for (const name of change.drop ?? []) delete changed[name];
      return changed;
    };
  }

  #firstPage(step: StepOf<"page">, reader: ParityReader): unknown {
    const slot = { in: step.in, query: step.query, cursor: LOST_CURSOR as unknown };
    this.#pages.set(step.slot, slot);
    const { rows, next } = queryOf(reader.collection(step.in), step.query).page();
    slot.cursor = next;
    return { rows, more: next !== null };
  }

  #nextPage({ slot: name, limit, use }: StepOf<"next">, reader: ParityReader): unknown {
    const slot = this.#pages.get(name);
    if (slot === undefined) return "no page";
    const { cursor } = slot;
    const collection = reader.collection(use === "elsewhere" ? (slot.in === "a" ? "b" : "a") : slot.in);
    let query = queryOf(collection, use === "flip" ? flipped(slot.query) : slot.query).offset(
      use === "offset" ? 1 : 0,
    );
    if (limit !== undefined) query = query.limit(limit);
    query = query.after(use === undefined ? cursor : damaged(cursor, use));
    if (use === undefined) slot.cursor = LOST_CURSOR;
    const { rows, next } = query.page();
    if (use === undefined) slot.cursor = next;
    return { rows, more: next !== null };
  }

  #leave(slot: string): undefined {
    const iterator = this.#iterators.get(slot);
    this.#iterators.delete(slot);
    iterator?.rows.return?.();
    return undefined;
  }

  #leaveAll(kind?: Seat["kind"]): void {
    for (const [slot, iterator] of [...this.#iterators])
      if (kind === undefined || iterator.kind === kind) this.#leave(slot);
  }

  #transaction({ body, end, strict }: StepOf<"transaction">, at: string, writer: ParityWriter): unknown {
    return writer.transaction((tx: ParityWriter) => {
      const seat: Seat = {
        kind: "transaction",
        reader: () => tx,
        writer: () => tx,
        strict: strict === true,
      };
      try {
        this.#playAll(body, `${at}.`, seat);
      } finally {
        this.#ended = { ...seat, strict: false };
      }
      if (end === "close") this.#vault.close();
      return finish(end);
    });
  }

  #view({ body, end }: StepOf<"view">, at: string): unknown {
    return this.#vault.read((view: ParityReader) => {
      const seat: Seat = { kind: "view", reader: () => view, writer: () => this.#vault, strict: false };
      this.#playAll(body, `${at}.`, seat);
      this.#leaveAll("view");
      this.#ended = seat;
      return finish(end);
    });
  }

  #withoutCallback(of: "transaction" | "view" | "rewrite", writer: ParityWriter): unknown {
    if (of === "transaction") return writer.transaction("callback");
    if (of === "view") return this.#vault.read(undefined);
    const [name] = writer.collectionNames();
    return writer.registerVersion(name, { fields: [] }, { rewrite: 5 });
  }

  #reopen(integers: "number" | "bigint"): unknown {
    this.#leaveAll();
    this.#vault.close();
    this.#vault.close();
    const { outcome } = outcomeOf(() => this.#vault.collectionNames());
    this.#vault = this.#open({ integers });
    return outcome;
  }
}

function finish(end: string | undefined): unknown {
  if (end === "throw") throw new Planned("end");
  return end === "promise" ? Promise.resolve("late") : "done";
}

/** The same rows in another order, so that no cursor of the one fits the other. */
function flipped(query: QueryShape): QueryShape {
  const orderBy = query.orderBy ?? [];
  const last = orderBy.at(-1);
  if (last === undefined) return { ...query, orderBy: [["id", "desc"]] };
  return { ...query, orderBy: [...orderBy.slice(0, -1), [last[0], last[1] === "desc" ? "asc" : "desc"]] };
}

function damaged(cursor: unknown, use: NonNullable<StepOf<"next">["use"]>): unknown {
  if (use === "number") return 5;
  if (typeof cursor !== "string") return cursor;
  if (use === "cut") return cursor.slice(0, -1);
  if (use === "grown") return `${cursor}A`;
  return use === "empty" ? "" : cursor;
}
