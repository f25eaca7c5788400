// The real upstream: a virtual environment under .cache with the release that requirements.txt pins. Where it cannot be
// made (no Python, no network), that is said loudly and is a failure, unless it is asked for with --optional.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const home = join(dirname(dirname(here)), ".cache", "interop");

/** @returns {{ python: string } | { reason: string }} the interpreter that has upstream, or why there is none */
export function findUpstream() {
  const windows = process.platform === "win32";
  const python = join(home, windows ? "Scripts/python.exe" : "bin/python");
  const requirements = join(here, "requirements.txt");
  const stamp = join(home, "installed");
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { python };
  const base = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (base === undefined) return { reason: "there is no Python" };
  for (const [program, ...args] of /** @type {[string, ...string[]][]} */ ([
    [base, "-m", "venv", home],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
  ])) {
    const { status, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 120_000 });
    if (status !== 0)
      return { reason: `${program} ${args.slice(0, 3).join(" ")}: ${stderr.trim().split("\n").at(-1)}` };
  }
  writeFileSync(stamp, wanted);
  return { python };
}
