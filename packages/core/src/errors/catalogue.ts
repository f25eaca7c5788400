/**
 * Every error code of ModelVault, in one place: what it means, whose fault it is, whether trying again may
 * help. docs/errors.md is generated from this file. A code is never reused for another meaning.
 */

/** The broad family of a code, for callers that treat a whole family alike. */
export type ErrorKind =
  | "conflict"
  | "format"
  | "internal"
  | "io"
  | "limit"
  | "query"
  | "schema"
  | "state"
  | "transaction"
  | "usage"
  | "validation";

export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  /** Who can mend it: the calling code, the data it was given, the machine, or ModelVault itself. */
  readonly fault: "caller" | "data" | "environment" | "modelvault";
  /** Whether the same call may succeed later without a change. */
  readonly retry: boolean;
}

/** All codes, sorted by kind, then code. */
export const ERROR_CATALOGUE = {
  // conflict
  store_conflict: {
    kind: "conflict",
    meaning: "A commit lost against another writer; the whole transaction can be run again.",
    fault: "environment",
    retry: true,
  },
  row_exists: {
    kind: "conflict",
    meaning: "A row with this primary key exists already; `put` replaces it, `insert` does not.",
    fault: "data",
    retry: false,
  },
  store_busy: {
    kind: "conflict",
    meaning: "Another holder writes to the store, and the wait allowed has passed.",
    fault: "environment",
    retry: true,
  },
  store_in_use: {
    kind: "conflict",
    meaning: "This process has the store open already; one handle is to be shared.",
    fault: "caller",
    retry: false,
  },
  unique_violation: {
    kind: "conflict",
    meaning: "Another row holds this value in a unique index.",
    fault: "data",
    retry: false,
  },
  // format
  catalog_payload_invalid: {
    kind: "format",
    meaning: "A stored schema cannot be decoded.",
    fault: "environment",
    retry: false,
  },
  checkpoint_invalid: {
    kind: "format",
    meaning: "A checkpoint cannot be read, and the log does not hold what it held.",
    fault: "environment",
    retry: false,
  },
  file_damaged: {
    kind: "format",
    meaning: "A vault file is shorter than its head says, or its head is not sound; restore a copy.",
    fault: "environment",
    retry: false,
  },
  file_not_vault: {
    kind: "format",
    meaning: "A file does not begin as a vault does.",
    fault: "caller",
    retry: false,
  },
  file_version_unsupported: {
    kind: "format",
    meaning: "A vault file has a format version that cannot be read.",
    fault: "environment",
    retry: false,
  },
  index_row_missing: {
    kind: "format",
    meaning: "An index has an entry for a row that does not exist.",
    fault: "environment",
    retry: false,
  },
  log_damaged: {
    kind: "format",
    meaning: "The log of a vault file is damaged before its end; `salvage` copies what is intact.",
    fault: "environment",
    retry: false,
  },
  log_unclean: {
    kind: "format",
    meaning: "The log of a vault file ends unclean, and the file was opened in strict mode.",
    fault: "environment",
    retry: false,
  },
  record_payload_invalid: {
    kind: "format",
    meaning: "A stored row cannot be decoded.",
    fault: "environment",
    retry: false,
  },
  key_invalid: {
    kind: "format",
    meaning: "Stored key bytes cannot be decoded.",
    fault: "environment",
    retry: false,
  },
  // internal
  internal: {
    kind: "internal",
    meaning: "ModelVault met a state it thought impossible. Please report it.",
    fault: "modelvault",
    retry: false,
  },
  // io
  store_full: {
    kind: "io",
    meaning: "There is no room left on the medium; nothing of the write was kept.",
    fault: "environment",
    retry: true,
  },
  store_io: {
    kind: "io",
    meaning: "The medium refused a call; `details.errno` says which error it gave.",
    fault: "environment",
    retry: true,
  },
  // limit
  checkpoint_too_large: {
    kind: "limit",
    meaning:
      "The state does not fit one checkpoint of the file format; `compact` makes opening cheap all the same.",
    fault: "data",
    retry: false,
  },
  note_too_large: {
    kind: "limit",
    meaning: "A note, or its key, is larger than the format or the store allows.",
    fault: "data",
    retry: false,
  },
  store_key_too_long: {
    kind: "limit",
    meaning: "A key is longer than the store allows.",
    fault: "data",
    retry: false,
  },
  store_readers_full: {
    kind: "limit",
    meaning: "Every place for an open snapshot or reader of the store is taken, by this process or others.",
    fault: "caller",
    retry: true,
  },
  store_value_too_long: {
    kind: "limit",
    meaning: "A value is longer than the store allows.",
    fault: "data",
    retry: false,
  },
  row_too_large: {
    kind: "limit",
    meaning: "An encoded row, one of its texts, byte strings or lists is larger than the format allows.",
    fault: "data",
    retry: false,
  },
  schema_limit: {
    kind: "limit",
    meaning: "A schema is larger than the file format allows; `details` says what, and by how much.",
    fault: "caller",
    retry: false,
  },
  overloaded: {
    kind: "limit",
    meaning:
      "More calls are in flight on an asynchronous database than `maxQueued` allows; this one was not made.",
    fault: "caller",
    retry: true,
  },
  // query
  cursor_invalid: {
    kind: "query",
    meaning: "A cursor is damaged, or is no cursor.",
    fault: "caller",
    retry: false,
  },
  cursor_mismatch: {
    kind: "query",
    meaning: "A cursor was given to another query than the one it came from.",
    fault: "caller",
    retry: false,
  },
  query_not_one: {
    kind: "query",
    meaning: "`one` found no row, or more than one.",
    fault: "data",
    retry: false,
  },
  query_operator_unknown: {
    kind: "query",
    meaning: "There is no such operator.",
    fault: "caller",
    retry: false,
  },
  query_operator_unsupported: {
    kind: "query",
    meaning: "The operator cannot be used on a path of this type.",
    fault: "caller",
    retry: false,
  },
  query_order_invalid: {
    kind: "query",
    meaning: "Rows cannot be ordered by this path, or it is named twice.",
    fault: "caller",
    retry: false,
  },
  query_too_complex: {
    kind: "query",
    meaning: "A predicate has too many parts, is nested too deeply, or lists too many values.",
    fault: "caller",
    retry: false,
  },
  query_value_invalid: {
    kind: "query",
    meaning: "A value in a predicate does not fit its operator or the type at its path.",
    fault: "caller",
    retry: false,
  },
  // schema
  breaking_change: {
    kind: "schema",
    meaning: "The new schema version would break stored rows; `details.findings` says how.",
    fault: "caller",
    retry: false,
  },
  collection_exists: {
    kind: "schema",
    meaning:
      "A collection of this name exists already, with another schema, or where another was to be renamed to it.",
    fault: "caller",
    retry: false,
  },
  collection_name_invalid: {
    kind: "schema",
    meaning: "A collection's name is no text, is empty, too long, not well-formed, or reserved.",
    fault: "caller",
    retry: false,
  },
  collection_unknown: {
    kind: "schema",
    meaning: "There is no collection of this name.",
    fault: "caller",
    retry: false,
  },
  constraint_invalid: {
    kind: "schema",
    meaning:
      "A constraint is unknown, malformed, on a type it does not go with, or cannot be met together with another.",
    fault: "caller",
    retry: false,
  },
  default_invalid: {
    kind: "schema",
    meaning:
      "The default of a field is no value of the field, breaks its constraints, or cannot be written as JSON.",
    fault: "caller",
    retry: false,
  },
  field_path_invalid: {
    kind: "schema",
    meaning: "A field path is empty or malformed, is given twice, or leads through another field.",
    fault: "caller",
    retry: false,
  },
  index_invalid: {
    kind: "schema",
    meaning: "An index is malformed, has a name that is taken, or a path that cannot be indexed.",
    fault: "caller",
    retry: false,
  },
  migration_function_failed: {
    kind: "schema",
    meaning:
      "A function of the caller's (`fill`, `convert`, `rewrite`) threw while a migration was at a row; `details` names collection, key and field, `cause` is what it threw. Nothing was changed.",
    fault: "caller",
    retry: false,
  },
  migration_irreversible: {
    kind: "schema",
    meaning:
      "The last migration has steps that cannot be undone exactly, or there is none; `details.reasons` names them.",
    fault: "caller",
    retry: false,
  },
  migration_required: {
    kind: "schema",
    meaning: "The new schema version needs stored rows checked or changed; `details.findings` says which.",
    fault: "caller",
    retry: false,
  },
  migration_row_invalid: {
    kind: "schema",
    meaning: "A stored row does not fit the new schema version; nothing was changed.",
    fault: "data",
    retry: false,
  },
  model_mismatch: {
    kind: "schema",
    meaning: "A model differs from the collection it names; `details.findings` says how.",
    fault: "caller",
    retry: false,
  },
  model_unsupported: {
    kind: "schema",
    meaning:
      "A model's schema has parts that cannot be stored; `details.problems` lists each with what to use instead.",
    fault: "caller",
    retry: false,
  },
  models_differ: {
    kind: "schema",
    meaning:
      "The vault is not as the models say, and `openWith` was not allowed to change it; the message lists the steps.",
    fault: "caller",
    retry: false,
  },
  path_unknown: {
    kind: "schema",
    meaning: "A path leads to no field of the schema.",
    fault: "caller",
    retry: false,
  },
  plan_blocked: {
    kind: "schema",
    meaning:
      "The plan drops what was not named, or lacks values for stored rows; `details.blockers` says what to name or give.",
    fault: "caller",
    retry: false,
  },
  plan_incomplete: {
    kind: "schema",
    meaning: "The plan was read from JSON and needs a function or a model that was not given.",
    fault: "caller",
    retry: false,
  },
  plan_invalid: {
    kind: "schema",
    meaning: "The data is no plan, or was changed after it was made.",
    fault: "caller",
    retry: false,
  },
  plan_stale: {
    kind: "schema",
    meaning: "The vault's schemas are no longer those that the plan was made for; plan again.",
    fault: "caller",
    retry: false,
  },
  primary_key_field_invalid: {
    kind: "schema",
    meaning: "The primary key names no field, or one that is no scalar of one segment.",
    fault: "caller",
    retry: false,
  },
  regex_invalid: {
    kind: "schema",
    meaning: "A regex pattern is malformed, too long, or uses what cannot run in linear time.",
    fault: "caller",
    retry: false,
  },
  schema_invalid: {
    kind: "schema",
    meaning: "A schema descriptor is malformed; `details.problems` lists every mistake with its place.",
    fault: "caller",
    retry: false,
  },
  schema_json_invalid: {
    kind: "schema",
    meaning: "A text is not JSON, or data is none that JSON can hold.",
    fault: "caller",
    retry: false,
  },
  // state
  database_closed: {
    kind: "state",
    meaning: "The database was used after it was closed.",
    fault: "caller",
    retry: false,
  },
  row_not_found: {
    kind: "state",
    meaning: "There is no row with this primary key.",
    fault: "data",
    retry: false,
  },
  view_read_only: {
    kind: "state",
    meaning: "A view shows one state and takes no writes.",
    fault: "caller",
    retry: false,
  },
  snapshot_expired: {
    kind: "state",
    meaning: "A snapshot, view or iteration was held open for longer than the store allows, and was ended.",
    fault: "caller",
    retry: true,
  },
  snapshot_closed: {
    kind: "state",
    meaning: "The snapshot or view was used after it ended.",
    fault: "caller",
    retry: false,
  },
  store_closed: {
    kind: "state",
    meaning: "The store was used after it was closed.",
    fault: "caller",
    retry: false,
  },
  store_read_only: {
    kind: "state",
    meaning: "The store was opened for reading only.",
    fault: "caller",
    retry: false,
  },
  store_poisoned: {
    kind: "state",
    meaning: "An earlier write failed, so the store takes no more writes until it is reopened.",
    fault: "environment",
    retry: false,
  },
  worker_died: {
    kind: "state",
    meaning:
      "A worker thread of an asynchronous database ended. Whether a write that was in flight was committed is not known; acknowledged writes were.",
    fault: "environment",
    retry: true,
  },
  // transaction
  callback_async: {
    kind: "transaction",
    meaning: "A callback of the synchronous API returned a promise; what it did was rolled back.",
    fault: "caller",
    retry: false,
  },
  transaction_broken: {
    kind: "transaction",
    meaning:
      "A write of the transaction was cut short (by a full store, an exhausted stack…) and the error was caught; the transaction was rolled back as a whole.",
    fault: "environment",
    retry: true,
  },
  transaction_open: {
    kind: "transaction",
    meaning: "This cannot be done while a transaction is open on the handle.",
    fault: "caller",
    retry: false,
  },
  update_reentrant: {
    kind: "transaction",
    meaning:
      "Code that a write called (an update or rewrite function, a getter of a row) changed what was being written: the row, or its schema.",
    fault: "caller",
    retry: false,
  },
  transaction_closed: {
    kind: "transaction",
    meaning: "The transaction was used after it ended.",
    fault: "caller",
    retry: false,
  },
  transaction_timeout: {
    kind: "transaction",
    meaning: "An asynchronous transaction was open for longer than its `timeoutMs`, and was rolled back.",
    fault: "caller",
    retry: true,
  },
  // usage
  argument_invalid: {
    kind: "usage",
    meaning: "An argument or option has the wrong type or name.",
    fault: "caller",
    retry: false,
  },
  date_out_of_range: {
    kind: "usage",
    meaning:
      "A stored timestamp is beyond what a JavaScript Date can tell; read it through `db.collection(name)`, as microseconds.",
    fault: "caller",
    retry: false,
  },
  index_value_invalid: {
    kind: "usage",
    meaning: "A value given for an indexed field has the wrong type, or is text that UTF-8 cannot hold.",
    fault: "caller",
    retry: false,
  },
  integer_unsafe: {
    kind: "usage",
    meaning:
      'A stored 64-bit integer does not fit a JavaScript number; open the vault with `integers: "bigint"` or select other fields.',
    fault: "caller",
    retry: false,
  },
  key_exhausted: {
    kind: "usage",
    meaning: "A generated primary key would be larger than its type can hold.",
    fault: "caller",
    retry: false,
  },
  model_schema_invalid: {
    kind: "usage",
    meaning: "What was given as a model's schema cannot validate, or cannot describe itself as JSON Schema.",
    fault: "caller",
    retry: false,
  },
  model_schema_threw: {
    kind: "usage",
    meaning:
      "A model's schema threw while it validated a row, in place of telling what is wrong; `cause` is what it threw.",
    fault: "caller",
    retry: false,
  },
  model_subset_incomplete: {
    kind: "usage",
    meaning:
      "A row cannot be stored through a subset model, because the collection has required fields that the model does not know; `details.fields` names them.",
    fault: "caller",
    retry: false,
  },
  primary_key_invalid: {
    kind: "usage",
    meaning:
      "A value given as primary key has the wrong type, is not finite, or is longer than the store allows.",
    fault: "caller",
    retry: false,
  },
  store_range_invalid: {
    kind: "usage",
    meaning: "A scan was given two lower or two upper bounds.",
    fault: "caller",
    retry: false,
  },
  unsupported_operation: {
    kind: "usage",
    meaning: "The store driver cannot do this.",
    fault: "caller",
    retry: false,
  },
  vault_not_empty: {
    kind: "usage",
    meaning: "A vault was to be copied into another that has collections already.",
    fault: "caller",
    retry: false,
  },
  validation_async: {
    kind: "usage",
    meaning: "A model's schema validates asynchronously, which the synchronous API cannot wait for.",
    fault: "caller",
    retry: false,
  },
  // validation
  primary_key_changed: {
    kind: "validation",
    meaning: "An update would change the primary key of its row.",
    fault: "caller",
    retry: false,
  },
  row_unreadable: {
    kind: "validation",
    meaning: "Reading a row threw an error: one of its getters, or the proxy it is.",
    fault: "caller",
    retry: false,
  },
  validation_failed: {
    kind: "validation",
    meaning: "A row breaks its schema; `issues` lists every problem.",
    fault: "data",
    retry: false,
  },
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What the catalogue says about a code. (The return type holds every entry to `ErrorEntry`.) */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERROR_CATALOGUE[code];
}
