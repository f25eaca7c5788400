/**
 * The file system as the driver needs it: all it ever does to a disk goes through these two interfaces. The real one is
 * `node-port.ts`; tests have one that fails the n-th call and one that simulates the loss of power.
 *
 * Calls throw the errors of `node:fs` (with a `code` such as ENOSPC); the driver makes coded errors of them where it knows what they mean.
 */

/** What tells one file from another, whatever path leads to it. */
export interface FileIdentity {
  readonly id: string;
  readonly bytes: number;
}

/** One open file. */
export interface OpenFile {
  readonly path: string;
  identity(): FileIdentity;
  /** Reads up to `length` bytes into the buffer; fewer only at the end of the file. Returns how many. */
  read(into: Buffer, at: number, length: number, position: number): number;
  /** Writes all of `bytes[from..to)`, however many system calls that takes. */
  write(bytes: Uint8Array, position: number, from?: number, to?: number): void;
  truncate(bytes: number): void;
  /** Data, and what of the metadata is needed to read them, are on the medium when it returns. */
  syncData(): void;
  /**
   * Takes a whole-file lock without waiting, held until `close`. False when another holder has a conflicting one.
   * Where the platform has none it returns "unsupported".
   */
  lock(kind: "shared" | "exclusive"): boolean | "unsupported";
  close(): void;
}

export interface FilePort {
  /** Whether what is written outlives the port. */
  readonly persistent: boolean;
  /** Whether notes about holders can be kept beside the vault; false where files are only simulated. */
  readonly notes: boolean;
  /**
   * - `read`: must exist.
   * - `write`: read and write; must exist.
   * - `create`: read and write; must not exist.
   * - `ensure`: read and write; created empty where it does not exist.
   */
  open(path: string, mode: "read" | "write" | "create" | "ensure"): OpenFile;
  /** Undefined when there is none. */
  stat(path: string): FileIdentity | undefined;
  /** Replaces what has the new name, atomically. */
  rename(from: string, to: string): void;
  /** Gives a file a second name; fails with EEXIST where that is taken. */
  link(from: string, to: string): void;
  remove(path: string): void;
  /** Gives a file the permissions of another, as far as the platform has such. */
  copyMode(from: string, to: string): void;
  /** Makes renames, links and removals in the folder of this path durable, as far as the platform can. */
  syncFolderOf(path: string): void;
  /** The one spelling of a path that links and dots lead to; of a file that does not exist, by its folder. */
  canonical(path: string): string;
}
