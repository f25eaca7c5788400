/**
 * Reads a file through a window that moves forward with the reader, so that a log of any size is read once, in large pieces,
 * and a position in it costs no object. Bytes handed out stay as they are; a new window is a new buffer.
 */
import type { OpenFile } from "../port/file-port.ts";

const WINDOW_BYTES = 33_554_432;

export class FileWindow {
  readonly #file: OpenFile;
  /** Length of the file as it was when the window was made. */
  length: number;
  /** The window. Read it anew after every {@link locate}. */
  bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: OpenFile, length: number = file.identity().bytes) {
    this.#file = file;
    this.length = length;
  }

  /**
   * Makes `count` bytes from a position of the file available and returns where they begin in `bytes`; -1 when the file ends
   * before.
   */
  locate(position: number, count: number): number {
    const at = position - this.#start;
    if (at >= 0 && at + count <= this.bytes.length) return at;
    if (position + count > this.length) return -1;
    const wanted = Math.min(this.length - position, Math.max(count, WINDOW_BYTES));
    const bytes = Buffer.allocUnsafeSlow(wanted);
    const read = this.#file.read(bytes, 0, wanted, position);
    this.bytes = read === wanted ? bytes : bytes.subarray(0, read);
    this.#start = position;
    // A file that shrank meanwhile ends here, whatever it said of its length.
    if (read < wanted) this.length = position + read;
    return read < count ? -1 : 0;
  }

  /** A view on bytes of the file; undefined when it ends before. */
  view(position: number, count: number): Buffer | undefined {
    const at = this.locate(position, count);
    return at < 0 ? undefined : this.bytes.subarray(at, at + count);
  }
}
