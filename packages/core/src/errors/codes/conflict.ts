/** Codes of kind "conflict": what two want at the same time. */
export const CONFLICT_CODES = {
  row_exists: {
    kind: "conflict",
    meaning: "A row with this primary key exists already; `put` replaces it, `insert` does not.",
    details: ["collection", "key"],
    fault: "data",
    retry: false,
  },
  store_busy: {
    kind: "conflict",
    meaning: "Another holder writes to the store, and the wait allowed has passed.",
    details: ["path", "pid", "host", "since", "operation"],
    fault: "environment",
    retry: true,
  },
  store_conflict: {
    kind: "conflict",
    meaning: "A commit lost against another writer; the whole transaction can be run again.",
    details: [],
    fault: "environment",
    retry: true,
  },
  store_in_use: {
    kind: "conflict",
    meaning: "This process has the store open already; one handle is to be shared.",
    details: ["path", "pid", "since", "openedAs"],
    fault: "caller",
    retry: false,
  },
  unique_violation: {
    kind: "conflict",
    meaning: "Another row holds this value in a unique index.",
    details: ["collection", "index", "path", "value", "holder", "key"],
    fault: "data",
    retry: false,
  },
} as const;
