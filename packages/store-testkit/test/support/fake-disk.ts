/**
 * A medium in memory that outlives the stores on it: per place a log of byte frames, a lock, and a mark up to where it
 * was synced. It can fail, stop like a machine whose plug is pulled, and be made faulty on purpose.
 */
import { ModelVaultError } from "@modelvault/core";

/** What a sick medium does. The store on it may be innocent, but its users would not know the difference. */
export interface DiskFaults {
  /** Lets any number of writers in. */
  readonly ignoresLock?: boolean;
  /** Keeps the lock of a holder that has closed or died. */
  readonly keepsLock?: boolean;
  /** Takes syncs for done without doing them. */
  readonly ignoresSync?: boolean;
  /** What a handle finds instead of the frames that were written. */
  readonly onMount?: (frames: readonly Uint8Array[]) => Uint8Array[];
  /** What stays of a frame whose write or sync fails. */
  readonly onFailure?: (frame: Uint8Array) => Uint8Array;
}

export class FakeDisk {
  readonly faults: DiskFaults;
  frames: Uint8Array[] = [];
  syncedFrames = 0;
  /** Changes when the frames are written anew. */
  generation = 0;
  /** Whoever writes at present. */
  writer: object | undefined;
  failNext: "write" | "sync" | undefined;

  constructor(faults: DiskFaults = {}) {
    this.faults = faults;
  }

  /** Called once by each handle, before its first read. */
  mount(): void {
    if (this.faults.onMount) this.replace(this.faults.onMount(this.frames));
  }

  lock(holder: object): boolean {
    if (this.writer !== undefined && !this.faults.ignoresLock) return false;
    this.writer = holder;
    return true;
  }

  unlock(holder: object): void {
    if (this.writer === holder) this.writer = undefined;
  }

  /** Appends a frame and syncs; when either fails, takes the frame back as far as it can. */
  append(frame: Uint8Array): void {
    const failing = this.failNext;
    this.failNext = undefined;
    if (failing === undefined) {
      this.frames.push(frame);
      if (!this.faults.ignoresSync) this.syncedFrames = this.frames.length;
      return;
    }
    if (this.faults.onFailure) this.frames.push(this.faults.onFailure(frame));
    throw new ModelVaultError("store_io", `The ${failing} failed.`, { operation: failing });
  }

  replace(frames: Uint8Array[]): void {
    this.frames = frames;
    this.syncedFrames = frames.length;
    this.generation++;
  }

  /** What is left when the machine stops now. */
  crashed(): FakeDisk {
    const left = new FakeDisk(this.faults);
    left.replace(this.frames.slice(0, this.syncedFrames));
    return left;
  }
}
