/**
 * Salvage: what can still be read of a damaged vault, written as a sound vault of its own. The damaged file is only read. Every committed
 * transaction that is intact itself is kept, wherever it stands; a checkpoint behind the damage stands in for what was lost before it.
 */
import { countRowsByName, isModelVaultError, type MaintenanceProgress } from "@modelvault/core";
import { LOG_START, SEGMENT, segmentName } from "../format/layout.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import { header } from "../format/segment.ts";
import { lockForReading } from "../lock/vault-locks.ts";
import { findSegment, segmentEnd } from "../log/beyond-damage.ts";
import { FileWindow } from "../log/file-window.ts";
import { type Damage, LogContents, scanLog } from "../log/scan.ts";
import type { FilePort } from "../port/file-port.ts";
import { withIoErrors } from "../port/io-error.ts";
import { Image } from "../vault/image.ts";
import { LogCatalog } from "../vault/log-catalog.ts";
import {
  forEachFrom,
  forEachRecordOf,
  type LoadedCheckpoint,
  readCheckpoint,
} from "../vault/read-checkpoint.ts";
import { RowReplay } from "../vault/replay.ts";
import { copyImage } from "./copy-vault.ts";
import type { LostStretch, SalvageReport, UnusableRecord } from "./salvage-report.ts";

/** Salvages on any file system. */
export function salvageVault(
  port: FilePort,
  path: string,
  destination: string,
  onProgress?: (progress: MaintenanceProgress) => void,
): SalvageReport {
  return withIoErrors(path, "salvage", () => {
    const file = port.open(path, "read");
    try {
      const locks = lockForReading(port, path);
      try {
        const { image, report } = readIntact(new FileWindow(file), path);
        copyImage(port, image, destination, onProgress);
        image.store.close();
        return report;
      } finally {
        locks.release();
      }
    } finally {
      file.close();
    }
  });
}

function readIntact(
  window: FileWindow,
  path: string,
): { readonly image: Image; readonly report: SalvageReport } {
  const contents = new LogContents(LOG_START);
  const lost: LostStretch[] = [];
  for (let damage = scanLog(window, contents); damage !== undefined; damage = scanLog(window, contents)) {
    const resume = nextTransaction(window, contents, damage);
    const { end } = contents;
    lost.push({ offset: end, bytes: resume - end, reason: damage.reason, segment: segmentName(damage.type) });
    contents.end = resume;
    if (resume >= window.length) break;
  }
  const checkpoint = lastCheckpoint(window, contents);
  const from = checkpoint?.replayFrom ?? LOG_START;
  const schemas: Buffer[] = [...(checkpoint?.catalog ?? [])];
  forEachFrom(window, contents.schemas, from, (bytes, at, end) => {
    schemas.push(Buffer.from(bytes.subarray(at, end)));
  });
  const catalog = LogCatalog.empty.with(schemas);
  const unusable: UnusableRecord[] = [];
  const image = Image.fill(catalog, contents.revision, (rows) => {
    const replay = new RowReplay(catalog, rows, path);
    const tryApply = (bytes: Buffer, at: number, end: number, offset: number): void => {
      try {
        replay.apply(bytes, at, end, offset);
      } catch (error) {
        if (!isModelVaultError(error)) throw error;
        unusable.push({ offset, reason: error.message });
      }
    };
    if (checkpoint !== undefined) forEachRecordOf(window, checkpoint, tryApply);
    forEachFrom(window, contents.records, from, tryApply);
    for (const { state } of catalog.collections.values()) {
      const decode = state.decoder("exact");
      for (const [key, payload] of rows.scan(state.rows)) {
        try {
          decode(payload);
        } catch (error) {
          if (!isModelVaultError(error)) throw error;
          unusable.push({ offset: 0, reason: error.message });
          rows.delete(state.rows, key);
        }
      }
    }
  });
  return {
    image,
    report: {
      transactions: contents.transactions,
      rows: countRows(image, catalog),
      lost,
      unusable,
      refusedSchemas: catalog.refused,
      ...(checkpoint === undefined ? {} : { checkpointOffset: checkpoint.offset }),
    },
  };
}

/** By their present names, or, where what says these is damaged, by those that the log has. */
function countRows({ store }: Image, catalog: LogCatalog): Record<string, number> {
  try {
    return countRowsByName(store, store.traits);
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    const rows = [...catalog.collections.values()].map(({ id, name }) => [
      name,
      store.count({ kind: "rows", collection: id }),
    ]);
    return Object.fromEntries(rows);
  }
}

/** Where a log can be read on behind damage: at a transaction's begin, or what stands outside of transactions. */
function nextTransaction(window: FileWindow, contents: LogContents, damage: Damage): number {
  let at = findSegment(window, Math.max(damage.resumeAt, contents.end + 1));
  while (at >= 0) {
    const end = segmentEnd(window, at);
    const { type } = header;
    const inside = type === SEGMENT.schema || type === SEGMENT.index || type === SEGMENT.record;
    if (type !== SEGMENT.commit && type !== SEGMENT.abort && !(inside && contents.markersSeen)) return at;
    at = findSegment(window, end);
  }
  return window.length;
}

/** The last checkpoint that is whole. */
function lastCheckpoint(window: FileWindow, contents: LogContents): LoadedCheckpoint | undefined {
  for (let index = contents.checkpoints.length - 1; index >= 0; index--) {
    const loaded = readCheckpoint(window, contents, contents.checkpoints.offset(index));
    if (typeof loaded !== "string" && isWhole(window, loaded)) return loaded;
  }
  return undefined;
}

function isWhole(window: FileWindow, checkpoint: LoadedCheckpoint): boolean {
  try {
    forEachRecordOf(window, checkpoint, () => undefined);
    return true;
  } catch (error) {
    if (error instanceof PayloadProblem) return false;
    throw error;
  }
}
