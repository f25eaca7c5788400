/**
 * The promises of the contract, word for word as they stand in core's `store/store.ts` and `store/maintenance.ts`. A
 * failing check quotes the ones it found broken. A test of the kit compares these with the sources, so that no sentence
 * of the contract goes untried and none is quoted that is not there.
 */
export const promise = {
  // What a store is
  atomicMaps:
    'A store is a set of ordered maps from bytes to bytes ("keyspaces") that one writer at a time may change, atomically.',
  keyOrder: "Keys are ordered by unsigned byte, a proper prefix before its extensions.",
  keyspaceContent: "Callers may pass a fresh object or reuse one; only the numbers and the kind matter.",
  catalogKeyspace:
    "Schema history. Key: sequence number, 8 bytes big-endian, from 1. Value: one catalog payload. Append-only: a committed payload is never replaced or deleted.",
  rowsKeyspace:
    "Key: encoded primary key. Value: record payload. `collection` is an integer from 1 to 2^32-1.",
  indexKeyspace:
    "Key: encoded (index value, primary key). Value: empty. `index` is an integer from 1 to 2^32-1.",

  // Ranges
  openBounds: "All are optional; an absent bound is open.",
  oneBoundEach:
    "At most one of `gt`/`gte` and one of `lt`/`lte` may be given (`store_range_invalid` otherwise).",
  crossedBounds: "A range whose bounds cross is empty, not an error.",
  reverse: "Largest key first. Bounds keep their meaning.",

  // Scans
  scanOneShot: "A one-shot iterator over entries.",
  scanState: "It shows the state at the call of `scan`, whatever is written, committed or aborted later.",
  scanReturn: "`return()` (leaving a `for…of` early) releases what it holds.",
  scanReaderEnded:
    "When its reader has ended (store or snapshot closed, transaction over) the next `next()` throws that reader's closed error.",

  // Reading
  keysNotKept: "Keys passed in are not kept after the call returns.",
  bytesStay:
    "Bytes handed out stay valid and unchanged for as long as the caller holds them, whatever is written later; the caller may not change them.",
  get: "The value under exactly this key.",
  emptyKeyAndValue: "An empty key is a key; an empty value is a value.",
  getMany: "As many answers as keys, in their order.",
  scanOrder: "Entries in key order.",
  count: "Number of entries in the keyspace, kept and not counted: its cost does not grow with the answer.",
  countOfNothing: "0 for a keyspace never written.",
  countRange:
    "Number of entries in a range, as many as a scan of it shows now (`reverse` changes nothing), own writes of a transaction included.",

  // Traits
  traits: "Facts about a driver, read by the engine and probed by the testkit; never options.",
  durable: "A commit survives a crash of the process and of the machine once `commit` has returned.",
  persistent: "The data outlives `close` and can be opened again.",
  sharing: "Other threads or processes may hold the same location open.",
  busy: "`begin` on a store that another holder writes: waits up to `waitMs`, fails at once, or can only block.",
  conflicts: "`commit` may throw `store_conflict`, after which the transaction can be run again.",
  keyBytesMax: "Longest key in bytes, counted without the keyspace; absent: no limit below 64 MiB.",
  valueBytesMax: "Longest value in bytes; absent: no limit below 64 MiB.",
  operationsMax: "Most operations in one transaction; absent: limited by memory or disk only.",

  // The store
  committedOnly:
    "Reads on the store itself see committed state only, even while a transaction of the same handle is open.",
  freshness:
    "A read sees every commit of its own handle, and every commit of others that ended before the present synchronous run (since the last `await` or callback) began.",
  maintenanceAbsent:
    "What the store can do beyond reading and writing; absent: core answers `unsupported_operation`.",
  beginOne: "Starts the one write transaction.",
  beginExcludes: "While it lasts no other writer of this location, in any process, gets past `begin`.",
  beginTwice:
    "A second `begin` on the same handle throws `store_busy` at once, for a synchronous caller cannot be waited for.",
  beginRefusals: "store_busy, store_closed, store_poisoned, store_read_only",
  waitMs: "Longest wait for another holder's transaction, in milliseconds; 0 (default): do not wait.",
  snapshot: "A reader frozen at the last commit. Any number may be open; each outlives later commits.",
  revision:
    "Grows with every commit that changed something, never repeats, and is kept by reopening and compaction.",
  closeReleases: "Releases everything, locks too, even when it throws.",
  closeAgain: "Again: nothing happens.",
  closeEndsAll: "An open transaction is aborted, open snapshots and scans end.",
  closed: "Everything else on a closed store throws `store_closed`.",

  // Snapshots
  snapshotFrozen: "A reader frozen at one commit.",
  snapshotClosed: "After `close` reads throw `snapshot_closed`; closing again does nothing.",
  snapshotRevision: "The revision it shows.",

  // Transactions
  ownWrites: "Reads see its own writes.",
  netEffect:
    "What counts is its net effect, the difference between the state at `begin` and at `commit`: the order of puts means nothing, and a key put and deleted again was never there.",
  bytesReturned: "Bytes passed to `put` are the caller's again when it returns.",
  transactionOver:
    "After `commit` or `abort` every call but `abort` throws `transaction_closed`; `abort` then does nothing.",
  put: "Sets the value under a key, new or not.",
  putRefusals: "store_key_too_long, store_value_too_long, store_poisoned",
  delete: "Removes a key; nothing happens when it is absent.",
  commitWhole: "All or nothing, durable on return where the trait says so.",
  commitRevision:
    "Returns the revision after it; a transaction without writes changes nothing and returns the present one.",
  commitFails: "When it throws, nothing was committed and the transaction is over.",
  poisoned:
    "Where the driver cannot tell what reached the medium (a failed sync), the store is poisoned: reads show the last durable state, `begin` throws `store_poisoned`.",
  commitRefusals: "store_conflict, store_full, store_io",

  // The driver value
  driver: "A place and a way to open it, not yet open",
  driverWorker: "The module URL, the export and the plain options let a worker thread build the same value.",
  driverName: 'The medium, for messages and `stats`: "memory", "file", "lmdb".',
  driverModule: "URL of a module whose export `factory`, called with `args`, gives this value again.",
  driverArgs: "Plain data (structured-clone safe).",
  driverLocation:
    "The place as its owner spells it, a path where it has one; absent where it is nowhere but in memory.",
  driverOpen: "Opens the store.",
  driverElsewhere:
    "Notes in this thread that another thread has the place open on its behalf, until what is returned is called: meanwhile `open` for writing throws `store_in_use`.",
  driverElsewhereRefusal: "store_in_use when this thread has the place open for writing",

  // Maintenance
  maintenanceIdle: "No call may run while a transaction is open on the handle (`transaction_open`).",
  checkpoint: "Makes the next open cheap. Changes no data.",
  compact: "Gives back the space of dead data. Changes no data and not the revision.",
  copyTo: "Copies the last committed state to another place while the store stays in use.",
  snapshotBytes:
    "The last committed state as the bytes of a whole vault, in the driver's own format, revision included. The bytes are the caller's. They say where they end, so that bytes cut short are not taken for an older state.",
  verify: "Checks what lies below core: checksums, pages, pointers. Problems are returned, not thrown.",
  stats: "Figures of the medium, by name; the names say their unit (`fileBytes`, `deadBytes`).",
  progress:
    "How far a long maintenance call has come. Units are the driver's own (rows or bytes), named by `unit`.",
} as const;
