/** Codes of kind "transaction": transactions that were left or kept wrongly. */
export const TRANSACTION_CODES = {
  callback_async: {
    kind: "transaction",
    meaning: "A callback of the synchronous API returned a promise; what it did was rolled back.",
    details: ["argument", "collection", "key", "field"],
    fault: "caller",
    retry: false,
  },
  transaction_broken: {
    kind: "transaction",
    meaning:
      "A write of the transaction was cut short (by a full store, an exhausted stack…) and the error was caught; the transaction was rolled back as a whole.",
    details: [],
    fault: "environment",
    retry: true,
  },
  transaction_closed: {
    kind: "transaction",
    meaning: "The transaction was used after it ended.",
    details: [],
    fault: "caller",
    retry: false,
  },
  transaction_open: {
    kind: "transaction",
    meaning: "This cannot be done while a transaction is open on the handle.",
    details: ["operation"],
    fault: "caller",
    retry: false,
  },
  transaction_timeout: {
    kind: "transaction",
    meaning: "An asynchronous transaction was open for longer than its `timeoutMs`, and was rolled back.",
    details: ["timeoutMs"],
    fault: "caller",
    retry: true,
  },
  update_reentrant: {
    kind: "transaction",
    meaning:
      "Code that a write called (an update or rewrite function, a getter of a row) changed what was being written: the row, or its schema.",
    details: ["collection"],
    fault: "caller",
    retry: false,
  },
} as const;
