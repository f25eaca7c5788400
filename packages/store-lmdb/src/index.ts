/**
 * @modelvault/store-lmdb: a vault in LMDB, larger than memory and shared by many processes.
 */
export {};
