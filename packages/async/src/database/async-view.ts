/** A view as user code holds it: several reads that agree with each other. */
import { AsyncReadHandle } from "./async-handle.ts";

/** What the callback of `db.read` gets. */
export class AsyncView extends AsyncReadHandle {}
