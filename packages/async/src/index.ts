/// <reference types="node" preserve="true" />
/**
 * @modelvault/async: the engine on worker threads, for services that must not block their event loop.
 */

export { AsyncCollection } from "./database/async-collection.ts";
export { AsyncDatabase, type ReadOptions } from "./database/async-database.ts";
export { AsyncReadHandle, AsyncWriteHandle } from "./database/async-handle.ts";
export { AsyncQuery, type PredicateBuilder } from "./database/async-query.ts";
export { AsyncOpenTransaction, AsyncTransaction } from "./database/async-transaction.ts";
export { AsyncView } from "./database/async-view.ts";
export type { AsyncDatabaseOptions, AsyncTransactionOptions } from "./database/options.ts";
// Models
export { AsyncModelCollection } from "./models/async-model-collection.ts";
export { AsyncModelQuery } from "./models/async-model-query.ts";
export { type AsyncCheckOptions, asyncCheck } from "./models/check.ts";
export { asyncHistory, asyncPlanRevert, asyncRevert } from "./models/history.ts";
export { asyncCollection } from "./models/open-collection.ts";
export { type AsyncOpenOptions, asyncOpenWith } from "./models/open-with.ts";
export { asyncApply, asyncPlan } from "./models/plan-and-apply.ts";
export type { CallOptions } from "./transaction/call-site.ts";
