/** What restoring tells. */

/** What was restored. */
export interface RestoreReport {
  /** Revision of the vault, which is that of the saved one. */
  readonly revision: number;
  /** Rows by collection, by the names that they have now. */
  readonly rows: Readonly<Record<string, number>>;
}
