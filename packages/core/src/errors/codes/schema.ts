/** Codes of kind "schema": schemas, models and migrations. */
export const SCHEMA_CODES = {
  breaking_change: {
    kind: "schema",
    meaning: "The new schema version would break stored rows; `details.findings` says how.",
    details: ["collection", "version", "findings"],
    fault: "caller",
    retry: false,
  },
  collection_exists: {
    kind: "schema",
    meaning:
      "A collection of this name exists already, with another schema, or where another was to be renamed to it.",
    details: ["collection", "version", "findings", "from"],
    fault: "caller",
    retry: false,
  },
  collection_name_invalid: {
    kind: "schema",
    meaning: "A collection's name is no text, is empty, too long, not well-formed, or reserved.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  collection_unknown: {
    kind: "schema",
    meaning: "There is no collection of this name.",
    details: ["collection", "known"],
    fault: "caller",
    retry: false,
  },
  constraint_invalid: {
    kind: "schema",
    meaning:
      "A constraint is unknown, malformed, on a type it does not go with, or cannot be met together with another.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  default_invalid: {
    kind: "schema",
    meaning:
      "The default of a field is no value of the field, breaks its constraints, or cannot be written as JSON.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  field_path_invalid: {
    kind: "schema",
    meaning: "A field path is empty or malformed, is given twice, or leads through another field.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  index_invalid: {
    kind: "schema",
    meaning: "An index is malformed, has a name that is taken, or a path that cannot be indexed.",
    details: ["collection", "index", "path", "at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  migration_function_failed: {
    kind: "schema",
    meaning:
      "A function of the caller's (`fill`, `convert`, `rewrite`) threw while a migration was at a row; `details` names collection, key and field, `cause` is what it threw. Nothing was changed.",
    details: ["argument", "collection", "key", "field"],
    fault: "caller",
    retry: false,
  },
  migration_irreversible: {
    kind: "schema",
    meaning:
      "The last migration has steps that cannot be undone exactly, or there is none; `details.reasons` names them.",
    details: ["reasons"],
    fault: "caller",
    retry: false,
  },
  migration_required: {
    kind: "schema",
    meaning: "The new schema version needs stored rows checked or changed; `details.findings` says which.",
    details: ["collection", "version", "findings"],
    fault: "caller",
    retry: false,
  },
  migration_row_invalid: {
    kind: "schema",
    meaning: "A stored row does not fit the new schema version; nothing was changed.",
    details: ["collection", "key", "field", "by", "refused", "rows"],
    fault: "data",
    retry: false,
  },
  model_mismatch: {
    kind: "schema",
    meaning: "A model differs from the collection it names; `details.findings` says how.",
    details: ["collection", "version", "primaryKey", "findings", "field"],
    fault: "caller",
    retry: false,
  },
  model_unsupported: {
    kind: "schema",
    meaning:
      "A model's schema has parts that cannot be stored; `details.problems` lists each with what to use instead.",
    details: ["model", "problems"],
    fault: "caller",
    retry: false,
  },
  models_differ: {
    kind: "schema",
    meaning:
      "The vault is not as the models say, and `openWith` was not allowed to change it; the message lists the steps.",
    details: ["onDiff", "safety", "plan"],
    fault: "caller",
    retry: false,
  },
  path_unknown: {
    kind: "schema",
    meaning: "A path leads to no field of the schema.",
    details: ["collection", "path", "suggestion"],
    fault: "caller",
    retry: false,
  },
  plan_blocked: {
    kind: "schema",
    meaning:
      "The plan drops what was not named, or lacks values for stored rows; `details.blockers` says what to name or give.",
    details: ["blockers"],
    fault: "caller",
    retry: false,
  },
  plan_incomplete: {
    kind: "schema",
    meaning: "The plan was read from JSON and needs a function or a model that was not given.",
    details: ["collection", "step"],
    fault: "caller",
    retry: false,
  },
  plan_invalid: {
    kind: "schema",
    meaning: "The data is no plan, or was changed after it was made.",
    details: ["note", "reason"],
    fault: "caller",
    retry: false,
  },
  plan_stale: {
    kind: "schema",
    meaning: "The vault's schemas are no longer those that the plan was made for; plan again.",
    details: ["base", "current", "collections"],
    fault: "caller",
    retry: false,
  },
  primary_key_field_invalid: {
    kind: "schema",
    meaning: "The primary key names no field, or one that is no scalar of one segment.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  regex_invalid: {
    kind: "schema",
    meaning: "A regex pattern is malformed, too long, or uses what cannot run in linear time.",
    details: ["pattern", "reason", "at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  schema_invalid: {
    kind: "schema",
    meaning: "A schema descriptor is malformed; `details.problems` lists every mistake with its place.",
    details: ["at", "expected", "actual", "problems"],
    fault: "caller",
    retry: false,
  },
  schema_json_invalid: {
    kind: "schema",
    meaning: "A text is not JSON, or data is none that JSON can hold.",
    details: ["offset", "expected", "actual"],
    fault: "caller",
    retry: false,
  },
} as const;
