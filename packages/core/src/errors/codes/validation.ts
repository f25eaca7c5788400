/** Codes of kind "validation": rows that cannot be stored. */
export const VALIDATION_CODES = {
  primary_key_changed: {
    kind: "validation",
    meaning: "An update would change the primary key of its row.",
    details: ["collection", "key", "field", "value"],
    fault: "caller",
    retry: false,
  },
  row_unreadable: {
    kind: "validation",
    meaning: "Reading a row threw an error: one of its getters, or the proxy it is.",
    details: ["actual"],
    fault: "caller",
    retry: false,
  },
  validation_failed: {
    kind: "validation",
    meaning: "A row breaks its schema; `issues` lists every problem.",
    details: ["collection"],
    fault: "data",
    retry: false,
  },
} as const;
