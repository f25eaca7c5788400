/**
 * What a store may be able to do beyond reading and writing. Each part is optional; core throws
 * `unsupported_operation` for a part a driver lacks, never a silent nothing.
 */

/** How far a long maintenance call has come. Units are the driver's own (rows or bytes), named by `unit`. */
export interface MaintenanceProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: "rows" | "bytes";
}

/** The second, optional interface of a driver. No call may run while a transaction is open on the handle (`transaction_open`). */
export interface StoreMaintenance {
  /** Makes the next open cheap. Changes no data. */
  checkpoint?(): void;
  /** Gives back the space of dead data. Changes no data and not the revision. */
  compact?(onProgress?: (progress: MaintenanceProgress) => void): void;
  /** Copies the last committed state to another place while the store stays in use. */
  copyTo?(destination: string, onProgress?: (progress: MaintenanceProgress) => void): void;
  /**
   * The last committed state as the bytes of a whole vault, in the driver's own format, revision included. The bytes are the caller's.
   * They say where they end, so that bytes cut short are not taken for an older state.
   */
  snapshotBytes?(onProgress?: (progress: MaintenanceProgress) => void): Uint8Array;
  /**
   * Checks what lies below core: checksums, pages, pointers. Problems are returned, not thrown.
   * @throws file_damaged
   */
  verify?(): readonly string[];
  /** Figures of the medium, by name; the names say their unit (`fileBytes`, `deadBytes`). */
  stats?(): Readonly<Record<string, number>>;
}
