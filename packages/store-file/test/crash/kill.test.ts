import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lastTold, lostCommits } from "@modelvault/store-testkit";
import { expect, test } from "vitest";
import { randomFrom } from "../support/fake-disk.ts";
import { newPlace } from "../support/places.ts";

const child = fileURLToPath(new URL("kill-child.mjs", import.meta.url));
// `npm run crash` tries many more.
const rounds = Number(process.env.MODELVAULT_CRASH_KILLS ?? 6);

test(
  "a process killed at any moment takes no acknowledged commit along",
  async () => {
    const path = newPlace();
    const random = randomFrom(5);
    for (let round = 0; round < rounds; round++) {
      const writer = spawn(process.execPath, [child, path], { stdio: ["ignore", "pipe", "inherit"] });
      const gone = once(writer, "close");
      const commits = 1 + Math.floor(random() * 40);
      const acknowledged = await lastTold(writer.stdout, commits, () => writer.kill("SIGKILL"));
      await gone;
      using db = Database.open(fileStore(path));
      expect(lostCommits(db, acknowledged)).toBeUndefined();
    }
  },
  60_000 + rounds * 5_000,
);
