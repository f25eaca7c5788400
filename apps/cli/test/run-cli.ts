/** The real program, in a process of its own, in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { runCommandLine } from "../src/command-line.ts";

export const program: string = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandLine {
  readonly folder: string;
  /** The built program, in a process of its own. */
  readonly run: (...words: string[]) => Ran;
  /** The same in this process, which costs a tenth. */
  readonly here: (...words: string[]) => Promise<Ran>;
}

/** A folder that is gone after the test, and the program in it. */
export function commandLine(): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), "modelvault-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...words: string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    return { code: status, out: stdout, err: stderr };
  };
  const here = (...words: string[]): Promise<Ran> =>
    runHere(...words.map((word) => (/^[\w-]+\.[a-z]+$/.test(word) ? join(folder, word) : word)));
  return { folder, run, here };
}

/** The same command line in this process, from the sources: what it says, and its exit code. */
export async function runHere(...words: string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(words, {
    print: (line) => out.push(line),
    note: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}
