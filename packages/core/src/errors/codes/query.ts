/** Codes of kind "query": questions that cannot be answered as asked. */
export const QUERY_CODES = {
  cursor_invalid: {
    kind: "query",
    meaning: "A cursor is damaged, or is no cursor.",
    details: ["argument", "reason"],
    fault: "caller",
    retry: false,
  },
  cursor_mismatch: {
    kind: "query",
    meaning: "A cursor was given to another query than the one it came from.",
    details: ["collection"],
    fault: "caller",
    retry: false,
  },
  query_not_one: {
    kind: "query",
    meaning: "`one` found no row, or more than one.",
    details: ["found"],
    fault: "data",
    retry: false,
  },
  query_operator_unknown: {
    kind: "query",
    meaning: "There is no such operator.",
    details: ["path", "operator", "known"],
    fault: "caller",
    retry: false,
  },
  query_operator_unsupported: {
    kind: "query",
    meaning: "The operator cannot be used on a path of this type.",
    details: ["path", "operator", "type", "supported"],
    fault: "caller",
    retry: false,
  },
  query_order_invalid: {
    kind: "query",
    meaning: "Rows cannot be ordered by this path, or it is named twice.",
    details: ["path", "type"],
    fault: "caller",
    retry: false,
  },
  query_too_complex: {
    kind: "query",
    meaning: "A predicate has too many parts, is nested too deeply, or lists too many values.",
    details: ["argument", "path", "operator", "depthMax", "nodesMax", "values", "valuesMax"],
    fault: "caller",
    retry: false,
  },
  query_value_invalid: {
    kind: "query",
    meaning: "A value in a predicate does not fit its operator or the type at its path.",
    details: ["path", "operator", "expected", "actual"],
    fault: "caller",
    retry: false,
  },
} as const;
