/** A state as the plain data it was compiled from, which structured clone keeps whole: another thread compiles it again. */
import type { CollectionState } from "./collection-state.ts";
import type { StateParts } from "./compile-state.ts";

/** What {@link compileState} makes an equal state of. The store's longest key is left out: it matters to writers only. */
export function stateParts({
  id,
  name,
  version,
  schema,
  history,
  indexes,
  indexIdNext,
}: CollectionState): StateParts {
  return { id, name, version, schema, history, numbering: { indexes, indexIdNext } };
}
