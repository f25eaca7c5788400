/**
 * An open vault: path, locks, image and, for a writer, the log. Opening and closing, rewriting the file, and what follows a commit are here;
 * the store above it only knows transactions.
 */
import { ModelVaultError } from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { DeltaList } from "../format/delta-list.ts";
import type { IndexDelta } from "../format/index-payload.ts";
import { LOG_START } from "../format/layout.ts";
import { type HeldLocks, lockForReading, lockForWriting } from "../lock/vault-locks.ts";
import { FileWindow } from "../log/file-window.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import { LogContents, scanLog } from "../log/scan.ts";
import { LEAD_BYTES } from "../log/spare-room.ts";
import { checkpointLog } from "../maintenance/checkpoint-log.ts";
import { swapFile } from "../maintenance/swap-file.ts";
import { type WrittenImage, writeImage } from "../maintenance/write-image.ts";
import type { CheckedFileOptions } from "../options.ts";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { withIoErrors } from "../port/io-error.ts";
import { createVaultFile } from "./create-file.ts";
import { readOn, readWhileWritten } from "./follow.ts";
import { type Image, liveRows } from "./image.ts";
import { compareWithLog } from "./log-agreement.ts";
import type { LogCatalog } from "./log-catalog.ts";
import { LogFile } from "./log-file.ts";
import type { MemoryState } from "./net-changes.ts";
import { type ReadVault, readVault } from "./read-vault.ts";
import type { RecoveryInfo } from "./recovery-info.ts";
import { describeVault, repairVault } from "./repair-vault.ts";

const NO_LOCKS: HeldLocks = { release: () => undefined };

export class Vault {
  readonly port: FilePort;
  readonly path: string;
  readonly options: CheckedFileOptions;
  readonly info: RecoveryInfo;
  image: Image;
  /** Index changes that our first transaction begins with. */
  corrections: readonly IndexDelta[] = [];
  /** The next transaction writes the file anew. */
  mustRewrite = false;
  readonly #locks: HeldLocks;
  /** What the log was opened as, until it was compared with the rows; undefined when we wrote last. */
  #uncompared: ReadVault | undefined;
  /** The log before this offset was not looked at when it was opened. */
  #readFrom: number;
  readonly #log: LogFile | undefined;
  /** The file of a reader. */
  file: OpenFile | undefined;
  /** What a follower has read so far. */
  #followed: ReadVault | undefined;
  /** Images that snapshots may still show. */
  readonly #retired: Image[] = [];
  #autoFailures = 0;
  #closed = false;

  private constructor(
    port: FilePort,
    path: string,
    options: CheckedFileOptions,
    opened: {
      readonly file: OpenFile;
      readonly locks: HeldLocks;
      readonly read: ReadVault;
      readonly info: RecoveryInfo;
    },
  ) {
    this.port = port;
    this.path = path;
    this.options = options;
    this.info = opened.info;
    this.image = opened.read.image;
    this.#readFrom = opened.read.readFrom;
    this.#locks = opened.locks;
    if (options.mode === "write") {
      this.#log = new LogFile(path, opened.file, opened.read, options);
      const { contents, image } = opened.read;
      const suspicious =
        !contents.ownLast || image.catalog.refused.length > 0 || contents.abandoned.length > 0;
      this.#uncompared = suspicious ? opened.read : undefined;
    } else {
      this.file = opened.file;
      this.#followed = opened.read;
    }
  }

  static open(port: FilePort, path: string, options: CheckedFileOptions, now: Date): Vault {
    return withIoErrors(path, "open", () => {
      const { file, locks } = openLocked(port, path, options, now);
      try {
        const read =
          options.mode === "follow"
            ? readWhileWritten(file, options.strict)
            : readVault(file, options.strict);
        const info = options.mode === "write" ? repairVault(port, file, read) : describeVault(path, read);
        return new Vault(port, path, options, { file, locks, read, info });
      } catch (error) {
        file.close();
        locks.release();
        throw error;
      }
    });
  }

  /** @throws store_read_only */
  writableLog(): LogFile {
    if (this.#log !== undefined) return this.#log;
    throw new ModelVaultError(
      "store_read_only",
      `"${this.path}" was opened with mode "${this.options.mode}" and takes no writes.`,
      {
        path: this.path,
        mode: this.options.mode,
      },
    );
  }

  /** The log of a writer; undefined for readers. */
  get log(): LogFile | undefined {
    return this.#log;
  }

  /** Nothing is left of what {@link prepareToWrite} does. */
  get readyToWrite(): boolean {
    return this.image.whole && this.#uncompared === undefined && this.#readFrom === LOG_START;
  }

  /** What must be done before anything is written, once: makes all indexes, and looks at what opening did not look at. */
  prepareToWrite(): void {
    this.image.build();
    this.agree();
  }

  /** Compares the log's index state with the rows, once, where another engine wrote last. */
  agree(): void {
    this.#readBeginning();
    const read = this.#uncompared;
    if (read === undefined) return;
    this.image.build();
    const log = this.writableLog();
    const window = new FileWindow(log.file, log.end);
    const { corrections, rewrite } = withIoErrors(this.path, "read", () =>
      compareWithLog(window, read.contents, read.checkpoint, this.image),
    );
    this.corrections = corrections;
    this.mustRewrite ||= rewrite;
    this.#uncompared = undefined;
  }

  /**
   * Before anything is written, what opening passed over for the sake of a checkpoint is looked at. We can do without it; but upstream
   * reads it and cuts a file where it is damaged, so a vault with damage there is written anew.
   */
  #readBeginning(): void {
    const end = this.#readFrom;
    if (end === LOG_START) return;
    const log = this.writableLog();
    const contents = new LogContents(LOG_START);
    const damage = withIoErrors(this.path, "read", () => scanLog(new FileWindow(log.file, end), contents));
    log.transactions += contents.transactions;
    this.mustRewrite ||= damage !== undefined || contents.abandoned.length + contents.badManifests.length > 0;
    this.#readFrom = LOG_START;
  }

  /**
   * Writes the vault anew from a state and puts it in the place of the present file.
   * @param taken called when the new file is in place
   * @throws store_io, store_full; the old file is still there and in use, but for a failure after `taken`, which poisons
   */
  rewrite(rows: MemoryState, catalog: LogCatalog, revision: number, taken: () => void): void {
    this.#swap((file) => writeImage(file, rows, catalog, revision), taken);
  }

  /** Gives back the space of what is dead. A sound file that would not get smaller stays as it is. @throws as {@link rewrite} */
  compact(onProgress?: Parameters<typeof writeImage>[4]): void {
    const { store, catalog } = this.image;
    const sound = !this.mustRewrite && this.#uncompared === undefined && this.corrections.length === 0;
    const bytesMax = sound ? this.writableLog().end : Number.POSITIVE_INFINITY;
    this.#swap(
      (file) => {
        const written = writeImage(file, store, catalog, store.revision(), onProgress);
        return written.bytes < bytesMax ? written : undefined;
      },
      () => undefined,
    );
  }

  #swap(write: (file: OpenFile) => WrittenImage | undefined, taken: () => void): void {
    const log = this.writableLog();
    log.refusePoisoned();
    withIoErrors(this.path, "rewrite", () =>
      swapFile(
        this.port,
        this.path,
        write,
        (file, { bytes, counts, transactions }) => {
          log.replaceFile(file, bytes, counts, transactions);
          this.corrections = [];
          this.mustRewrite = false;
          this.#uncompared = undefined;
          this.#readFrom = LOG_START;
          taken();
        },
        (state) => {
          if (state !== "old") log.poison(new Error("the new file may not stay in place"), "rewrite");
        },
      ),
    );
  }

  /** Appends a checkpoint. @throws checkpoint_too_large, store_io, store_full, store_poisoned */
  checkpoint(): void {
    this.agree();
    const { store, catalog } = this.image;
    // A file that upstream cannot open gains nothing by a checkpoint; written anew it opens as quickly.
    if (this.mustRewrite) this.rewrite(store, catalog, store.revision(), () => undefined);
    else {
      this.#appendCorrections();
      checkpointLog(this.writableLog(), this.image);
    }
  }

  /** The log must agree with a checkpoint: whoever cannot read the one replays the other. */
  #appendCorrections(): void {
    if (this.corrections.length === 0) return;
    const log = this.writableLog();
    const sink = new ByteSink();
    sink.take(LEAD_BYTES);
    const frame = new FrameWriter(sink, this.image.store.revision(), log.unsyncedCommits);
    const corrections = new DeltaList();
    for (const delta of this.corrections) corrections.add(delta);
    frame.deltas([corrections]);
    frame.commit();
    log.commit(sink);
    this.corrections = [];
  }

  /** Compacts or checkpoints where the policy says so. What fails here is no failure of the commit before it. */
  afterCommit(): void {
    const log = this.writableLog();
    const { autoCompact, autoCheckpointBytes } = this.options;
    if (this.#autoFailures > 0) return;
    try {
      if (
        autoCompact !== undefined &&
        log.end >= autoCompact.logBytesMin &&
        this.deadRatio() >= autoCompact.deadRatioMin
      ) {
        this.compact();
      } else if (autoCheckpointBytes !== undefined && log.end - log.checkpointEnd >= autoCheckpointBytes) {
        this.checkpoint();
      }
    } catch {
      this.#autoFailures++;
    }
  }

  /** Automatic maintenance that failed, after which none is tried again. */
  get autoFailures(): number {
    return this.#autoFailures;
  }

  /** Share of the log's records that a later one has replaced, from 0 to 1. */
  deadRatio(): number {
    let records = 0;
    for (const count of this.writableLog().counts.values()) records += count;
    return records === 0 ? 0 : 1 - Math.min(records, liveRows(this.image)) / records;
  }

  /**
   * Brings a follower up to the last commit of the file; returns its revision. Nothing happens for other modes, which see every commit.
   * @throws store_closed, store_io, and the format errors of opening
   */
  refresh(): number {
    const { file } = this;
    const read = this.#followed;
    const revision = this.image.store.revision();
    if (this.options.mode !== "follow" || file === undefined || read === undefined) return revision;
    return withIoErrors(this.path, "refresh", () => {
      const same = this.port.stat(this.path)?.id === file.identity().id;
      if (!same || !readOn(file, read, this.image)) this.#readAnew();
      return this.image.store.revision();
    });
  }

  #readAnew(): void {
    const file = this.port.open(this.path, "read");
    try {
      const read = readWhileWritten(file, this.options.strict, {
        revision: this.image.store.revision(),
        catalog: this.image.catalog,
      });
      this.file?.close();
      this.file = file;
      this.#followed = read;
      this.#retired.push(this.image);
      this.image = read.image;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const image of [this.image, ...this.#retired.splice(0)]) image.store.close();
    try {
      (this.#log ?? this.file)?.close();
    } finally {
      this.#locks.release();
    }
  }
}

function openLocked(
  port: FilePort,
  path: string,
  { mode, createIfMissing }: CheckedFileOptions,
  now: Date,
): { readonly file: OpenFile; readonly locks: HeldLocks } {
  if (mode === "write") {
    return lockForWriting(port, path, now, () => {
      if (createIfMissing && port.stat(path) === undefined) createVaultFile(port, path);
      return port.open(path, "write");
    });
  }
  const file = port.open(path, "read");
  try {
    return { file, locks: mode === "read" ? lockForReading(port, path) : NO_LOCKS };
  } catch (error) {
    file.close();
    throw error;
  }
}
