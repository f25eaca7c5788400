/** Platforms without flock: a file that names the writer's process stands in for it, between processes of this package. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkFileOptions } from "../../src/options.ts";
import { nodePortWith } from "../../src/port/node-port.ts";
import { Vault } from "../../src/vault/vault.ts";
import { errorOf } from "../support/errors.ts";
import { newPlace } from "../support/places.ts";

const child = fileURLToPath(new URL("../support/no-flock-child.mjs", import.meta.url));
const withoutFlock = nodePortWith(() => "unsupported");

function open(path: string, mode: "write" | "read" | "follow" = "write"): Vault {
  return Vault.open(withoutFlock, path, checkFileOptions(path, { mode }), new Date());
}

/** A process that tries to hold the vault, and what became of it. */
async function otherProcess(path: string): Promise<{ process: ChildProcess; held: boolean; code?: string }> {
  const process = fork(child, [path], { execArgv: [] });
  const [message] = (await once(process, "message")) as [{ held?: boolean; code?: string }];
  return {
    process,
    held: message.held === true,
    ...(message.code === undefined ? {} : { code: message.code }),
  };
}

test("one process keeps the other out, whoever comes first, and says who it is", async () => {
  const path = newPlace();
  const other = await otherProcess(path);
  expect(other.held).toBe(true);
  for (const mode of ["write", "read"] as const) {
    const error = errorOf(() => open(path, mode));
    expect(error).toMatchObject({
      code: "store_busy",
      details: { pid: other.process.pid, host: hostname() },
    });
  }
  open(path, "follow").close();
  const exited = once(other.process, "exit");
  other.process.send("go");
  await exited;
  const here = open(path);
  const second = await otherProcess(path);
  expect(second).toMatchObject({ held: false, code: "store_busy" });
  expect(errorOf(() => open(path)).code).toBe("store_in_use");
  here.close();
  expect(existsSync(`${path}.writer.pid`)).toBe(false);
});

test("the lock of a process that was killed keeps nobody out", async () => {
  const path = newPlace();
  const other = await otherProcess(path);
  const exited = once(other.process, "exit");
  other.process.kill("SIGKILL");
  await exited;
  expect(existsSync(`${path}.writer.pid`)).toBe(true);
  open(path).close();
  expect(readdirSync(dirname(path)).sort()).toEqual(["test.modelvault", "test.modelvault.writer.lock"]);
});

test("a lock of another host, or one that is being written, is respected", () => {
  const path = newPlace();
  open(path).close();
  for (const text of [JSON.stringify({ pid: 1, host: "elsewhere", since: "then" }), ""]) {
    writeFileSync(`${path}.writer.pid`, text);
    expect(errorOf(() => open(path)).code).toBe("store_busy");
    expect(readFileSync(`${path}.writer.pid`, "utf8")).toBe(text);
  }
});
