/**
 * A worker's work: takes calls as they come in and lets each run when its turn has come. What is shared runs at once, what is
 * exclusive waits in `exclusive.ts`, what takes long goes on slice by slice in `long-calls.ts`. Between two messages everything is synchronous.
 */
import { type Database, ModelVaultError, OpenTransaction, type ReadHandle } from "@modelvault/core";
import {
  type CallBatch,
  type Claim,
  DATABASE_SCOPE,
  type Entry,
  type RunEntry,
  type ScopeId,
} from "../protocol/messages.ts";
import { readOut } from "../protocol/odd-values.ts";
import { Answers } from "./answers.ts";
import type { Asking } from "./asking.ts";
import { claimed, Exclusive, type Waiting } from "./exclusive.ts";
import type { Write } from "./group-commit.ts";
import { type Loaded, loadFunction } from "./load-function.ts";
import { LongCalls } from "./long-calls.ts";
import { ALONE, type Context, SHARED, WRITES } from "./operations.ts";
import type { Outbox } from "./outbox.ts";
import { runGets, runHas, runInScope, runWrites } from "./runs.ts";
import { SCOPE_OPERATIONS, type ScopeParts } from "./scope-operations.ts";
import { Scopes } from "./scopes.ts";
import { Slice } from "./slice.ts";

/** Batches worked off before any of them is answered. A reader takes one at a time: each says what it must show. */
const BATCHES_MAX = 32;

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
  /** A clock in milliseconds. */
  readonly now: () => number;
}

export class Server {
  readonly #db: Database;
  readonly #outbox: Outbox;
  readonly #asking: Asking;
  readonly #parts: ServerParts;
  readonly #scopes = new Scopes();
  readonly #slice: Slice;
  readonly #long: LongCalls;
  readonly #answers: Answers;
  readonly #exclusive: Exclusive;
  readonly #scopeParts: ScopeParts;
  /** Functions of modules, by URL and name. */
  readonly #loaded = new Map<string, Loaded>();
  /** Batches that have not begun. */
  readonly #late: CallBatch[] = [];
  /** Calls on a transaction or view that is in the middle of something. */
  #held: Entry[] = [];
  #scheduled = false;
  #closed = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#db = parts.db;
    this.#outbox = parts.outbox;
    this.#asking = parts.asking;
    this.#slice = new Slice(parts.now);
    this.#long = new LongCalls(parts.outbox, this.#slice);
    this.#answers = new Answers(parts.outbox, this.#long, this.#slice);
    const told = (): void => this.#told();
    const arrived = (): void => {
      const batch = parts.take();
      if (batch !== undefined) for (const entry of batch.calls) this.#enterSafely(entry);
    };
    this.#exclusive = new Exclusive(this.#db, this.#scopes, this.#answers, this.#slice, arrived, told);
    this.#scopeParts = { db: this.#db, scopes: this.#scopes, long: this.#long, told };
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
    this.#slice.begin();
    let next: CallBatch | undefined = batch;
    // Not without end: what is done must be answered, and long calls want their turn.
    for (let taken = 0; next !== undefined; next = ++taken < BATCHES_MAX ? this.#parts.take() : undefined) {
      for (const entry of next.calls) this.#enterSafely(entry);
    }
    this.#turn(false);
  }

  /** `isOwn`: nothing came in, so those that were interrupted go on. */
  #turn(isOwn: boolean): void {
    if (isOwn && this.#long.ready) {
      this.#slice.begin();
      this.#long.run();
    }
    this.#enterHeld();
    if (this.#exclusive.ready) {
      this.#slice.begin();
      this.#exclusive.run();
    }
    this.#outbox.flush();
    if (this.#scheduled || this.#closed || !(this.#exclusive.ready || this.#long.ready)) return;
    this.#scheduled = true;
    this.#parts.later(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#turn(true);
    });
  }

  #enterSafely(entry: Entry): void {
    try {
      if (this.#mustWait(entry)) this.#held.push(entry);
      else this.#enter(entry);
    } catch (error) {
      this.#answers.error(entry[1], error);
    }
  }

  /** Whether a call comes to a transaction that is in the middle of a long query, or would close a view that is. */
  #mustWait(entry: Entry): boolean {
    if (entry[0] === "more" || entry[0] === "leave" || entry[2] === DATABASE_SCOPE) return false;
    const scope = entry[2];
    if (this.#scopes.isView(scope))
      return entry[3] === "closeView" && this.#long.isBusy((each) => each === scope);
    // Also where what opens the savepoint waits itself.
    return this.#held.length > 0 || this.#long.isBusy((each) => !this.#scopes.isView(each));
  }

  /** Lets calls go on that waited for long ones in their transaction or view. */
  #enterHeld(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const entry of held) this.#enterSafely(entry);
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
        this.#long.grant(entry[1], entry[2]);
        return;
      case "leave":
        this.#long.leave(entry[1]);
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
      for (const at of items.keys()) this.#answers.error(first + at, error);
      return;
    }
    if (op === "get") runGets(handle, first, ref, items, this.#outbox);
    else if (op === "has") runHas(handle, first, ref, items, this.#outbox);
    else if (inScope) this.#answers.all(first, runInScope(handle, runWrites(op, ref, items)));
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
      if (claimed(claim)) this.#answers.run(id, claim, () => this.#runNow(context, scope, op, args), scope);
      return;
    }
    const write = WRITES[op];
    if (write !== undefined) {
      const writes: Write[] = [(tx) => write(tx, context, ...(args as readonly never[]))];
      this.#wait({ kind: "writes", first: id, writes, claim });
    } else if (op === "begin")
      this.#wait({ kind: "begin", id, how: args[0] as Extract<Waiting, { kind: "begin" }>["how"], claim });
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

  /** Finds the function that a call names. Where it must be loaded first, the call is entered only then. */
  #load(id: number, scope: ScopeId, op: string, args: readonly unknown[], claim: Claim | undefined): void {
    const [moduleUrl, name, ...rest] = args as [string, string, ...unknown[]];
    const key = JSON.stringify([moduleUrl, name]);
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined) {
      this.#enterCall(id, scope, op, [loaded, ...rest], claim);
      return;
    }
    loadFunction(moduleUrl, name, { module: "module", name: "name" })
      .then(
        (run) => {
          this.#loaded.set(key, run);
          this.#enterSafely(["call", id, scope, op, [run, ...rest], claim]);
        },
        (error: unknown) => this.#answers.error(id, error),
      )
      .then(() => this.#turn(false));
  }

  /** A call that waits for nobody: a shared one, or any inside an open scope. */
  #runNow(context: Context, scope: ScopeId, op: string, args: readonly unknown[]): unknown {
    if (op === "close") return this.#close();
    const onScope = SCOPE_OPERATIONS[op];
    if (onScope !== undefined) return onScope(this.#scopeParts, context.id, scope);
    const handle = scope === DATABASE_SCOPE ? this.#db : this.#scopes.handle(scope);
    const shared = SHARED[op];
    if (shared !== undefined) return shared(handle, context, ...(args as readonly never[]));
    const write = WRITES[op];
    if (write !== undefined && handle instanceof OpenTransaction)
      return write(handle, context, ...(args as readonly never[]));
    throw new ModelVaultError(
      "transaction_open",
      `${op} cannot be called while a transaction is open on the database.`,
      {
        operation: op,
      },
    );
  }

  #contextOf(id: number): Context {
    return {
      id,
      asking: this.#asking,
      isDue: this.#slice.isDue,
      progress: (progress) => {
        this.#outbox.add(["progress", id, progress]);
        this.#outbox.flush();
      },
    };
  }

  #wait(waiting: Waiting): void {
    if (!this.#parts.reader) this.#exclusive.add(waiting);
    else throw new Error("a reader was given something to write");
  }

  /** The caller will have heard of everything committed up to now. */
  #told(): void {
    this.#outbox.revision = this.#db.revision();
  }

  #close(): void {
    this.#closed = true;
    this.#long.closeAll();
    this.#scopes.endAll();
    this.#db.close();
  }
}
