/** Whether a log that cannot be read on has a torn tail, which may be cut, or damage in the middle, which is an error. */
import { ModelVaultError } from "@modelvault/core";
import { FORMAT_MINOR, segmentName } from "../format/layout.ts";
import { lookBeyond } from "../log/beyond-damage.ts";
import type { FileWindow } from "../log/file-window.ts";
import type { Damage, LogContents } from "../log/scan.ts";

/**
 * Returns when the damage is a torn tail that may be cut.
 * @throws log_damaged when committed transactions follow the damage; log_unclean in strict mode
 */
export function judgeDamage(
  path: string,
  window: FileWindow,
  contents: LogContents,
  damage: Damage,
  minor: number,
  strict: boolean,
): void {
  const { offset, type, reason, resumeAt } = damage;
  const beyond = lookBeyond(window, resumeAt);
  // In a log of an old engine, which knows no transactions, any data behind the damage is committed. A log of today that is torn in its
  // very first transaction looks alike, but for the format version and the data before.
  const old = minor < FORMAT_MINOR || contents.schemas.length > 0;
  const legacy = old && !contents.markersSeen && beyond.markers === 0 && beyond.unframed > 0;
  // Data without a transaction around it, and commits nobody began, are no accident of a cut write when they are intact themselves.
  const misplaced = reason === "unframed" && beyond.nextSegment !== undefined;
  if (beyond.syncedTransactions === 0 && !legacy && !misplaced) {
    if (strict) throw unclean(path, contents.end, reason);
    return;
  }
  const what = type === 0 ? "segment" : `${segmentName(type)} segment`;
  const follows =
    beyond.transactions > 0
      ? `${beyond.transactions} intact transaction${beyond.transactions === 1 ? "" : "s"}`
      : "more data";
  throw new ModelVaultError(
    "log_damaged",
    `The log of "${path}" is damaged at offset ${offset} (${what}, ${reason}), and ${follows} follow${beyond.transactions === 1 ? "s" : ""} from offset ${beyond.nextSegment}. Nothing was changed; salvage(path, destination) copies every intact transaction.`,
    {
      path,
      offset,
      segment: segmentName(type),
      reason,
      committedBefore: contents.transactions,
      committedEnd: contents.end,
      nextIntactOffset: beyond.nextSegment,
      intactTransactionsAfter: beyond.transactions,
    },
  );
}

/** The error of strict mode. */
export function unclean(path: string, safeEnd: number, reason: string): ModelVaultError {
  return new ModelVaultError(
    "log_unclean",
    `"${path}" was not closed cleanly (${reason}); what is committed ends at offset ${safeEnd}. Open it with recovery "auto" to mend it.`,
    { path, safeEnd, reason },
  );
}
