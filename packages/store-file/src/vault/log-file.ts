/**
 * The log of an open vault, writing side: writes whole transactions, syncs them as the durability level asks, and knows what to do
 * when the medium fails. A write that fails is cut off again and nothing has happened; where the medium cannot be told to be
 * in a known state (a failed sync, bytes that cannot be cut off) the log is poisoned and takes no more.
 *
 * Commits that are waited for go into spare room that the file ends with (`log/spare-room.ts`). Only room that this handle made itself is
 * used: what another left may hold parts of a transaction that never came to be, and is cut off before the first write.
 */
import { isModelVaultError, ModelVaultError } from "@modelvault/core";
import type { ByteSink } from "../format/byte-sink.ts";
import { encodeFileHeader } from "../format/file-header.ts";
import { FORMAT_MINOR, LOG_START, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import type { SlotChoice, Superblock } from "../format/superblock.ts";
import { fillerBytes, LEAD_BYTES, roomFor, writeFiller, writeRoomHeader } from "../log/spare-room.ts";
import type { CheckedFileOptions } from "../options.ts";
import type { OpenFile } from "../port/file-port.ts";
import { ioError } from "../port/io-error.ts";
import type { ReadVault } from "./read-vault.ts";
import { publish } from "./repair-vault.ts";
import type { RecordCounts } from "./replay.ts";

/** A longer transaction is not worth spare room. */
const ALONE_BYTES_MIN = 65_536;

export class LogFile {
  readonly path: string;
  file: OpenFile;
  /** Where the next segment goes: what is committed ends here. */
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
  /** Length of the file. What lies behind `end` is spare room. */
  #fileBytes: number;
  /** Nothing is left behind `end` or waits to be synced that another handle wrote. */
  #settled = false;
  /** Bytes behind `end` of a transaction whose rest is still being made. */
  #ahead = 0;

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
    this.#fileBytes = file.identity().bytes;
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

  /**
   * Writes one transaction and, as the durability level says, syncs it.
   * @param sink its first {@link LEAD_BYTES} are free, the transaction stands behind; more may be put behind that
   * @throws store_io, store_full, store_poisoned
   */
  commit(sink: ByteSink): void {
    if (this.#ahead > 0) {
      this.#write(sink.bytes, LEAD_BYTES, sink.length, 0);
      return;
    }
    this.#prepare();
    const frameBytes = sink.length - LEAD_BYTES;
    const free = this.#fileBytes - this.end;
    if (frameBytes + LEAD_BYTES + SEGMENT_HEADER_BYTES <= free) this.#writeIntoRoom(sink, free);
    else if (this.#options.durability === "full" && (frameBytes < ALONE_BYTES_MIN || frameBytes < free))
      this.#writeAndMakeRoom(sink, free);
    else this.#write(sink.bytes, LEAD_BYTES, sink.length, 0);
  }

  /**
   * Writes what there is of a large transaction while its rest is still being made, and empties the sink but for its free bytes. It counts
   * with the commit; {@link abandon} takes it back. @throws store_io, store_full, store_poisoned; then it is taken back
   */
  writeAhead(sink: ByteSink): void {
    if (this.#ahead === 0) {
      this.#prepare();
      if (this.#fileBytes > this.end) this.#trim();
    }
    const position = this.end + this.#ahead;
    try {
      this.file.write(sink.bytes, position, LEAD_BYTES, sink.length);
    } catch (error) {
      this.#takeBack(this.end, error);
      throw ioError(error, this.path, "append to");
    }
    this.#ahead += sink.length - LEAD_BYTES;
    this.#fileBytes = this.end + this.#ahead;
    sink.length = LEAD_BYTES;
  }

  /** Takes back what was written ahead, if anything was. */
  abandon(): void {
    if (this.#ahead > 0) this.#takeBack(this.end, new Error("the transaction could not be finished"));
  }

  /** Writes whole segments exactly at `end`, and leaves no spare room behind them. @throws store_io, store_full, store_poisoned */
  append(bytes: Uint8Array): void {
    this.#prepare();
    if (this.#fileBytes > this.end) this.#trim();
    this.#write(bytes, 0, bytes.length, 0);
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
    this.#fileBytes = end;
    this.#settled = true;
    this.checkpointEnd = end;
    this.minor = FORMAT_MINOR;
    this.slots = { current: "B", superblock: emptyGeneration(2n), upstreamRefuses: false };
    this.counts = counts;
    this.transactions = transactions;
    old.close();
  }

  /** Syncs what is not synced, gives back the spare room and closes the file, in any case. @throws store_io when the last sync failed */
  close(): void {
    try {
      if (this.#poison === undefined) this.sync();
      if (this.#settled && this.#fileBytes > this.end) this.#trimIfPossible();
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

  #prepare(): void {
    this.refusePoisoned();
    if (this.minor < FORMAT_MINOR) this.#raiseMinor();
    if (this.#settled) return;
    // A writer that was killed may have left its last transaction unsynced; torn under a synced one of ours it would look like damage.
    if (this.#fileBytes > this.end) this.#trim();
    try {
      this.file.syncData();
    } catch (error) {
      throw this.poison(error, "sync");
    }
    this.#settled = true;
  }

  /** The size of the file stays as it is. */
  #writeIntoRoom(sink: ByteSink, free: number): void {
    const filler = fillerBytes(sink.bytes, LEAD_BYTES, sink.length, this.end);
    const from = LEAD_BYTES - filler;
    if (filler > 0) writeFiller(sink.bytes, from, filler);
    const to = sink.length;
    writeRoomHeader(sink.bytes, sink.take(SEGMENT_HEADER_BYTES), free - (to - from));
    this.#write(sink.bytes, from, to, SEGMENT_HEADER_BYTES);
  }

  /** The file grows by the transaction and room for coming ones. @param free the room there is */
  #writeAndMakeRoom(sink: ByteSink, free: number): void {
    const filler = fillerBytes(sink.bytes, LEAD_BYTES, sink.length, this.end);
    const from = LEAD_BYTES - filler;
    if (filler > 0) writeFiller(sink.bytes, from, filler);
    const to = sink.length;
    const room = roomFor(this.end + to - from, free - (to - from) + SEGMENT_HEADER_BYTES);
    const at = sink.take(room);
    sink.bytes.fill(0, at, at + room);
    writeRoomHeader(sink.bytes, at, room);
    try {
      this.#write(sink.bytes, from, to, room);
    } catch (error) {
      if (!isModelVaultError(error, "store_full") || this.#poison !== undefined) throw error;
      // There may be space for the transaction alone.
      this.#write(sink.bytes, from, to, 0);
    }
  }

  /**
   * Writes `bytes[from..to + room)` at `end`, or behind what was written ahead; what counts ends before the room. @throws store_io, store_full; poisoned by a sync that fails
   */
  #write(bytes: Uint8Array, from: number, to: number, room: number): void {
    const { end } = this;
    const position = end + this.#ahead;
    try {
      this.file.write(bytes, position, from, to + room);
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
    this.end = position + to - from;
    this.#ahead = 0;
    this.#fileBytes = Math.max(this.#fileBytes, this.end + room);
  }

  /** Cuts off what a failed write left. It must be gone for good: parts of it in the next one's place could pass for that. */
  #takeBack(end: number, error: unknown): void {
    this.#ahead = 0;
    try {
      this.file.truncate(end);
      this.#fileBytes = end;
      if (this.#poison === undefined) this.file.syncData();
    } catch {
      this.poison(error, "append to");
    }
  }

  /** Gives the spare room back. */
  #trim(): void {
    try {
      this.file.truncate(this.end);
    } catch (error) {
      throw ioError(error, this.path, "shorten");
    }
    this.#fileBytes = this.end;
  }

  #trimIfPossible(): void {
    try {
      this.#trim();
    } catch {
      // Room that stays takes some space and is given back by the next writer.
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
