/**
 * A worker at work: takes batches of calls, runs them by the lock table, and answers in batches.
 *
 *     shared calls, calls inside an open scope ──▶ at once, in their order
 *     exclusive calls on the database ──▶ a queue, first come first served:
 *         writes next to each other   one group, one commit
 *         begin                       holds the queue up until that transaction ends
 *         maintenance                 alone
 *     row streams ──▶ a chunk each in turn
 *
 * Everything runs synchronously, so whatever is not an open transaction is over when the next thing starts. Shared calls read
 * committed state and wait for nothing; exclusive ones wait for those before them only, so nobody starves.
 */
import {
  type Database,
  ModelVaultError,
  OpenTransaction,
  type PackedShape,
  type ReadHandle,
  type TransactionOptions,
} from "@modelvault/core";
import {
  BEGUN,
  type CallBatch,
  type Claim,
  DATABASE_SCOPE,
  type Entry,
  type RunEntry,
  type ScopeId,
  WAITING,
} from "../protocol/messages.ts";
import { readOut } from "../protocol/odd-values.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import type { Asking } from "./asking.ts";
import { commitGroup, type Outcome, type Write } from "./group-commit.ts";
import { loadFunction } from "./load-function.ts";
import { ALONE, type Context, SHARED, WRITES } from "./operations.ts";
import type { Outbox } from "./outbox.ts";
import { ManyRows, OneRow } from "./row-results.ts";
import { runGets, runHas, runWrites } from "./runs.ts";
import { Scopes } from "./scopes.ts";
import { Senders } from "./senders.ts";

/** Batches worked off before any of them is answered. A reader takes one at a time: each says what it must show. */
const BATCHES_MAX = 32;

/** An exclusive call that waits for its turn. */
type Waiting =
  | {
      readonly kind: "writes";
      readonly first: number;
      readonly writes: readonly Write[];
      readonly claim?: Claim | undefined;
    }
  | {
      readonly kind: "begin";
      readonly id: number;
      readonly how: TransactionOptions | undefined;
      readonly claim?: Claim | undefined;
    }
  | {
      readonly kind: "alone";
      readonly id: number;
      readonly run: () => unknown;
      readonly claim?: Claim | undefined;
    };

export interface ServerParts {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly asking: Asking;
  /** Readers refuse everything exclusive. */
  readonly reader: boolean;
  /** The next batch that has arrived already, if any. */
  readonly take: () => CallBatch | undefined;
  /** Runs something in a turn of its own. */
  readonly later: (work: () => void) => void;
}

export class Server {
  readonly #db: Database;
  readonly #outbox: Outbox;
  readonly #asking: Asking;
  readonly #parts: ServerParts;
  readonly #scopes = new Scopes();
  readonly #senders: Senders;
  #waiting: Waiting[] = [];
  /** Batches that have not begun. */
  readonly #late: CallBatch[] = [];
  #scheduled = false;
  #closed = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#db = parts.db;
    this.#outbox = parts.outbox;
    this.#senders = new Senders(parts.outbox);
    this.#asking = parts.asking;
  }

  /** Works a batch off, and those that came behind it. */
  receive(batch: CallBatch): void {
    this.#late.push(batch);
    if (this.#late.length === 1) this.#receiveLate();
  }

  /** A reader may be asked for a commit that it does not see yet. */
  #receiveLate(): void {
    while (!this.#closed) {
      const [batch] = this.#late;
      if (batch === undefined) return;
      if (this.#parts.reader && this.#db.revision() < batch.leastRevision) {
        this.#parts.later(() => this.#receiveLate());
        return;
      }
      this.#late.shift();
      this.#work(batch);
    }
  }

  #work(batch: CallBatch): void {
    let next: CallBatch | undefined = batch;
    // Not without end: what is done must be answered, and streams want their turn.
    for (let taken = 0; next !== undefined; next = ++taken < BATCHES_MAX ? this.#parts.take() : undefined) {
      for (const entry of next.calls) this.#enterSafely(entry);
    }
    this.#turn();
  }

  #turn(): void {
    this.#grant();
    this.#senders.sendRows();
    this.#outbox.flush();
    if (this.#scheduled || this.#closed || !this.#senders.ready) return;
    this.#scheduled = true;
    this.#parts.later(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#turn();
    });
  }

  #enterSafely(entry: Entry): void {
    try {
      this.#enter(entry);
    } catch (error) {
      this.#outbox.add(["error", entry[1], errorToWire(error)]);
    }
  }

  #enter(entry: Entry): void {
    switch (entry[0]) {
      case "run":
        this.#enterRun(entry);
        return;
      case "call":
        this.#enterCall(entry[1], entry[2], entry[3], entry[4], entry[5]);
        return;
      case "odd":
        this.#enterCall(entry[1], entry[2], entry[3], readOut(entry[4]) as readonly unknown[], entry[5]);
        return;
      case "more":
        this.#senders.grant(entry[1], entry[2]);
        return;
      case "leave":
        this.#senders.leave(entry[1]);
        // A view of whose opening nobody will hear.
        this.#scopes.closeView(entry[1]);
    }
  }

  #enterRun([, first, scope, op, ref, items]: RunEntry): void {
    const inScope = scope !== DATABASE_SCOPE;
    let handle: ReadHandle = this.#db;
    try {
      if (inScope) handle = this.#scopes.handle(scope);
    } catch (error) {
      for (const at of items.keys()) this.#outbox.add(["error", first + at, errorToWire(error)]);
      return;
    }
    if (op === "get") runGets(handle, first, ref, items, this.#outbox);
    else if (op === "has") runHas(handle, first, ref, items, this.#outbox);
    else if (inScope) this.#answerAll(first, runInScope(handle, runWrites(op, ref, items)));
    else this.#wait({ kind: "writes", first, writes: runWrites(op, ref, items) });
  }

  #enterCall(
    id: number,
    scope: ScopeId,
    op: string,
    args: readonly unknown[],
    claim: Claim | undefined,
  ): void {
    if ((op === "run" || op === "call") && typeof args[0] === "string") {
      this.#load(id, scope, op, args, claim);
      return;
    }
    const context = this.#contextOf(id);
    if (scope !== DATABASE_SCOPE || Object.hasOwn(SHARED, op) || op === "openView" || op === "close") {
      if (claimed(claim)) this.#answer(id, claim, () => this.#runNow(context, scope, op, args), scope);
      return;
    }
    const write = WRITES[op];
    if (write !== undefined) {
      const writes: Write[] = [(tx) => write(tx, context, ...(args as readonly never[]))];
      this.#wait({ kind: "writes", first: id, writes, claim });
    } else if (op === "begin")
      this.#wait({ kind: "begin", id, how: args[0] as TransactionOptions | undefined, claim });
    else {
      const run = ALONE[op];
      if (run === undefined) throw new Error(`no operation ${op}`);
      this.#wait({
        kind: "alone",
        id,
        run: () => run(this.#db, context, ...(args as readonly never[])),
        claim,
      });
    }
  }

  /** Loads the function that a call names; the call is entered then. */
  #load(id: number, scope: ScopeId, op: string, args: readonly unknown[], claim: Claim | undefined): void {
    const [moduleUrl, name, ...rest] = args as [string, string, ...unknown[]];
    loadFunction(moduleUrl, name, "name")
      .then(
        (run) => this.#enterCall(id, scope, op, [run, ...rest], claim),
        (error: unknown) => this.#outbox.add(["error", id, errorToWire(error)]),
      )
      .then(() => this.#turn());
  }

  /** A call that waits for nobody: a shared one, or any inside an open scope. */
  #runNow(context: Context, scope: ScopeId, op: string, args: readonly unknown[]): unknown {
    switch (op) {
      case "close":
        this.#close();
        return undefined;
      case "openView": {
        const view = this.#db.openView();
        this.#scopes.add(context.id, view, false);
        return view.revision();
      }
      case "closeView":
        this.#scopes.handle(scope);
        this.#scopes.closeView(scope);
        return undefined;
      case "savepoint":
        this.#scopes.addSavepoint(context.id, scope);
        return undefined;
      case "commit": {
        const revision = this.#endTransaction(scope, (tx) => tx.commit());
        this.#told();
        return revision;
      }
      case "rollback":
        return this.#endTransaction(scope, (tx) => tx.rollback());
      default:
        break;
    }
    const handle = scope === DATABASE_SCOPE ? this.#db : this.#scopes.handle(scope);
    const shared = SHARED[op];
    if (shared !== undefined) return shared(handle, context, ...(args as readonly never[]));
    const write = WRITES[op];
    if (write !== undefined && handle instanceof OpenTransaction)
      return write(handle, context, ...(args as readonly never[]));
    throw new ModelVaultError(
      "transaction_open",
      `A database cannot ${op} while a transaction is open on it.`,
      {
        operation: op,
      },
    );
  }

  /** @throws transaction_closed, and what ending it throws */
  #endTransaction<T>(scope: ScopeId, end: (tx: OpenTransaction) => T): T {
    const tx = this.#scopes.transaction(scope);
    this.#senders.end((each) => this.#scopes.isWithin(each, scope));
    return this.#scopes.end(scope, () => end(tx));
  }

  #contextOf(id: number): Context {
    return {
      id,
      asking: this.#asking,
      progress: (progress) => {
        this.#outbox.add(["progress", id, progress]);
        this.#outbox.flush();
      },
    };
  }

  #wait(waiting: Waiting): void {
    if (!this.#parts.reader) this.#waiting.push(waiting);
    else throw new Error("a reader was given something to write");
  }

  /** Lets waiting calls run, in their order, as far as no transaction holds the store. */
  #grant(): void {
    while (!this.#scopes.held && this.#waiting.length > 0) {
      const [head] = this.#waiting;
      if (head?.kind === "writes") this.#grantGroup();
      else if (head !== undefined) {
        this.#waiting.shift();
        if (!claimed(head.claim)) continue;
        if (head.kind === "alone") this.#answer(head.id, head.claim, head.run);
        else
          this.#answer(head.id, head.claim, () => {
            this.#scopes.add(head.id, this.#db.begin(head.how), true);
          });
      }
    }
  }

  /** All writes at the head of the queue, in one commit. */
  #grantGroup(): void {
    let end = 0;
    while (this.#waiting[end]?.kind === "writes") end++;
    const group = this.#waiting.splice(0, end) as Extract<Waiting, { kind: "writes" }>[];
    const taken = group.filter(({ claim }) => claimed(claim));
    const outcomes = commitGroup(
      this.#db,
      taken.flatMap(({ writes }) => writes),
    );
    this.#told();
    let at = 0;
    for (const { first, writes } of taken) {
      this.#answerAll(first, outcomes.slice(at, at + writes.length));
      at += writes.length;
    }
  }

  /** The caller will have heard of everything committed up to now. */
  #told(): void {
    this.#outbox.revision = this.#db.revision();
  }

  #answer(id: number, claim: Claim | undefined, run: () => unknown, scope = DATABASE_SCOPE): void {
    let outcome: Outcome;
    try {
      outcome = { value: run() };
    } catch (error) {
      outcome = { error };
    }
    this.#answerOne(id, outcome, scope, claim);
  }

  #answerOne(id: number, outcome: Outcome, scope = DATABASE_SCOPE, claim?: Claim): void {
    if ("error" in outcome) this.#outbox.add(["error", id, errorToWire(outcome.error)]);
    else if (outcome.value instanceof OneRow) this.#answerRow(id, outcome.value.shape, outcome.value.payload);
    else if (outcome.value instanceof ManyRows) this.#senders.add(id, outcome.value, scope, claim);
    else this.#outbox.add(["values", id, [outcome.value]]);
    if (this.#outbox.full) this.#outbox.flush();
  }

  #answerRow(id: number, shape: PackedShape | undefined, payload: Uint8Array | undefined): void {
    const number = shape === undefined ? -1 : this.#outbox.shapes.numberOf(shape);
    this.#outbox.add(["rows", id, number, this.#outbox.addPayloads([payload])]);
  }

  /** Answers consecutive calls, values that follow each other in one go. */
  #answerAll(first: number, outcomes: readonly Outcome[]): void {
    let values: unknown[] = [];
    const send = (end: number): void => {
      if (values.length > 0) this.#outbox.add(["values", end - values.length, values]);
      values = [];
    };
    for (const [at, outcome] of outcomes.entries()) {
      if ("value" in outcome && !(outcome.value instanceof OneRow)) {
        values.push(outcome.value);
        continue;
      }
      send(first + at);
      this.#answerOne(first + at, outcome);
    }
    send(first + outcomes.length);
  }

  #close(): void {
    this.#closed = true;
    this.#senders.closeAll();
    this.#scopes.endAll();
    this.#db.close();
  }
}

/** Writes inside an open scope; a view refuses every one itself. */
function runInScope(handle: ReadHandle, writes: readonly Write[]): Outcome[] {
  return writes.map((write): Outcome => {
    try {
      return { value: write(handle as OpenTransaction) };
    } catch (error) {
      return { error };
    }
  });
}

/** Claims a call for running; false where the caller called it off. */
function claimed(claim: Claim | undefined): boolean {
  return claim === undefined || Atomics.compareExchange(claim, 0, WAITING, BEGUN) === WAITING;
}
