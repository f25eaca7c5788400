/**
 * Hands what a database reports on to Node's `diagnostics_channel`, where tracing tools listen. A report costs nothing but a
 * look at the channel while nobody subscribes.
 */
import { type Channel, channel } from "node:diagnostics_channel";
import type { DatabaseObserver } from "@modelvault/core";

const channels: Readonly<Record<"open" | "commit" | "query" | "conflict", Channel>> = {
  open: channel("modelvault:open"),
  commit: channel("modelvault:commit"),
  query: channel("modelvault:query"),
  conflict: channel("modelvault:conflict"),
};

/**
 * An observer that publishes on the channels `modelvault:open`, `modelvault:commit`, `modelvault:query` and `modelvault:conflict`. Messages are the
 * reports of `DatabaseObserver`; durations are in milliseconds.
 *
 * @example
 * const db = Database.open(fileStore("app.modelvault"), { observer: diagnosticsObserver() });
 */
export function diagnosticsObserver(): DatabaseObserver {
  return {
    onOpen: (report) => channels.open.publish(report),
    onCommit: (report) => channels.commit.publish(report),
    onQuery: (report) => channels.query.publish(report),
    onConflict: (report) => channels.conflict.publish(report),
  };
}
