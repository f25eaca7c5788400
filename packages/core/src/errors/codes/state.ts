/** Codes of kind "state": things used at the wrong time. */
export const STATE_CODES = {
  database_closed: {
    kind: "state",
    meaning: "The database was used after it was closed.",
    details: [],
    fault: "caller",
    retry: false,
  },
  row_not_found: {
    kind: "state",
    meaning: "There is no row with this primary key.",
    details: ["collection", "key"],
    fault: "data",
    retry: false,
  },
  snapshot_closed: {
    kind: "state",
    meaning: "The snapshot or view was used after it ended.",
    details: [],
    fault: "caller",
    retry: false,
  },
  snapshot_expired: {
    kind: "state",
    meaning: "A snapshot, view or iteration was held open for longer than the store allows, and was ended.",
    details: [],
    fault: "caller",
    retry: true,
  },
  store_closed: {
    kind: "state",
    meaning: "The store was used after it was closed.",
    details: ["path"],
    fault: "caller",
    retry: false,
  },
  store_poisoned: {
    kind: "state",
    meaning: "An earlier write failed, so the store takes no more writes until it is reopened.",
    details: ["path", "failure", "operation", "errno"],
    fault: "environment",
    retry: false,
  },
  store_read_only: {
    kind: "state",
    meaning: "The store was opened for reading only.",
    details: ["path", "mode"],
    fault: "caller",
    retry: false,
  },
  view_read_only: {
    kind: "state",
    meaning: "A view shows one state and takes no writes.",
    details: ["collection"],
    fault: "caller",
    retry: false,
  },
  worker_died: {
    kind: "state",
    meaning:
      "A worker thread of an asynchronous database ended. Whether a write that was in flight was committed is not known; acknowledged writes were.",
    details: ["role"],
    fault: "environment",
    retry: true,
  },
} as const;
