/** Codes of kind "limit": what is larger than it may be. */
export const LIMIT_CODES = {
  checkpoint_too_large: {
    kind: "limit",
    meaning:
      "The state does not fit one checkpoint of the file format; `compact` makes opening cheap all the same.",
    details: ["path", "what", "size", "max"],
    fault: "data",
    retry: false,
  },
  note_too_large: {
    kind: "limit",
    meaning: "A note, or its key, is larger than the format or the store allows.",
    details: ["note", "noteBytes", "noteBytesMax"],
    fault: "data",
    retry: false,
  },
  overloaded: {
    kind: "limit",
    meaning:
      "More calls are in flight on an asynchronous database than `maxQueued` allows; this one was not made.",
    details: ["inFlight", "maxQueued"],
    fault: "caller",
    retry: true,
  },
  row_too_large: {
    kind: "limit",
    meaning:
      "An encoded row, or something in it that its schema let pass, is larger than the format allows. (A text or byte string above 16 MiB is `validation_failed`, rule `size`.)",
    details: ["collection", "key", "path", "what", "size", "max", "valueBytes", "valueBytesMax"],
    fault: "data",
    retry: false,
  },
  schema_limit: {
    kind: "limit",
    meaning: "A schema is larger than the file format allows; `details` says what, and by how much.",
    details: ["collection", "where", "what", "size", "max"],
    fault: "caller",
    retry: false,
  },
  store_key_too_long: {
    kind: "limit",
    meaning: "A key is longer than the store allows.",
    details: ["collection", "path", "keyBytes", "keyBytesMax"],
    fault: "data",
    retry: false,
  },
  store_readers_full: {
    kind: "limit",
    meaning: "Every place for an open snapshot or reader of the store is taken, by this process or others.",
    details: ["path", "operation", "errno"],
    fault: "caller",
    retry: true,
  },
  store_value_too_long: {
    kind: "limit",
    meaning: "A value is longer than the store allows.",
    details: ["collection", "path", "valueBytes", "valueBytesMax"],
    fault: "data",
    retry: false,
  },
} as const;
