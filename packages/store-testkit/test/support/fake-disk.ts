/**
 * A medium in memory that outlives the stores on it: per location a log of byte frames, a lock, and a mark up to where
 * it was synced. It can fail, stop like a machine whose plug is pulled, and be made faulty on purpose.
 */
import { ModelVaultError } from "@modelvault/core";

/** What a sick medium does. Nothing of it is the driver's fault, but its users would not know the difference. */
export interface DiskFaults {
  /** Lets any number of writers in. */
  readonly ignoresLock?: boolean;
  /** Takes syncs for done without doing them. */
  readonly ignoresSync?: boolean;
  /** Forgets the newest frame when it is opened. */
  readonly forgetsLastFrame?: boolean;
  /** Loses the second half of the newest frame when it is opened. */
  readonly tearsLastFrame?: boolean;
}

export class FakeDisk {
  readonly faults: DiskFaults;
  frames: Uint8Array[] = [];
  syncedFrames = 0;
  /** Whoever writes at present. */
  writer: object | undefined;
  failNext: "write" | "sync" | undefined;

  constructor(faults: DiskFaults = {}) {
    this.faults = faults;
  }

  /** Called once by each handle, before its first read. */
  mount(): void {
    const last = this.frames.at(-1);
    if (last !== undefined && this.faults.forgetsLastFrame) this.frames.pop();
  }

  lock(holder: object): boolean {
    if (this.writer !== undefined && !this.faults.ignoresLock) return false;
    this.writer = holder;
    return true;
  }

  unlock(holder: object): void {
    if (this.writer === holder) this.writer = undefined;
  }

  append(frame: Uint8Array): void {
    if (this.failNext === "write") {
      this.failNext = undefined;
      throw mediumError("the fake disk is full");
    }
    this.frames.push(frame);
  }

  sync(): void {
    if (this.failNext === "sync") {
      this.failNext = undefined;
      throw mediumError("the fake disk does not sync");
    }
    if (!this.faults.ignoresSync) this.syncedFrames = this.frames.length;
  }

  /** What is left when the machine stops now. */
  crashed(): FakeDisk {
    const left = new FakeDisk(this.faults);
    left.frames = this.frames.slice(0, this.syncedFrames);
    left.syncedFrames = this.syncedFrames;
    return left;
  }
}

/** An error of the code that drivers on a medium throw; core itself has none. */
function mediumError(message: string): ModelVaultError {
  return Object.assign(new ModelVaultError("internal", message), { code: "store_io" });
}
