/**
 * The log of an open vault, writing side: appends whole transactions, syncs them as the durability level asks, and knows what to do
 * when the medium fails. An append that fails is cut off again and nothing has happened; where the medium cannot be told to be
 * in a known state (a failed sync, bytes that cannot be cut off) the log is poisoned and takes no more.
 */
import { ModelVaultError } from "@modelvault/core";
import { encodeFileHeader } from "../format/file-header.ts";
import { FORMAT_MINOR, LOG_START } from "../format/layout.ts";
import type { SlotChoice, Superblock } from "../format/superblock.ts";
import type { CheckedFileOptions } from "../options.ts";
import type { OpenFile } from "../port/file-port.ts";
import { ioError } from "../port/io-error.ts";
import type { ReadVault } from "./read-vault.ts";
import { publish } from "./repair-vault.ts";
import type { RecordCounts } from "./replay.ts";

export class LogFile {
  readonly path: string;
  file: OpenFile;
  /** Where the next segment goes; the length of the file. */
  end: number;
  /** End of the log at the last checkpoint, or where it began. */
  checkpointEnd: number;
  minor: number;
  slots: SlotChoice;
  /** Records in the log by collection. */
  counts: RecordCounts;
  transactions: number;
  readonly #options: CheckedFileOptions;
  #poison: ModelVaultError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsynced = false;

  constructor(path: string, file: OpenFile, vault: ReadVault, options: CheckedFileOptions) {
    this.path = path;
    this.file = file;
    this.end = vault.contents.end;
    this.checkpointEnd = vault.checkpoint?.replayFrom ?? LOG_START;
    this.minor = vault.minor;
    this.slots = vault.slots;
    this.counts = vault.counts;
    this.transactions = vault.contents.transactions;
    this.#options = options;
  }

  /** Whether commits are acknowledged before they are synced. */
  get unsyncedCommits(): boolean {
    return this.#options.durability !== "full";
  }

  /** @throws store_poisoned */
  refusePoisoned(): void {
    if (this.#poison === undefined) return;
    throw new ModelVaultError(
      "store_poisoned",
      `"${this.path}" takes no more writes until it is reopened, for an earlier one failed: ${this.#poison.message}`,
      { path: this.path, failure: this.#poison.code },
      { cause: this.#poison },
    );
  }

  /** Takes no more writes from now on. */
  poison(error: unknown, operation: string): ModelVaultError {
    const coded = ioError(error, this.path, operation);
    this.#poison ??= coded;
    return coded;
  }

  /** Appends whole segments and, as the durability level says, syncs them. @throws store_io, store_full, store_poisoned */
  append(bytes: Uint8Array): void {
    this.refusePoisoned();
    if (this.minor < FORMAT_MINOR) this.#raiseMinor();
    const { end } = this;
    try {
      this.file.write(bytes, end);
    } catch (error) {
      this.#takeBack(end, error);
      throw ioError(error, this.path, "append to");
    }
    if (this.#options.durability === "full") {
      try {
        this.file.syncData();
      } catch (error) {
        const coded = this.poison(error, "sync");
        this.#takeBack(end, error);
        throw coded;
      }
    } else {
      this.#unsynced = true;
      if (this.#options.durability === "batched") this.#schedule();
    }
    this.end = end + bytes.length;
  }

  /** Makes everything acknowledged durable. @throws store_io */
  sync(): void {
    this.#stopTimer();
    if (!this.#unsynced) return;
    try {
      this.file.syncData();
      this.#unsynced = false;
    } catch (error) {
      throw this.poison(error, "sync");
    }
  }

  /** Publishes a superblock that points at these places. @throws store_io, store_full */
  publish(pointers: Partial<Superblock>): void {
    this.refusePoisoned();
    try {
      this.slots = publish(this.file, this.slots, pointers);
    } catch (error) {
      throw this.poison(error, "publish");
    }
  }

  /** Goes on with another file, which has taken the place of this one. */
  replaceFile(file: OpenFile, end: number, counts: RecordCounts, transactions: number): void {
    const old = this.file;
    this.#stopTimer();
    this.#unsynced = false;
    this.file = file;
    this.end = end;
    this.checkpointEnd = end;
    this.minor = FORMAT_MINOR;
    this.slots = { current: "B", superblock: emptyGeneration(2n), upstreamRefuses: false };
    this.counts = counts;
    this.transactions = transactions;
    old.close();
  }

  /** Syncs what is not synced and closes the file, in any case. @throws store_io when the last sync failed */
  close(): void {
    try {
      if (this.#poison === undefined) this.sync();
    } finally {
      this.#stopTimer();
      this.file.close();
    }
  }

  /** The header of a file of an older engine says so until the first transaction of the present form is in it. */
  #raiseMinor(): void {
    try {
      this.file.write(encodeFileHeader().subarray(4, 8), 4);
      this.file.syncData();
    } catch (error) {
      throw ioError(error, this.path, "raise the format version of");
    }
    this.minor = FORMAT_MINOR;
  }

  #takeBack(end: number, error: unknown): void {
    try {
      this.file.truncate(end);
    } catch {
      this.poison(error, "append to");
    }
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.sync();
      } catch {
        // The log is poisoned now, and the next write says why.
      }
    }, this.#options.batchMs);
    this.#timer.unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function emptyGeneration(generation: bigint): Superblock {
  return { generation, manifestOffset: 0, manifestBytes: 0, checkpointOffset: 0, checkpointBytes: 0 };
}
