#!/usr/bin/env node
/** The `modelvault` program. */
import { writeSync } from "node:fs";
import { messageOf } from "./command.ts";
import { runCommandLine } from "./command-line.ts";
import { CommandError, EXIT, OutputClosed } from "./exit-codes.ts";

/** How long to wait for a reader that is slow, before asking again. */
const FULL_PIPE_WAIT_MS = 5;

/** Writes all of it at once: so that memory holds no more than a line, and it is known when nobody reads any more. @throws OutputClosed */
function write(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") throw new OutputClosed("", { cause: error });
      if (code !== "EAGAIN")
        throw new CommandError(EXIT.io, `the output cannot be written: ${messageOf(error)}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
    }
  }
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  print: (line) => write(1, `${line}\n`),
  note(line) {
    try {
      write(2, `${line}\n`);
    } catch {
      // There is nobody to tell.
    }
  },
});
