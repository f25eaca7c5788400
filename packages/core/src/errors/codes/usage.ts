/** Codes of kind "usage": calls with wrong arguments. */
export const USAGE_CODES = {
  argument_invalid: {
    kind: "usage",
    meaning: "An argument or option has the wrong type or name.",
    details: ["argument", "expected", "actual"],
    fault: "caller",
    retry: false,
  },
  date_out_of_range: {
    kind: "usage",
    meaning:
      "A stored timestamp is beyond what a JavaScript Date can tell; read it through `db.collection(name)`, as microseconds.",
    details: ["value"],
    fault: "caller",
    retry: false,
  },
  index_value_invalid: {
    kind: "usage",
    meaning: "A value given for an indexed field has the wrong type, or is text that UTF-8 cannot hold.",
    details: ["expected", "actual"],
    fault: "caller",
    retry: false,
  },
  integer_unsafe: {
    kind: "usage",
    meaning:
      'A stored 64-bit integer does not fit a JavaScript number; open the vault with `integers: "bigint"` or select other fields.',
    details: ["key", "field", "value"],
    fault: "caller",
    retry: false,
  },
  key_exhausted: {
    kind: "usage",
    meaning: "A generated primary key would be larger than its type can hold.",
    details: ["collection", "field", "value"],
    fault: "caller",
    retry: false,
  },
  model_schema_invalid: {
    kind: "usage",
    meaning: "What was given as a model's schema cannot validate, or cannot describe itself as JSON Schema.",
    details: ["model", "argument", "expected", "side", "reason"],
    fault: "caller",
    retry: false,
  },
  model_schema_threw: {
    kind: "usage",
    meaning:
      "A model's schema threw while it validated a row, in place of telling what is wrong; `cause` is what it threw.",
    details: ["model"],
    fault: "caller",
    retry: false,
  },
  model_subset_incomplete: {
    kind: "usage",
    meaning:
      "A row cannot be stored through a subset model, because the collection has required fields that the model does not know; `details.fields` names them.",
    details: ["collection", "fields"],
    fault: "caller",
    retry: false,
  },
  primary_key_invalid: {
    kind: "usage",
    meaning:
      "A value given as primary key has the wrong type, is not finite, or is longer than the store allows.",
    details: ["collection", "field", "expected", "actual", "keyBytes", "keyBytesMax"],
    fault: "caller",
    retry: false,
  },
  store_range_invalid: {
    kind: "usage",
    meaning: "A scan was given two lower or two upper bounds.",
    details: ["bounds"],
    fault: "caller",
    retry: false,
  },
  unsupported_operation: {
    kind: "usage",
    meaning: "The store driver cannot do this.",
    details: ["operation", "driver"],
    fault: "caller",
    retry: false,
  },
  validation_async: {
    kind: "usage",
    meaning: "A model's schema validates asynchronously, which the synchronous API cannot wait for.",
    details: ["model"],
    fault: "caller",
    retry: false,
  },
  vault_not_empty: {
    kind: "usage",
    meaning: "A vault was to be copied into another that has collections already.",
    details: ["driver"],
    fault: "caller",
    retry: false,
  },
} as const;
