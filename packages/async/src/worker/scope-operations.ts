/** What opens and ends transactions, savepoints and views. */
import type { Database, OpenTransaction } from "@modelvault/core";
import type { ScopeId } from "../protocol/messages.ts";
import type { LongCalls } from "./long-calls.ts";
import type { Scopes } from "./scopes.ts";

export interface ScopeParts {
  readonly db: Database;
  readonly scopes: Scopes;
  readonly long: LongCalls;
  /** Called when the caller will have heard of everything committed up to now. */
  readonly told: () => void;
}

/** `id`: the number of the call, and of what it opens. `scope`: what it is called in. */
type ScopeOperation = (parts: ScopeParts, id: number, scope: ScopeId) => unknown;

export const SCOPE_OPERATIONS: Readonly<Record<string, ScopeOperation>> = {
  openView({ db, scopes }, id) {
    const view = db.openView();
    scopes.add(id, view, false);
    return view.revision();
  },
  closeView({ scopes, long }, _id, scope) {
    scopes.handle(scope);
    long.end((each) => each === scope);
    scopes.closeView(scope);
  },
  savepoint({ scopes }, id, scope) {
    scopes.addSavepoint(id, scope);
  },
  commit(parts, _id, scope) {
    const revision = endTransaction(parts, scope, (tx) => tx.commit());
    parts.told();
    return revision;
  },
  rollback(parts, _id, scope) {
    endTransaction(parts, scope, (tx) => tx.rollback());
  },
};

/** @throws transaction_closed, and what ending it throws */
function endTransaction<T>({ scopes, long }: ScopeParts, scope: ScopeId, end: (tx: OpenTransaction) => T): T {
  const tx = scopes.transaction(scope);
  long.end((each) => scopes.isWithin(each, scope));
  return scopes.end(scope, () => end(tx));
}
